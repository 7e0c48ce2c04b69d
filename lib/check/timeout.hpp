#pragma once

#include "base/time.hpp"

namespace mqtt_toolbox::check {

/// How long a step waits, beside what the way to the broker takes.
struct Timeout {
  // Implicit: most steps wait for a duration and no longer.
  template <typename Number, typename Unit>
  constexpr Timeout(std::chrono::duration<Number, Unit> waited) : time(waited) {}
  constexpr Timeout(Duration waited, bool goes_on) : time(waited), looks_on(goes_on) {}

  Duration time;
  /// What is waited for must come, and the standard does not say when: when it has not come by
  /// then, it is looked for as long as the run lets the case (see CaseContext::allow_late).
  bool looks_on = false;
};

/// For what must come.
constexpr Timeout must_come_within(Duration time) {
  return {time, true};
}

/// How long an answer may take where a script does not say.
inline constexpr Timeout usual_timeout = must_come_within(std::chrono::seconds(5));
/// How long a message that must come may take.
inline constexpr Timeout arrival_timeout = must_come_within(std::chrono::seconds(3));
/// How long a broker may think about what it should not take.
inline constexpr Timeout reaction_timeout = must_come_within(std::chrono::milliseconds(1500));

/// How much later than one and a half keep-alives a broker may give up: the standard does not say
/// how often it has to look (MQTT 5.0 section 3.1.2.10), and some look every five seconds.
inline constexpr Duration keep_alive_leeway = std::chrono::seconds(7);

}  // namespace mqtt_toolbox::check
