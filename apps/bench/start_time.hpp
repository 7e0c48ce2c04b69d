#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"

namespace mqtt_toolbox::bench {

/// Nanoseconds since 1970 (UTC) from "2026-02-03T04:05:06Z", with a fraction of a second or
/// without, or from seconds since 1970; ExitCode::usage otherwise.
Result<std::int64_t> parse_start_time(std::string_view text);

}  // namespace mqtt_toolbox::bench
