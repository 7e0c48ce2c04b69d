#pragma once

#include "check/case_context.hpp"
#include "protocol/properties.hpp"

namespace mqtt_toolbox::will {

/// Scripts about what a will consists of.
check::Finding payload_intact(check::CaseContext& context);
check::Finding empty_payload_intact(check::CaseContext& context);
check::Finding check_property(check::CaseContext& context, protocol::PropertyId id);
check::Finding too_big_for_receiver(check::CaseContext& context);
check::Finding too_big_for_broker(check::CaseContext& context);
check::Finding wildcard_topic(check::CaseContext& context);
check::Finding will_to_refused_topic(check::CaseContext& context);

/// The property of the will is the property of the message (MQTT 5.0 section 3.1.3.2).
template <protocol::PropertyId id>
check::Finding property_intact(check::CaseContext& context) {
  return check_property(context, id);
}

}  // namespace mqtt_toolbox::will
