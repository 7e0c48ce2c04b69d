#pragma once

#include <vector>

#include "report/chart.hpp"

namespace mqtt_toolbox::report {

/// Values to pixels.
class Scale {
 public:
  /// From `low` to `high` (of which logarithmic ones are positive) onto `from` to `to`.
  Scale(double low, double high, double from, double to, bool logarithmic);

  double operator()(double value) const;
  double low() const { return low_; }
  double high() const { return high_; }

 private:
  double low_, high_, from_, to_;
  bool logarithmic_;
};

/// Round values between `low` and `high`: steps of 1, 2 or 5 times a power of ten, about `wanted`
/// of them; of a logarithmic axis the powers of ten, and within two of these 2 and 5 times them
/// too.
std::vector<double> round_values(double low, double high, bool logarithmic, int wanted);

}  // namespace mqtt_toolbox::report
