#pragma once

#include "probe/scene.hpp"

namespace mqtt_toolbox::probe {

/// Scripts about Will Delay Interval and Session Expiry Interval, MQTT 5.0 section 3.1.3.2.2.
Finding will_after_delay(Scene& scene);
Finding will_at_session_end(Scene& scene);
Finding will_without_session(Scene& scene);
Finding will_called_off(Scene& scene);
Finding will_at_clean_start(Scene& scene);

}  // namespace mqtt_toolbox::probe
