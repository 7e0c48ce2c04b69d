#pragma once

#include <vector>

#include "report/result.hpp"

namespace mqtt_toolbox::report {

/// How long each interval was: from the end of the one before. The first begins when clients are
/// ready, which is not the start of the run; it counts as no longer than an interval is.
std::vector<Duration> interval_lengths(const load::Measurement& measurement, Duration interval);

/// Events a second.
double per_second(std::uint64_t count, Duration time);

}  // namespace mqtt_toolbox::report
