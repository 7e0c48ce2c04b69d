#include "retain/chooser.hpp"

#include <algorithm>
#include <regex.h>

#include "protocol/topic.hpp"

namespace mqtt_toolbox::retain {

/// The C library's, which takes long topics of strangers without recursion.
struct Chooser::Expression {
  regex_t compiled{};
  bool is_compiled = false;
  ~Expression() {
    if (is_compiled) regfree(&compiled);
  }
};

Chooser::Chooser(const Plan& plan) : plan_(&plan) {}
Chooser::Chooser(Chooser&&) noexcept = default;
Chooser::~Chooser() = default;

Result<Chooser> Chooser::make(const Plan& plan) {
  Chooser chooser(plan);
  if (plan.match.empty()) return chooser;
  chooser.expression_ = std::make_unique<Expression>();
  regex_t& compiled = chooser.expression_->compiled;
  const int fault = regcomp(&compiled, plan.match.c_str(), REG_EXTENDED | REG_NOSUB);
  chooser.expression_->is_compiled = fault == 0;
  if (fault == 0) return chooser;
  char text[200];
  regerror(fault, &compiled, text, sizeof text);
  return fail(ExitCode::usage, "--match: " + std::string(text));
}

bool Chooser::wants(std::string_view topic) const {
  const auto matches = [&](const std::string& filter) { return protocol::matches(filter, topic); };
  const auto& filters = plan_->filters;
  const auto& exceptions = plan_->exceptions;
  if (std::none_of(filters.begin(), filters.end(), matches)) return false;
  if (std::any_of(exceptions.begin(), exceptions.end(), matches)) return false;
  if (!expression_) return true;
  return regexec(&expression_->compiled, std::string(topic).c_str(), 0, nullptr, 0) == 0;
}

}  // namespace mqtt_toolbox::retain
