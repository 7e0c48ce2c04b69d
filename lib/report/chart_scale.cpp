#include "report/chart_scale.hpp"

#include <algorithm>
#include <cmath>

namespace mqtt_toolbox::report {
namespace {

std::vector<double> linear_values(double low, double high, int wanted) {
  const double raw = (high - low) / wanted;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  const double factor = raw / power;
  const double step = power * (factor < 1.5 ? 1 : factor < 3.5 ? 2 : factor < 7.5 ? 5 : 10);
  std::vector<double> values;
  for (double k = std::ceil(low / step - 1e-9); k * step <= high + step * 1e-9; ++k)
    values.push_back(k * step + 0.0);  // never -0
  return values;
}

std::vector<double> logarithmic_values(double low, double high) {
  const double decades = std::log10(high / low);
  std::vector<double> values;
  for (double power = std::pow(10, std::floor(std::log10(low))); power <= high; power *= 10)
    for (const double factor : {1.0, 2.0, 5.0})
      if ((factor == 1.0 || decades <= 2.5) && power * factor >= low * 0.999 &&
          power * factor <= high * 1.001)
        values.push_back(power * factor);
  return values;
}

}  // namespace

Scale::Scale(double low, double high, double from, double to, bool logarithmic)
    : low_(low), high_(high), from_(from), to_(to), logarithmic_(logarithmic) {}

double Scale::operator()(double value) const {
  const double clamped = std::clamp(value, low_, high_);
  const double share = logarithmic_ ? std::log(clamped / low_) / std::log(high_ / low_)
                                    : (clamped - low_) / (high_ - low_);
  return from_ + share * (to_ - from_);
}

std::vector<double> round_values(double low, double high, bool logarithmic, int wanted) {
  return logarithmic ? logarithmic_values(low, high) : linear_values(low, high, wanted);
}

}  // namespace mqtt_toolbox::report
