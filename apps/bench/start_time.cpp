#include "bench/start_time.hpp"

#include <cmath>
#include <string>
#include <time.h>

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace mqtt_toolbox::bench {
namespace {

constexpr double latest_second = 9e9;  // in the year 2255; 64 bits of nanoseconds end soon after
constexpr double nanoseconds_a_second = 1e9;

/// The fraction ".25Z" or "Z"; negative when it is neither.
double fraction_of(std::string_view text) {
  if (text.empty() || text.back() != 'Z') return -1;
  text.remove_suffix(1);
  if (text.empty()) return 0;
  if (text.front() != '.' || text.size() < 2) return -1;
  return parse_decimal("0" + std::string(text), 0, 1).value_or(-1);
}

}  // namespace

Result<std::int64_t> parse_start_time(std::string_view text) {
  if (const auto seconds = parse_decimal(text, 0, latest_second))
    return static_cast<std::int64_t>(std::llround(*seconds * nanoseconds_a_second));
  const std::string copy(text);
  tm parts{};
  const char* const rest = strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  const double fraction = rest == nullptr ? -1 : fraction_of(rest);
  if (fraction < 0) {
    return fail(ExitCode::usage, '"' + printable(text, 100) +
                                     "\" is not a time such as 2026-02-03T04:05:06Z, nor seconds "
                                     "since 1970");
  }
  return static_cast<std::int64_t>(timegm(&parts)) * 1'000'000'000 +
         std::llround(fraction * nanoseconds_a_second);
}

}  // namespace mqtt_toolbox::bench
