#pragma once

#include <optional>
#include <span>

#include "report/compare.hpp"

namespace mqtt_toolbox::report {

/// Of positive numbers.
double geometric_mean(std::span<const double> values);

/// The 95 % confidence interval of mean(after) - mean(before) by Welch's t test, which wants
/// neither equal variances nor equal numbers of runs. Nullopt with fewer than two values on a side.
struct Difference {
  double low = 0;
  double high = 0;
};
std::optional<Difference> welch_interval(std::span<const double> before,
                                         std::span<const double> after);

/// The interval of the ratio of geometric means: Welch's on logarithms. Runs are few (two to ten),
/// and with so few a bootstrap draws the same numbers again and gives intervals that are much too
/// narrow, where Student's t takes the number of runs into account; rates and latencies vary by
/// factors, which makes their logarithms the ones that are near to normal. Values have to be
/// positive.
std::optional<Ratio> ratio_interval(std::span<const double> before, std::span<const double> after);

}  // namespace mqtt_toolbox::report
