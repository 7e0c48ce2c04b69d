#pragma once

#include <span>
#include <string_view>

namespace mqtt_toolbox::options {

/// Where a flag or an answer differs from mosquitto_pub and mosquitto_sub 2.1; listed in
/// mqtt-toolbox(7) and nowhere else.
struct Difference {
  std::string_view what;    ///< a noun phrase
  std::string_view reason;  ///< sentences: what happens instead, and why
};

std::span<const Difference> differences();

}  // namespace mqtt_toolbox::options
