#pragma once

#include "probe/will_script.hpp"

namespace mqtt_toolbox::probe {

/// Ways to end the connection of a victim; each says when that was.
Time cut_by_disconnect(Scene& scene, Wire& victim);
Time cut_by_disconnect_with_will(Scene& scene, Wire& victim);
Time cut_by_error_disconnect(Scene& scene, Wire& victim);
Time cut_by_fin(Scene& scene, Wire& victim);
Time cut_by_reset(Scene& scene, Wire& victim);
Time cut_by_silence(Scene& scene, Wire& victim);
Time cut_by_protocol_error(Scene& scene, Wire& victim);
Time cut_by_flawed_disconnect(Scene& scene, Wire& victim);
Time cut_by_take_over(Scene& scene, Wire& victim);
Time cut_by_kick(Scene& scene, Wire& victim);

/// The seconds of silence after which the broker is to act (MQTT 5.0 section 3.1.2.10).
Window window_of_silence(const Wire& victim);

}  // namespace mqtt_toolbox::probe
