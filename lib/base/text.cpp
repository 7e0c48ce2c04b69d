#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>
#include <vector>

#include "base/utf8.hpp"

namespace mqtt_toolbox {
namespace {

/// A suffix and what a number in front of it counts for.
struct Unit {
  std::string_view suffix;
  double factor;
};

constexpr double century_s = 100.0 * 365.25 * 86'400;

constexpr std::array<Unit, 8> duration_units{{
    {"", 1e9},
    {"us", 1e3},
    {"ms", 1e6},
    {"s", 1e9},
    {"m", 60e9},
    {"h", 3600e9},
    {"d", 86'400e9},
    {"ns", 1},
}};

constexpr double kibi = 1024;
constexpr std::array<Unit, 14> size_units{{
    {"", 1},
    {"b", 1},
    {"k", kibi},
    {"kib", kibi},
    {"kb", 1e3},
    {"m", kibi* kibi},
    {"mib", kibi* kibi},
    {"mb", 1e6},
    {"g", kibi* kibi* kibi},
    {"gib", kibi* kibi* kibi},
    {"gb", 1e9},
    {"t", kibi* kibi* kibi* kibi},
    {"tib", kibi* kibi* kibi* kibi},
    {"tb", 1e12},
}};
constexpr double largest_size = 9'007'199'254'740'992;  // beyond it a double skips whole numbers

constexpr std::array<Unit, 4> rate_multiples{{{"", 1}, {"k", 1e3}, {"K", 1e3}, {"M", 1e6}}};
constexpr std::array<Unit, 4> rate_periods{{{"", 1}, {"s", 1}, {"m", 1.0 / 60}, {"h", 1.0 / 3600}}};

tl::unexpected<Error> not_a(std::string_view text, const std::string& what) {
  return fail(ExitCode::usage, "\"" + printable(text, 100) + "\" is not " + what);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

std::string show_number(double value) {
  std::array<char, 400> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

/// Takes a decimal number without a sign off the front of `text`.
std::optional<long double> take_number(std::string_view& text) {
  long double value = 0;
  const bool starts_well = !text.empty() && ((text[0] >= '0' && text[0] <= '9') || text[0] == '.');
  if (!starts_well) return std::nullopt;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

template <std::size_t Size>
std::optional<double> factor_of(std::string_view suffix, const std::array<Unit, Size>& units) {
  const auto found = std::find_if(units.begin(), units.end(),
                                  [&](const Unit& unit) { return unit.suffix == suffix; });
  return found == units.end() ? std::nullopt : std::optional(found->factor);
}

/// Number and suffix multiplied, when the text is just that.
template <std::size_t Size>
std::optional<long double> take_quantity(std::string_view text,
                                         const std::array<Unit, Size>& units) {
  const auto number = take_number(text);
  const auto factor = factor_of(text, units);
  if (!number || !factor) return std::nullopt;
  return *number * static_cast<long double>(*factor);
}

}  // namespace

Result<std::uint64_t> parse_unsigned(std::string_view text, std::uint64_t low, std::uint64_t high) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc() && stop == end && value >= low && value <= high) return value;
  return not_a(text, "a whole number from " + std::to_string(low) + " to " + std::to_string(high));
}

Result<double> parse_decimal(std::string_view text, double low, double high) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  const bool is_whole_text = error == std::errc() && stop == end;
  if (is_whole_text && value >= low && value <= high) return value;
  return not_a(text, "a number from " + show_number(low) + " to " + show_number(high));
}

Result<Duration> parse_duration(std::string_view text) {
  const auto nanoseconds = take_quantity(text, duration_units);
  if (nanoseconds && *nanoseconds <= static_cast<long double>(century_s * 1e9))
    return Duration(std::llround(*nanoseconds));
  return not_a(text, "a duration from 0 to 100 years such as 1.5, 200ms, 5m or 2h");
}

Result<std::uint64_t> parse_size(std::string_view text) {
  const auto bytes = take_quantity(lower(text), size_units);
  if (bytes && *bytes <= static_cast<long double>(largest_size))
    return static_cast<std::uint64_t>(std::llround(*bytes));
  return not_a(text, "a number of bytes such as 512, 64K, 1MiB (1024-based) or 1MB (1000-based)");
}

Result<double> parse_rate(std::string_view text) {
  const auto slash = text.find('/');
  const bool has_period = slash != std::string_view::npos;
  const auto count = take_quantity(text.substr(0, slash), rate_multiples);
  const auto period = factor_of(has_period ? text.substr(slash + 1) : "", rate_periods);
  const bool period_is_named = !has_period || slash + 1 < text.size();
  if (count && period && period_is_named) {
    const double rate = static_cast<double>(*count) * *period;
    if (rate > 0 && std::isfinite(rate)) return rate;
  }
  return not_a(text, "a rate greater than 0 such as 100, 5k/s or 30/m");
}

Result<bool> parse_boolean(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, bool>, 8> words{{{"yes", true},
                                                                    {"no", false},
                                                                    {"true", true},
                                                                    {"false", false},
                                                                    {"on", true},
                                                                    {"off", false},
                                                                    {"1", true},
                                                                    {"0", false}}};
  const std::string word = lower(text);
  for (const auto& [name, value] : words)
    if (name == word) return value;
  return not_a(text, "yes or no");
}

std::string show_duration(Duration duration) {
  struct Scale {
    std::string_view name;
    std::int64_t nanoseconds;
    bool only_whole;  ///< "5 min" but "90 s"
  };
  constexpr std::array<Scale, 7> scales{{{"d", 86'400'000'000'000, true},
                                         {"h", 3'600'000'000'000, true},
                                         {"min", 60'000'000'000, true},
                                         {"s", 1'000'000'000, false},
                                         {"ms", 1'000'000, false},
                                         {"us", 1'000, false},
                                         {"ns", 1, false}}};
  if (duration.count() == 0) return "0 s";
  const auto magnitude = std::abs(duration.count());
  const auto fits = [&](const Scale& scale) {
    if (scale.only_whole) return magnitude % scale.nanoseconds == 0;
    // What would be rounded to 1000 of the smaller unit is one of this.
    return magnitude >= scale.nanoseconds - scale.nanoseconds / 2'000'000;
  };
  const auto& scale = *std::find_if(scales.begin(), scales.end(), fits);
  const double value =
      static_cast<double>(duration.count()) / static_cast<double>(scale.nanoseconds);
  return show_number(std::round(value * 1000) / 1000) + " " + std::string(scale.name);
}

namespace {

/// Optimal string alignment: insertions, deletions, substitutions, and swaps of neighbours.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before, previous(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitution = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({previous[j] + 1, row[j - 1] + 1, substitution});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = std::exchange(previous, row);
  }
  return previous[b.size()];
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> candidates) {
  std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
  std::optional<std::string_view> found;
  for (const std::string_view candidate : candidates) {
    const std::size_t length_gap = candidate.size() > word.size() ? candidate.size() - word.size()
                                                                  : word.size() - candidate.size();
    if (length_gap >= best) continue;
    const std::size_t steps = distance(word, candidate);
    if (steps >= best) continue;
    best = steps;
    found = candidate;
  }
  return found;
}

}  // namespace mqtt_toolbox
