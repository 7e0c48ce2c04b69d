#include "check/refusal.hpp"

#include <doctest/doctest.h>

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::check;

namespace {

std::string shown(std::string_view reason_string) {
  protocol::PropertyList list(protocol::PropertyPlace::puback);
  (void)list.add(protocol::PropertyId::reason_string, reason_string);
  return reason_string_of(list.view());
}

}  // namespace

TEST_CASE("a reason is told by its number and its name") {
  CHECK(reason_text(protocol::ReasonCode::not_authorized, protocol::PacketType::puback) ==
        "0x87 Not authorized");
}

TEST_CASE("a Reason String stands behind it, safe to show and not too long") {
  CHECK(reason_string_of({}).empty());
  CHECK(shown("").empty());
  CHECK(shown("no such user") == ": \"no such user\"");
  CHECK(shown("a\nb\x1B") == ": \"a\\nb\\x1b\"");
  CHECK(shown(std::string(5000, 'x')).size() < 300);
}
