#include "base/text.hpp"

#include <array>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

namespace mqtt_toolbox {
namespace {

using namespace std::chrono_literals;

template <typename T>
void check_refused(const Result<T>& result, std::string_view text) {
  REQUIRE_FALSE(result);
  CHECK(result.error().code == ExitCode::usage);
  CHECK(result.error().text == text);
}

TEST_CASE("parse_unsigned takes the whole text within its range") {
  CHECK(parse_unsigned("0", 0, 65535).value() == 0);
  CHECK(parse_unsigned("65535", 0, 65535).value() == 65535);
  CHECK(parse_unsigned("18446744073709551615", 0, std::numeric_limits<std::uint64_t>::max())
            .value() == std::numeric_limits<std::uint64_t>::max());
  check_refused(parse_unsigned("12x", 0, 65535), "\"12x\" is not a whole number from 0 to 65535");
  for (const auto* text :
       {"", " 1", "1 ", "+1", "-1", "0x10", "65536", "99999999999999999999", "1.0"})
    CHECK_FALSE_MESSAGE(parse_unsigned(text, 0, 65535), text);
  CHECK_FALSE(parse_unsigned("1", 2, 3));
}

TEST_CASE("an error shows no control character of the text it refuses") {
  check_refused(parse_unsigned("1\x1b[2J\n", 0, 9),
                "\"1\\x1b[2J\\n\" is not a whole number from 0 to 9");
}

TEST_CASE("parse_decimal takes finite numbers within its range") {
  CHECK(parse_decimal("0.25", 0, 1).value() == 0.25);
  CHECK(parse_decimal("-1.5", -2, 1).value() == -1.5);
  CHECK(parse_decimal("1e3", 0, 1e6).value() == 1000);
  check_refused(parse_decimal("2", 0, 1.5), "\"2\" is not a number from 0 to 1.5");
  for (const auto* text : {"", "nan", "inf", "1,5", "1.5x", " 1"})
    CHECK_FALSE_MESSAGE(parse_decimal(text, -1e300, 1e300), text);
}

TEST_CASE("parse_duration knows its units; a bare number is seconds") {
  CHECK(parse_duration("1.5").value() == 1500ms);
  CHECK(parse_duration(".5").value() == 500ms);
  CHECK(parse_duration("0").value() == 0ns);
  CHECK(parse_duration("1.5s").value() == 1500ms);
  CHECK(parse_duration("200ms").value() == 200ms);
  CHECK(parse_duration("3us").value() == 3us);
  CHECK(parse_duration("50ns").value() == 50ns);
  CHECK(parse_duration("5m").value() == 5min);
  CHECK(parse_duration("2h").value() == 2h);
  CHECK(parse_duration("1d").value() == 24h);
  CHECK(parse_duration("123456789.123456789").value() == 123456789123456789ns);
  CHECK(parse_duration("36525d").value() == 876600h);
}

TEST_CASE("parse_duration refuses what is not one") {
  check_refused(parse_duration("5x"),
                "\"5x\" is not a duration from 0 to 100 years such as 1.5, 200ms, 5m or 2h");
  for (const auto* text : {"", "s", ".", "-1", "+1", "1 s", "1e3", "1S", "1min", "36526d", "inf",
                           "nan", "1e400", "0x1s", "99999999999999999999999999"})
    CHECK_FALSE_MESSAGE(parse_duration(text), text);
}

TEST_CASE("parse_size tells 1024-based suffixes from 1000-based ones") {
  const std::vector<std::pair<std::string_view, std::uint64_t>> sizes{
      {"0", 0},
      {"512", 512},
      {"64K", 65536},
      {"64k", 65536},
      {"1MiB", 1048576},
      {"1M", 1048576},
      {"1kB", 1000},
      {"1MB", 1000000},
      {"2GB", 2000000000},
      {"2G", 2147483648},
      {"1.5K", 1536},
      {"7B", 7},
      {"1TiB", 1099511627776},
      {"9007199254740992", 9007199254740992}};
  for (const auto& row : sizes) {
    const std::string_view text = row.first;
    CAPTURE(text);
    REQUIRE(parse_size(text));
    CHECK(parse_size(text).value() == row.second);
  }
  for (const auto* text : {"", "K", "-1", "1 K", "1X", "1KiBs", "9007199254740994", "10000T"})
    CHECK_FALSE_MESSAGE(parse_size(text), text);
}

TEST_CASE("parse_rate gives events per second") {
  const std::vector<std::pair<std::string_view, double>> rates{
      {"100", 100},      {"100/s", 100}, {"5k/s", 5000}, {"5K", 5000},
      {"1.5M/s", 1.5e6}, {"30/m", 0.5},  {"36/h", 0.01}};
  for (const auto& row : rates) {
    const std::string_view text = row.first;
    CAPTURE(text);
    REQUIRE(parse_rate(text));
    CHECK(parse_rate(text).value() == doctest::Approx(row.second));
  }
  for (const auto* text : {"", "0", "0/s", "-1", "1/", "1/d", "/s", "5kk", "5/k", "1/s/s", "5m"})
    CHECK_FALSE_MESSAGE(parse_rate(text), text);
}

TEST_CASE("parse_boolean knows four pairs of words") {
  for (const auto* text : {"yes", "true", "on", "1", "YES", "True"})
    CHECK_MESSAGE(parse_boolean(text).value(), text);
  for (const auto* text : {"no", "false", "off", "0", "Off"})
    CHECK_FALSE_MESSAGE(parse_boolean(text).value(), text);
  check_refused(parse_boolean("maybe"), "\"maybe\" is not yes or no");
  CHECK_FALSE(parse_boolean(""));
}

TEST_CASE("show_duration chooses the unit a person would") {
  const std::vector<std::pair<Duration, std::string_view>> shown{
      {1500ms, "1.5 s"}, {200ms, "200 ms"},       {3us, "3 us"},       {0ns, "0 s"},
      {999ns, "999 ns"}, {90s, "90 s"},           {5min, "5 min"},     {2h, "2 h"},
      {72h, "3 d"},      {1234567ns, "1.235 ms"}, {-1500ms, "-1.5 s"}, {1s, "1 s"}};
  for (const auto& [duration, text] : shown) CHECK(show_duration(duration) == text);
}

TEST_CASE("show_duration never shows a thousand of a unit that has a larger one") {
  CHECK(show_duration(999'999'999ns) == "1 s");
  CHECK(show_duration(999'999ns) == "999.999 us");
  CHECK(show_duration(999'999'400ns) == "999.999 ms");
}

TEST_CASE("nearest suggests only what is near") {
  constexpr std::array<std::string_view, 5> names{"host", "port", "topic", "will-topic", "retain"};
  CHECK(nearest("hots", names) == "host");  // two neighbours swapped
  CHECK(nearest("topci", names) == "topic");
  CHECK(nearest("retian", names) == "retain");
  CHECK(nearest("ret", names) == std::nullopt);  // three steps away
  CHECK(nearest("pord", names) == "port");
  CHECK(nearest("wil-topik", names) == "will-topic");
  CHECK(nearest("zzzz", names) == std::nullopt);
  CHECK(nearest("", names) == std::nullopt);
  CHECK(nearest("host", {}) == std::nullopt);
}

TEST_CASE("nearest prefers the nearer candidate, then the first") {
  constexpr std::array<std::string_view, 3> names{"abcxyz", "abcdex", "abcdey"};
  CHECK(nearest("abcdez", names) == "abcdex");
}

}  // namespace
}  // namespace mqtt_toolbox
