#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "retain/plan.hpp"

namespace mqtt_toolbox::retain {

/// Which topics are meant: those of the filters, but for --except, and those that --match.
class Chooser {
 public:
  /// ExitCode::usage for a bad regular expression, with its fault.
  static Result<Chooser> make(const Plan& plan);
  Chooser(Chooser&&) noexcept;
  ~Chooser();

  bool wants(std::string_view topic) const;

 private:
  struct Expression;
  explicit Chooser(const Plan& plan);

  const Plan* plan_;
  std::unique_ptr<Expression> expression_;
};

}  // namespace mqtt_toolbox::retain
