#pragma once

#include <cstdint>

#include "pub/plan.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::pub {

/// When the next message is due: at once, on an absolute schedule (--rate), or a while after the
/// delivery of the one before (--repeat-delay).
class Pace {
 public:
  Pace(transport::Loop& loop, const Plan& plan, transport::Loop::Callback due);

  void start(Time now) { start_ = now; }
  /// False: every message may go at once, so that nobody need ask.
  bool is_limited() const { return plan_.rate.has_value() || waits_for_delivery(); }
  /// Whether the next message may go now; if not, `due` is called when it may.
  bool is_due(Time now);
  void sent() { ++sent_; }
  /// Everything sent was delivered.
  void delivered(Time now);
  /// Between messages there is a pause that counts from the delivery.
  bool waits_for_delivery() const { return plan_.repeat_delay.count() > 0; }

 private:
  Time next_due() const;

  const Plan& plan_;
  transport::Loop::Timer timer_;
  Time start_{};
  Time after_delivery_{};
  std::uint64_t sent_ = 0;
  std::uint64_t delivered_ = 0;
};

}  // namespace mqtt_toolbox::pub
