#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "load/plan.hpp"

namespace mqtt_toolbox::bench {

/// USER,PASSWORD a line, as in RFC 4180: fields may stand in quotes, a quote within is doubled.
/// Empty lines are skipped; the password may be missing. ExitCode::usage names the line, and never
/// shows what stands in it.
Result<std::vector<load::Credentials>> parse_credentials(std::string_view text);

}  // namespace mqtt_toolbox::bench
