#include "load/stamp.hpp"

#include <string>

#include <doctest/doctest.h>

#include "base/base64.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::load;

TEST_CASE("the measuring header, byte by byte and back") {
  std::string payload(40, 'x');
  write_stamp(payload.data(), {0x01020304, 0x05060708, 0x1112131415161718, 0x2122232425262728, 9});
  std::string hex;
  append_hex(hex, payload);
  CHECK(hex ==
        "6d71746201020304050607081112131415161718212223242526272800000009"
        "7878787878787878");
  const auto stamp = read_stamp(payload);
  REQUIRE(stamp);
  CHECK(stamp->run == 0x01020304);
  CHECK(stamp->stream == 0x05060708);
  CHECK(stamp->sequence == 0x1112131415161718);
  CHECK(stamp->due == 0x2122232425262728);
  CHECK(stamp->late == 9);
  CHECK_FALSE(read_stamp(payload.substr(0, 31)));
  payload[3] = 'x';
  CHECK_FALSE(read_stamp(payload));
}

TEST_CASE("lateness in microseconds saturates") {
  CHECK(stamp_lateness(Duration(-5)) == 0);
  CHECK(stamp_lateness(Duration(999)) == 0);
  CHECK(stamp_lateness(Duration(5'999)) == 5);
  CHECK(stamp_lateness(std::chrono::hours(3)) == UINT32_MAX);
}
