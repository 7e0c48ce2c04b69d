#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace mqtt_toolbox {

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

}  // namespace mqtt_toolbox
