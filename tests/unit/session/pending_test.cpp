#include <doctest/doctest.h>

#include "unit/session/bench.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::session;
using protocol::PacketType;

TEST_CASE("the oldest request without answer is named as it stands in its packet") {
  Bench bench;
  CHECK_FALSE(bench.session.oldest_pending());
  bench.connect();
  std::string entries;
  for (const Bytes filter : {"a/#", "b"})
    protocol::append_subscription(entries, protocol::Subscription{filter});
  REQUIRE(bench.session.subscribe({0, {}, entries}, 1, bench.now));
  REQUIRE(bench.accepted("t", "late", 1));
  const auto pending = bench.session.oldest_pending();
  REQUIRE(pending);
  CHECK(pending->packet == PacketType::subscribe);
  CHECK(pending->subject == "a/#");
  CHECK(pending->filters == 2);
}

TEST_CASE("a PUBLISH is named with its topic, QoS, retain flag and whole size, borrowed or not") {
  const std::string large(2000, 'x');
  for (const Payload payload : {Payload::copied, Payload::borrowed}) {
    for (const auto version : {protocol::Version::v311, protocol::Version::v5}) {
      Bench bench(version);
      bench.connect();
      protocol::Publish message;
      message.topic = "t/u";
      message.payload = large;
      message.qos = protocol::Qos::exactly_once;
      message.retain = true;
      REQUIRE(bench.session.publish(message, 1, payload, bench.now));
      const std::size_t sent = bench.output.pending();
      bench.take_bytes();
      const auto pending = bench.session.oldest_pending();
      REQUIRE(pending);
      CHECK(pending->packet == PacketType::publish);
      CHECK(pending->subject == "t/u");
      CHECK(pending->qos == protocol::Qos::exactly_once);
      CHECK(pending->retain);
      CHECK(pending->size == sent);
      bench.receive(protocol::PubRec{.packet_identifier = 1});
      CHECK(bench.session.oldest_pending()->packet == PacketType::pubrel);
      bench.receive(protocol::PubComp{.packet_identifier = 1});
      CHECK_FALSE(bench.session.oldest_pending());
    }
  }
}

TEST_CASE("a PUBLISH without PUBREC is older than the PUBREL of a message before it") {
  Bench bench;
  bench.connect();
  REQUIRE(bench.accepted("one", "", 2));
  REQUIRE(bench.accepted("two", "", 2));
  bench.receive(protocol::PubRec{.packet_identifier = 1});
  CHECK(bench.session.oldest_pending()->subject == "two");
  bench.receive(protocol::PubRec{.packet_identifier = 2});
  CHECK(bench.session.oldest_pending()->packet == PacketType::pubrel);
}

TEST_CASE("what is finished before older ones is passed over") {
  Bench bench;
  bench.connect();
  REQUIRE(bench.accepted("one", "", 1));
  REQUIRE(bench.accepted("two", "", 1));
  REQUIRE(bench.accepted("three", "", 1));
  bench.receive(protocol::PubAck{.packet_identifier = 2});
  CHECK(bench.session.oldest_pending()->subject == "one");
  bench.receive(protocol::PubAck{.packet_identifier = 1});
  CHECK(bench.session.oldest_pending()->subject == "three");
}

TEST_CASE("a limited window lets one message out at a time, and widens again") {
  Bench bench;
  bench.settings.resume = true;
  bench.connect();
  for (const Bytes topic : {"one", "two", "three"}) REQUIRE(bench.accepted(topic, "", 1));
  bench.take();
  bench.lose();
  bench.session.limit_window(1, bench.now);
  bench.connect(true);
  CHECK(bench.take() == "PUBLISH q1 dup #1 [one] ");
  bench.receive(protocol::PubAck{.packet_identifier = 1});
  CHECK(bench.take() == "PUBLISH q1 dup #2 [two] ");
  CHECK_FALSE(bench.accepted("four", "", 1));
  bench.session.limit_window(UINT32_MAX, bench.now);
  CHECK(bench.take() == "PUBLISH q1 dup #3 [three] ");
  CHECK(bench.accepted("four", "", 1));
}

TEST_CASE("a message that was withdrawn is not sent again, and its identifier not used at once") {
  Bench bench;
  bench.settings.resume = true;
  bench.connect();
  for (const Token token : {10, 11, 12}) REQUIRE(bench.accepted("t", "", 1, token));
  bench.take();
  bench.lose();
  CHECK(bench.session.withdraw(10));
  CHECK_FALSE(bench.session.withdraw(10));
  CHECK_FALSE(bench.session.withdraw(13));
  bench.connect(true);
  CHECK(bench.take() == "PUBLISH q1 dup #2 [t]  | PUBLISH q1 dup #3 [t] ");
  REQUIRE(bench.accepted("t", "", 1, 13));
  CHECK(bench.take() == "PUBLISH q1 #4 [t] ");
}

TEST_CASE("a failure names the packet that was refused, and the topic of a PUBLISH") {
  Bench bench;
  bench.connect();
  bench.receive_bytes(hex("3006 0003 612f23 00"));
  REQUIRE(bench.session.failure());
  CHECK(bench.session.failure()->packet == PacketType::publish);
  CHECK(bench.session.failure()->topic == "a/#");
  Bench other;
  other.connect();
  other.receive_bytes(hex("9003 0001 00"));
  REQUIRE(other.session.failure());
  CHECK(other.session.failure()->packet == PacketType::suback);
  CHECK(other.session.failure()->topic == "");
  Bench truncated;
  truncated.connect();
  truncated.receive_bytes(hex("3003 0009 61"));
  REQUIRE(truncated.session.failure());
  CHECK(truncated.session.failure()->topic == "");
}
