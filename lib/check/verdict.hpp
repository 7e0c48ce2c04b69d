#pragma once

#include <optional>
#include <string>

#include "base/time.hpp"
#include "base/verdict.hpp"

namespace mqtt_toolbox::check {

using mqtt_toolbox::name;
using mqtt_toolbox::Verdict;
using mqtt_toolbox::VerdictMeaning;
using mqtt_toolbox::verdicts;

/// What a case observed.
struct Finding {
  Verdict verdict = Verdict::inconclusive;
  std::string observed;  ///< for people, one line, no full stop
  /// From the event that the case is about (a cut, a publish) to what it waits for.
  std::optional<Duration> after{};
  /// Of a fail: something was waited for in vain, so that the load may be the cause.
  bool rests_on_silence = false;
};

inline Finding pass(std::string observed, std::optional<Duration> after = {}) {
  return {Verdict::pass, std::move(observed), after};
}
inline Finding broken(std::string observed, std::optional<Duration> after = {}) {
  return {Verdict::fail, std::move(observed), after};
}
inline Finding deviates(std::string observed, std::optional<Duration> after = {}) {
  return {Verdict::deviates, std::move(observed), after};
}
inline Finding unsupported(std::string observed) {
  return {Verdict::unsupported, std::move(observed), {}};
}
inline Finding inconclusive(std::string observed) {
  return {Verdict::inconclusive, std::move(observed), {}};
}

}  // namespace mqtt_toolbox::check
