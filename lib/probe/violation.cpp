#include "probe/violation.hpp"

#include <string>

#include <fmt/format.h>

#include "base/base64.hpp"
#include "base/utf8.hpp"
#include "probe/scene.hpp"

namespace mqtt_toolbox::probe {

namespace {

constexpr std::size_t shown_topic = 100;

/// "the broker sent a PUBLISH to a/b that violates the protocol: a string is not well-formed UTF-8"
std::string text_of(const session::Failure& failure) {
  std::string why = describe(failure);
  if (!failure.fault || failure.oversize) return why;
  std::string text = fmt::format("the broker sent a {}", name(*failure.packet));
  if (!failure.topic.empty()) text += " to " + printable(failure.topic, shown_topic);
  return text + " that violates the protocol: " + why;
}

}  // namespace

std::optional<Finding> finding_of(const session::Failure& failure) {
  if (!failure.packet) return std::nullopt;
  if (failure.oversize && !failure.oversize->is_announced) return std::nullopt;
  const std::string text = text_of(failure);
  if (!failure.statement.empty()) return broken(fmt::format("{} [{}]", text, failure.statement));
  std::string bytes;
  append_hex(bytes, failure.start);
  return deviates(fmt::format("{}; it begins with the bytes {}", text, bytes));
}

void ObserverViolations::note(std::string_view observer, const Finding& finding) {
  const std::lock_guard lock(mutex_);
  const bool is_worse =
      worst_ && worst_->verdict != Verdict::fail && finding.verdict == Verdict::fail;
  if (worst_ && !is_worse) return;
  worst_ = finding;
  worst_->observed = fmt::format("the {} witness: {}", observer, finding.observed);
}

std::optional<Finding> ObserverViolations::worst() const {
  const std::lock_guard lock(mutex_);
  return worst_;
}

Finding play_packets_to_observers(Scene& scene) {
  return scene.ground().violations->worst().value_or(pass("they had to refuse nothing"));
}

}  // namespace mqtt_toolbox::probe
