#include "session/faults.hpp"

namespace mqtt_toolbox::session {

using protocol::Fault;
using protocol::ReasonCode;

ReasonCode reason_for(Fault fault) {
  switch (fault) {
    case Fault::packet_too_large: return ReasonCode::packet_too_large;
    case Fault::topic_alias_zero: return ReasonCode::topic_alias_invalid;
    case Fault::topic_name_has_wildcard:
    case Fault::response_topic_has_wildcard: return ReasonCode::topic_name_invalid;
    case Fault::packet_identifier_zero:
    case Fault::connack_session_present_on_refusal:
    case Fault::reason_code_not_for_packet:
    case Fault::property_repeated:
    case Fault::property_value_out_of_range:
    case Fault::topic_name_empty:
    case Fault::suback_without_reason_code:
    case Fault::packet_not_in_this_version: return ReasonCode::protocol_error;
    default: return ReasonCode::malformed_packet;
  }
}

}  // namespace mqtt_toolbox::session
