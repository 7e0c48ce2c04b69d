#include "probe/malformed_steps.hpp"

#include <doctest/doctest.h>

#include "unit/check/stage.hpp"

namespace mqtt_toolbox::probe {

using namespace check;

namespace {

using protocol::PacketType;

constexpr std::string_view lets_in = "; accept; auto";
/// Connections are taken by the system, and nobody answers.
constexpr std::string_view lets_nobody_in = "; accept; silence";

Stage impatient(std::string_view first, std::string_view then) {
  Stage stage(std::string(first) += then);
  stage.run.plan.connack_timeout = std::chrono::milliseconds(100);
  return stage;
}

Finding after_packet(std::string_view then) {
  Stage stage = impatient("accept; expect CONNECT; send CONNACK; expect PINGREQ; close", then);
  return refusal_of(*stage.context, std::string("\xC0\x00", 2), PacketType::puback, Verdict::fail);
}

constexpr std::string_view right_connect =
    "accept; expect CONNECT; send CONNACK; expect DISCONNECT; close; accept; expect CONNECT; ";

Finding after_connect(std::string_view before, std::string_view answer, std::string_view then) {
  Stage stage = impatient(std::string(before) += answer, then);
  RawClient client(*stage.context);
  return refusal_of_connect(*stage.context, client, client.encoded(client.connect_packet()));
}

TEST_CASE("the end of a connection is a refusal") {
  CHECK(after_packet(lets_in).verdict == Verdict::pass);
  CHECK(after_connect(right_connect, "close", lets_in).verdict == Verdict::pass);
}

TEST_CASE("a CONNECT is refused for what is wrong with it only where a right one is accepted") {
  constexpr std::string_view not_authorized = "send CONNACK code=135; close";
  CHECK(after_connect(right_connect, not_authorized, "").verdict == Verdict::pass);
  CHECK(after_connect("accept; expect CONNECT; ", not_authorized, lets_nobody_in).verdict ==
        Verdict::inconclusive);
}

}  // namespace
}  // namespace mqtt_toolbox::probe
