#include "pub/pace.hpp"

#include <algorithm>

namespace mqtt_toolbox::pub {
namespace {

/// As far away as any wait is: a time that does not fit its type would count as past.
constexpr double longest_wait = 1e18;

}  // namespace

Pace::Pace(transport::Loop& loop, const Plan& plan, transport::Loop::Callback due)
    : plan_(plan), timer_(loop, std::move(due)) {}

Time Pace::next_due() const {
  Time due = start_;
  if (plan_.rate)
    due += Duration(static_cast<std::int64_t>(
        std::min(static_cast<double>(sent_) * 1e9 / *plan_.rate, longest_wait)));
  if (waits_for_delivery()) due = std::max(due, after_delivery_);
  return due;
}

bool Pace::is_due(Time now) {
  if (waits_for_delivery() && delivered_ < sent_) return false;
  Time due = next_due();
  if (due <= now) return true;
  timer_.arm(due);
  return false;
}

void Pace::delivered(Time now) {
  delivered_ = sent_;
  if (waits_for_delivery()) timer_.arm(after_delivery_ = now + plan_.repeat_delay);
}

}  // namespace mqtt_toolbox::pub
