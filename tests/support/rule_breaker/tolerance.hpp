#pragma once

#include <string>

#include "protocol/codec.hpp"
#include "support/rule_breaker/breaches.hpp"

namespace mqtt_toolbox::rule_breaker {

/// Makes a packet's fixed header right where the broker is to let a wrong one pass; otherwise
/// returns `bytes`. The result may be in `store`.
std::string_view with_right_flags(std::string_view bytes, const Rules& rules, std::string& store);

/// As protocol::decode, but for what the broker is to let pass. The packet's views point into the
/// frame or into `store`.
tl::expected<protocol::Packet, protocol::Fault> decode(const protocol::Frame& frame,
                                                       protocol::Version version,
                                                       const Rules& rules, std::string& store);

}  // namespace mqtt_toolbox::rule_breaker
