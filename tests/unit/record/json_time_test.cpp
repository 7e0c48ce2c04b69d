#include "record/json_time.hpp"

#include <doctest/doctest.h>

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::record;

namespace {

std::string text_of(JsonTime& writer, std::int64_t nanoseconds) {
  std::string text;
  writer.append(text, {nanoseconds});
  return text;
}

}  // namespace

TEST_CASE("the time as text and as a number, cut to microseconds") {
  JsonTime writer;
  CHECK(text_of(writer, 1'770'091'506'789'012'999) ==
        R"("time":"2026-02-03T04:05:06.789012Z","time_s":1770091506.789012)");
  CHECK(text_of(writer, 1'770'091'506'000'001'000) ==
        R"("time":"2026-02-03T04:05:06.000001Z","time_s":1770091506.000001)");
  CHECK(text_of(writer, 1'770'091'507'000'000'000) ==
        R"("time":"2026-02-03T04:05:07.000000Z","time_s":1770091507.000000)");
  CHECK(text_of(writer, 0) == R"("time":"1970-01-01T00:00:00.000000Z","time_s":0.000000)");
}

TEST_CASE("the same time again gives the same text, and another one does not") {
  JsonTime writer;
  const std::string start = R"("time":"1970-01-01T00:00:00.000000Z","time_s":0.000000)";
  CHECK(text_of(writer, 0) == start);
  CHECK(text_of(writer, 0) == start);
  CHECK(text_of(writer, 1'000) == R"("time":"1970-01-01T00:00:00.000001Z","time_s":0.000001)");
  CHECK(text_of(writer, 0) == start);
}

TEST_CASE("a clock that stands before 1970 gives whole seconds") {
  JsonTime writer;
  CHECK(text_of(writer, -1) == R"("time":"1969-12-31T23:59:59.999999Z","time_s":-1)");
  CHECK(text_of(writer, -2'000'000'000) == R"("time":"1969-12-31T23:59:58.000000Z","time_s":-2)");
  CHECK(text_of(writer, INT64_MIN) ==
        R"("time":"1677-09-21T00:12:43.145224Z","time_s":-9223372037)");
}
