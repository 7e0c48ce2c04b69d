#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/export.hpp"
#include "base/time.hpp"

namespace mqtt_toolbox::probe {

/// What a case says of the broker.
enum class Verdict : std::uint8_t {
  pass,
  fail,          ///< a MUST of the specification is broken
  deviates,      ///< a SHOULD is, or it does what the specification leaves open and nobody expects
  unsupported,   ///< the broker says, or shows, that it does not have the feature
  inconclusive,  ///< what was seen proves nothing
};

struct VerdictMeaning {
  Verdict verdict;
  std::string_view name;
  std::string_view meaning;  ///< one clause for manuals, no full stop
};

/// The one table of verdicts, in the order of the enumeration.
inline constexpr std::array<VerdictMeaning, 5> verdicts{{
    {Verdict::pass, "pass", "the broker did what the specification wants"},
    {Verdict::fail, "fail", "the broker broke what the specification demands"},
    {Verdict::deviates, "deviates",
     "the broker did not do what the specification recommends, or what is usual where the "
     "specification is silent"},
    {Verdict::unsupported, "unsupported", "the broker does not have what the case is about"},
    {Verdict::inconclusive, "inconclusive",
     "what was seen proves nothing, also because the time of the case ran out"},
}};

constexpr std::string_view name(Verdict verdict) {
  return verdicts[static_cast<std::size_t>(verdict)].name;
}

/// What a case observed.
struct Finding {
  Verdict verdict = Verdict::inconclusive;
  std::string observed;  ///< for people, one line, no full stop
  /// From the event that the case is about (a cut, a publish) to what it waits for.
  std::optional<Duration> after{};
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

}  // namespace mqtt_toolbox::probe
