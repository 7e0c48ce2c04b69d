#pragma once

#include "will/will_script.hpp"

namespace mqtt_toolbox::will {

/// Ways to end the connection of a victim; each says when that was.
Time cut_by_disconnect(check::Scene& scene, check::Wire& victim);
Time cut_by_disconnect_with_will(check::Scene& scene, check::Wire& victim);
Time cut_by_error_disconnect(check::Scene& scene, check::Wire& victim);
Time cut_by_fin(check::Scene& scene, check::Wire& victim);
Time cut_by_reset(check::Scene& scene, check::Wire& victim);
Time cut_by_silence(check::Scene& scene, check::Wire& victim);
Time cut_by_protocol_error(check::Scene& scene, check::Wire& victim);
Time cut_by_flawed_disconnect(check::Scene& scene, check::Wire& victim);
Time cut_by_take_over(check::Scene& scene, check::Wire& victim);
Time cut_by_kick(check::Scene& scene, check::Wire& victim);

/// The seconds of silence after which the broker is to act (MQTT 5.0 section 3.1.2.10).
Window window_of_silence(const check::Wire& victim);

}  // namespace mqtt_toolbox::will
