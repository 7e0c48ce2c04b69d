#include "report/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <boost/math/distributions/students_t.hpp>

namespace mqtt_toolbox::report {
namespace {

struct Sample {
  double mean = 0;
  double variance_of_mean = 0;
  double degrees = 0;
};

Sample sample_of(std::span<const double> values) {
  Sample sample;
  const auto count = static_cast<double>(values.size());
  sample.mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0;
  for (const double value : values) squares += (value - sample.mean) * (value - sample.mean);
  sample.degrees = count - 1;
  sample.variance_of_mean = squares / sample.degrees / count;
  return sample;
}

/// Of Welch and Satterthwaite.
double degrees_of_freedom(const Sample& a, const Sample& b) {
  const double sum = a.variance_of_mean + b.variance_of_mean;
  const double parts = a.variance_of_mean * a.variance_of_mean / a.degrees +
                       b.variance_of_mean * b.variance_of_mean / b.degrees;
  return parts > 0 ? sum * sum / parts : a.degrees + b.degrees;
}

std::vector<double> logarithms(std::span<const double> values) {
  std::vector<double> logs;
  for (const double value : values) logs.push_back(std::log(value));
  return logs;
}

}  // namespace

double geometric_mean(std::span<const double> values) {
  const auto logs = logarithms(values);
  return std::exp(std::accumulate(logs.begin(), logs.end(), 0.0) /
                  static_cast<double>(logs.size()));
}

std::optional<Difference> welch_interval(std::span<const double> before,
                                         std::span<const double> after) {
  if (before.size() < 2 || after.size() < 2) return std::nullopt;
  const Sample a = sample_of(before), b = sample_of(after);
  const boost::math::students_t distribution(std::max(degrees_of_freedom(a, b), 1.0));
  const double reach = boost::math::quantile(distribution, 0.975) *
                       std::sqrt(a.variance_of_mean + b.variance_of_mean);
  return Difference{b.mean - a.mean - reach, b.mean - a.mean + reach};
}

std::optional<Ratio> ratio_interval(std::span<const double> before, std::span<const double> after) {
  const auto logs_before = logarithms(before), logs_after = logarithms(after);
  const auto difference = welch_interval(logs_before, logs_after);
  if (!difference) return std::nullopt;
  return Ratio{std::exp(difference->low), std::exp(difference->high)};
}

}  // namespace mqtt_toolbox::report
