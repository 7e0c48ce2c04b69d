#pragma once

#include "check/case_context.hpp"
#include "protocol/properties.hpp"

namespace mqtt_toolbox::will {

/// Scripts about what a will consists of.
check::Finding payload_intact(check::Scene& scene);
check::Finding empty_payload_intact(check::Scene& scene);
check::Finding check_property(check::Scene& scene, protocol::PropertyId id);
check::Finding too_big_for_receiver(check::Scene& scene);
check::Finding too_big_for_broker(check::Scene& scene);
check::Finding wildcard_topic(check::Scene& scene);
check::Finding will_to_refused_topic(check::Scene& scene);

/// The property of the will is the property of the message (MQTT 5.0 section 3.1.3.2).
template <protocol::PropertyId id>
check::Finding property_intact(check::Scene& scene) {
  return check_property(scene, id);
}

}  // namespace mqtt_toolbox::will
