#include "check/replays.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace mqtt_toolbox::check {

namespace {

std::size_t count(std::span<const Finding> findings, Verdict verdict) {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(),
                    [verdict](const Finding& finding) { return finding.verdict == verdict; }));
}

/// "alone: passed 2, failed 1"
std::string outcomes(std::span<const Finding> alone) {
  constexpr std::pair<Verdict, std::string_view> words[] = {
      {Verdict::pass, "passed"},
      {Verdict::fail, "failed"},
      {Verdict::deviates, "deviated"},
      {Verdict::unsupported, "unsupported"},
      {Verdict::inconclusive, "inconclusive"},
  };
  std::string text;
  for (const auto& [verdict, word] : words)
    if (const std::size_t number = count(alone, verdict); number != 0)
      text += fmt::format("{}{} {}", text.empty() ? "alone: " : ", ", word, number);
  return text;
}

Finding fail_again(const Finding& first, std::span<const Finding> alone, bool was_beside_others) {
  const std::size_t failed = count(alone, Verdict::fail);
  if (failed == alone.size()) return first;
  const bool is_judged = count(alone, Verdict::inconclusive) < alone.size();
  Finding finding = first;
  if (was_beside_others && first.rests_on_silence && failed == 0 && is_judged) {
    finding.verdict = Verdict::inconclusive;
    finding.observed = fmt::format("only beside others: {} ({})", first.observed, outcomes(alone));
  } else {
    finding.observed +=
        fmt::format(" ({} of {} plays; {})", 1 + failed, 1 + alone.size(), outcomes(alone));
  }
  return finding;
}

/// The worst that is certain.
Finding inconclusive_again(const Finding& first, std::span<const Finding> alone) {
  for (const Verdict verdict :
       {Verdict::fail, Verdict::deviates, Verdict::unsupported, Verdict::pass}) {
    const auto found = std::find_if(alone.begin(), alone.end(), [verdict](const Finding& finding) {
      return finding.verdict == verdict;
    });
    if (found != alone.end()) return *found;
  }
  return first;
}

}  // namespace

Finding judged_again(const Finding& first, std::span<const Finding> alone, bool was_beside_others) {
  if (alone.empty()) return first;
  return first.verdict == Verdict::fail ? fail_again(first, alone, was_beside_others)
                                        : inconclusive_again(first, alone);
}

}  // namespace mqtt_toolbox::check
