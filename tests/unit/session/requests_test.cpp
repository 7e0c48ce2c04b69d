#include <doctest/doctest.h>

#include "unit/session/bench.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::session;
using protocol::PacketType;
using protocol::PropertyId;
using protocol::ReasonCode;
using protocol::Version;

namespace {

std::string filters(std::initializer_list<Bytes> names) {
  std::string entries;
  for (const Bytes name : names)
    protocol::append_subscription(entries, {.filter = name, .qos = protocol::Qos::exactly_once});
  return entries;
}

Result<Submission> subscribe(Bench& bench, std::initializer_list<Bytes> names, Token token,
                             protocol::Properties properties = {}) {
  const std::string entries = filters(names);
  return bench.session.subscribe({99, properties, entries}, token, bench.now);
}

const std::string two_codes = "\x02\x87";

}  // namespace

TEST_CASE(
    "SUBSCRIBE and UNSUBSCRIBE share the identifiers of PUBLISH and give results per filter") {
  Bench bench;
  bench.connect();
  bench.handler.take();
  bench.publish("t", "p", 1);
  CHECK(subscribe(bench, {"a/#", "b"}, 21)->packet_identifier == 2);
  std::string entries;
  protocol::append_filter(entries, "c");
  CHECK(bench.session.unsubscribe({0, {}, entries}, 22, bench.now)->packet_identifier == 3);
  CHECK(bench.take() == "PUBLISH q1 #1 [t] p | SUBSCRIBE #2 a/# b | UNSUBSCRIBE #3 c");
  bench.receive(protocol::SubAck{2, {}, two_codes});
  bench.receive(protocol::UnsubAck{3, {}, "\x11"});
  CHECK(bench.handler.take() == "subscribed 21 0x02 0x87 | unsubscribed 22 0x11");
  CHECK(bench.session.inflight() == 1);
}

TEST_CASE("UNSUBACK of 3.1.1 has no codes") {
  Bench bench(Version::v311);
  bench.connect();
  bench.handler.take();
  std::string entries;
  protocol::append_filter(entries, "c");
  REQUIRE(bench.session.unsubscribe({0, {}, entries}, 22, bench.now));
  bench.receive_bytes(hex("B0 02 0001"));
  CHECK(bench.handler.take() == "unsubscribed 22");
}

TEST_CASE("a SUBACK with the wrong number of codes is a protocol error") {
  Bench bench;
  bench.connect();
  bench.handler.take();
  subscribe(bench, {"a"}, 1);
  bench.take();
  bench.receive(protocol::SubAck{1, {}, two_codes});
  CHECK(bench.take() == "DISCONNECT 0x82");
  CHECK(bench.handler.take().empty());
}

TEST_CASE("requests without an answer are sent again, whether the session was kept or not") {
  for (const bool is_kept : {true, false}) {
    Bench bench;
    bench.settings.resume = true;
    bench.connect();
    subscribe(bench, {"a"}, 1);
    bench.publish("t", "p", 1);
    bench.take();
    bench.connect(is_kept);
    CHECK(bench.take() == (is_kept ? "SUBSCRIBE #1 a | PUBLISH q1 dup #2 [t] p"
                                   : "SUBSCRIBE #1 a | PUBLISH q1 #2 [t] p"));
  }
}

TEST_CASE("requests are not in the window for messages, and block only when offline") {
  Bench bench;
  bench.settings.inflight_messages = 1;
  CHECK(subscribe(bench, {"a"}, 1)->admission == Admission::would_block);
  bench.connect();
  CHECK(bench.handler.take() == "connected | ready");
  REQUIRE(bench.accepted("t", "p", 1));
  CHECK(subscribe(bench, {"a"}, 1)->admission == Admission::accepted);
}

TEST_CASE("limits on subscriptions are kept, and named") {
  Bench bench;
  const auto refusal = [&](Bytes filter, protocol::Properties properties = {}) {
    const auto submission = subscribe(bench, {"plain", filter}, 1, properties);
    REQUIRE_FALSE(submission);
    CHECK(submission.error().code == ExitCode::rejected);
    return submission.error().text;
  };
  const With nothing = With(PacketType::connack)(PropertyId::wildcard_subscription_available, 0)(
      PropertyId::subscription_identifier_available, 0)(PropertyId::shared_subscription_available,
                                                        0)(PropertyId::maximum_packet_size, 60);
  bench.connect(false, nothing);
  bench.take();
  CHECK(refusal("a/+") ==
        "the broker accepts no wildcard subscriptions (Wildcard Subscription Available 0)");
  CHECK(refusal("$share/g/a") ==
        "the broker accepts no shared subscriptions (Shared Subscription Available 0)");
  const With identifier = With(PacketType::subscribe)(PropertyId::subscription_identifier, 4);
  CHECK(refusal("a", identifier) ==
        "the broker accepts no subscription identifiers (Subscription Identifiers Available 0)");
  const std::string filter(60, 'f');
  CHECK(refusal(filter) ==
        "the packet has 76 bytes, and the broker accepts at most 60 (Maximum Packet Size)");
  CHECK(bench.output.empty());
  CHECK(subscribe(bench, {"plain"}, 1)->admission == Admission::accepted);
}

TEST_CASE("wildcards inside a shared subscription count as wildcards") {
  Bench bench;
  const With limit = With(PacketType::connack)(PropertyId::wildcard_subscription_available, 0);
  bench.connect(false, limit);
  CHECK_FALSE(subscribe(bench, {"$share/g/a/#"}, 1));
  CHECK(subscribe(bench, {"$share/g/a"}, 1));
}

TEST_CASE("an empty SUBSCRIBE is a wrong use") {
  Bench bench;
  bench.connect();
  const auto submission = subscribe(bench, {}, 1);
  REQUIRE_FALSE(submission);
  CHECK(submission.error().code == ExitCode::usage);
}
