#pragma once

#include "probe/scene.hpp"
#include "protocol/properties.hpp"

namespace mqtt_toolbox::probe {

/// Scripts about what a will consists of.
Finding payload_intact(Scene& scene);
Finding empty_payload_intact(Scene& scene);
Finding check_property(Scene& scene, protocol::PropertyId id);
Finding too_big_for_receiver(Scene& scene);
Finding too_big_for_broker(Scene& scene);
Finding wildcard_topic(Scene& scene);
Finding will_to_refused_topic(Scene& scene);

/// The property of the will is the property of the message (MQTT 5.0 section 3.1.3.2).
template <protocol::PropertyId id>
Finding property_intact(Scene& scene) {
  return check_property(scene, id);
}

}  // namespace mqtt_toolbox::probe
