#include "report/histogram_code.hpp"

#include <doctest/doctest.h>

#include "base/random.hpp"
#include "report/hdr_log.hpp"
#include "unit/report/results.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::report;
using load::Histogram;

namespace {

std::string encoded(const Histogram& histogram) {
  std::string text;
  append_encoded(text, histogram);
  return text;
}

}  // namespace

TEST_CASE("a histogram comes back from its code, extremes and all") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    Histogram before, after;
    for (std::uint64_t i = 0; i < seed * seed; ++i)
      before.record(random() >> (23 + random() % 41),
                    1 + (random() >> (random() % 64)) % 1'000'000);
    const auto status = decode_into(after, encoded(before), before.minimum(), before.maximum());
    REQUIRE_MESSAGE(status, status.error().text);
    CHECK(same(before, after));
  }
}

TEST_CASE("an empty histogram, one value, and the ends of the range") {
  Histogram empty, back;
  CHECK(decode_into(back, encoded(empty)));
  CHECK(back.count() == 0);
  for (const std::uint64_t value :
       {std::uint64_t{1}, std::uint64_t{2047}, std::uint64_t{2048}, Histogram::highest}) {
    Histogram one, again;
    one.record(value);
    REQUIRE(decode_into(again, encoded(one), value, value));
    CHECK(same(one, again));
  }
}

TEST_CASE("without the extremes, a code adds its counts") {
  Histogram one, sum;
  one.record(1'000'000, 3);
  REQUIRE(decode_into(sum, encoded(one)));
  REQUIRE(decode_into(sum, encoded(one)));
  CHECK(sum.count() == 6);
  CHECK(sum.cell_count(Histogram::cell_of(1'000'000)) == 6);
}

TEST_CASE("the code begins as HdrHistogram's does") {
  Histogram one;
  one.record(12'345);
  CHECK(encoded(one).substr(0, 8) == "HISTFAAA");
}

TEST_CASE("a code written by HdrHistogram for Java is read") {
  // Java 2.1.11: new Histogram(1, 3600000000000L, 3) with 1000, 2000 (twice), 1000000 and 3600e9.
  Histogram histogram;
  const auto status = decode_into(
      histogram, "HISTFAAAADB42pNpmSzMwMDAxwABzFCaEch0M9ixgMH+A0TgPD/TWX6W+f2MTJdvMzEBALFvCPw=");
  REQUIRE_MESSAGE(status, status.error().text);
  CHECK(histogram.count() == 5);
  CHECK(histogram.cell_count(Histogram::cell_of(2000)) == 2);
  CHECK(histogram.cell_count(Histogram::cell_of(1'000'000)) == 1);
  CHECK(histogram.cell_count(Histogram::cell_of(Histogram::highest)) == 1);
}

TEST_CASE("damaged codes are refused, whatever the damage") {
  Histogram histogram;
  for (std::uint64_t i = 0; i < 1000; ++i) histogram.record(i * i * 1000);
  const std::string good = encoded(histogram);
  Histogram sink;
  for (const std::string bad : {"", "HISTFAAA", "not base64!", "AAAAAAAAAAAAAAAA"})
    CHECK_FALSE(decode_into(sink, bad));
  Random random(1);
  for (int i = 0; i < 2000; ++i) {
    std::string bad = good;
    bad[random() % bad.size()] = "ABCDabcd0123+/="[random() % 15];
    bad.resize(bad.size() - 4 * (random() % 2));
    Histogram target;
    if (decode_into(target, bad)) CHECK(target.count() == histogram.count());
  }
  CHECK_FALSE(decode_into(sink, good, 0, 5));
}

TEST_CASE("a log has a line for each interval and each whole histogram, and comes back") {
  const RunResult result = some_result();
  std::string log;
  append_hdr_log(log, result);
  CHECK(log.find("#[Histogram log format version 1.3]\n") != log.npos);
  CHECK(log.find("#[StartTime: 1770000000.123 (seconds since epoch)]\n") != log.npos);
  CHECK(log.find("Tag=acknowledged,1.000,1.000,") != log.npos);
  CHECK(log.find("Tag=acknowledged,0.000,") == log.npos);
  const auto sums = parse_hdr_log(log);
  REQUIRE_MESSAGE(sums, sums.error().text);
  CHECK(sums->size() == 12);
  Histogram acknowledged = result.measurement.intervals[1].acknowledged;
  acknowledged.merge(result.measurement.intervals[2].acknowledged);
  for (const double percent : {50.0, 90.0, 99.0, 99.9, 100.0})
    CHECK(sums->at("acknowledged").at_percentile(percent) == acknowledged.at_percentile(percent));
  CHECK(sums->at("lateness").count() == result.measurement.latencies.lateness.count());
}

TEST_CASE("a damaged log says which line") {
  for (const char* const bad :
       {"0.0,1.0,2.0\n", "x,1.0,2.0,HIST\n", "Tag=a,0.0,1.0,2.0,HISTFAAA\n"}) {
    const auto sums = parse_hdr_log(std::string("#[comment]\n") + bad);
    REQUIRE_FALSE(sums);
    CHECK(sums.error().code == ExitCode::io);
    CHECK(sums.error().text.find("line 2") == 0);
  }
}
