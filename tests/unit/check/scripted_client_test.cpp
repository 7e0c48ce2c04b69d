#include <doctest/doctest.h>

#include "check/raw_client.hpp"
#include "unit/check/stage.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::check;
using protocol::PacketType;
using protocol::Qos;
using protocol::ReasonCode;
using session::Direction;

namespace {

/// A run whose password a command prints: 1 at first, 2 when it is asked again.
constexpr std::string_view renewed_password =
    "accept; expect CONNECT password=1; send CONNACK code=135; close\n"
    "accept; expect CONNECT password=2; send CONNACK; auto";

struct TokenStage : Stage {
  TokenStage(std::string_view script, std::string command)
      : Stage(script), password("1", std::move(command)) {
    run.plan.username = "u";
    run.plan.password = "1";
    run.password = &password;
    password.accepted();
  }
  client::SharedPassword password;
};

constexpr Duration moment = std::chrono::milliseconds(50);

/// Once: what is to become of the first packet of this type in this direction.
ScriptedClient::Hook at_first(Direction direction, PacketType type, Fate fate) {
  return [=, done = false](Direction way, const protocol::Frame& frame) mutable {
    if (done || way != direction || frame.type() != type) return Fate::pass;
    done = true;
    return fate;
  };
}

client::ConnectPlan kept(Stage& stage) {
  client::ConnectPlan plan = stage.context->kept_plan();
  plan.client_identifier = "me";
  return plan;
}

std::size_t count(const ScriptedClient& client, Direction direction, PacketType type) {
  std::size_t found = 0;
  for (const PacketNote& note : client.packets())
    found += note.direction == direction && note.type == type;
  return found;
}

}  // namespace

TEST_CASE("a wire connects, publishes, subscribes and leaves") {
  Stage stage("accept; auto");
  ScriptedClient& client = stage.context->connected();
  CHECK(client.online());
  CHECK(client.subscribe("a"));
  CHECK(client.publish({"a", "1", Qos::at_most_once}));
  CHECK(client.publish({"a", "2", Qos::exactly_once}));
  CHECK(client.ping());
  client.disconnect();
  CHECK_FALSE(client.online());
  REQUIRE(client.end());
  CHECK(client.end()->kind == ConnectionEnd::Kind::here);
  CHECK_FALSE(stage.context->is_aborted());
  CHECK(count(client, Direction::sent, PacketType::pubrel) == 1);
}

TEST_CASE("cut before a packet is written: the broker never sees it") {
  Stage stage("accept; expect CONNECT; send CONNACK; expect CLOSE");
  ScriptedClient& client = stage.context->client(kept(stage));
  client.set_cut(transport::Ending::fin);
  client.set_hook(at_first(Direction::sent, PacketType::publish, Fate::cut_before));
  CHECK(client.connect());
  client.send({"a", "1", Qos::at_least_once});
  CHECK(client.wait_for_end(std::chrono::seconds(2)));
  CHECK(stage.failures() == "");
}

TEST_CASE("cut after a packet was written, and the session taken up again") {
  Stage stage(
      "accept; expect CONNECT; send CONNACK; expect PUBLISH dup=0; expect CLOSE;"
      "accept; expect CONNECT clean=0; send CONNACK present=1; expect PUBLISH dup=1;"
      "send PUBACK id=last; expect DISCONNECT");
  ScriptedClient& client = stage.context->client(kept(stage));
  client.set_cut(transport::Ending::fin);
  client.set_hook(at_first(Direction::sent, PacketType::publish, Fate::cut_after));
  CHECK(client.connect());
  client.send({"a", "1", Qos::at_least_once});
  CHECK(client.wait_for_end(std::chrono::seconds(2)));
  CHECK(client.connect());
  CHECK(client.session_present());
  CHECK(client.settle());
  client.disconnect();
  CHECK(stage.failures() == "");
}

TEST_CASE("cut before an acknowledgement is taken: it is as if it had never come") {
  Stage stage(
      "accept; expect CONNECT; send CONNACK; expect PUBLISH; send PUBACK id=last; expect CLOSE;"
      "accept; expect CONNECT; send CONNACK present=1; expect PUBLISH dup=1; send PUBACK id=last;"
      "expect DISCONNECT");
  ScriptedClient& client = stage.context->client(kept(stage));
  client.set_cut(transport::Ending::fin);
  client.set_hook(at_first(Direction::received, PacketType::puback, Fate::cut_before));
  CHECK(client.connect());
  client.send({"a", "1", Qos::at_least_once});
  CHECK(client.wait_for_end(std::chrono::seconds(2)));
  CHECK(client.connect());
  CHECK(client.settle());
  client.disconnect();
  CHECK(stage.failures() == "");
}

TEST_CASE("cut after an acknowledgement: the session has it, but its answer is not written") {
  Stage stage(
      "accept; expect CONNECT; send CONNACK; expect PUBLISH; send PUBREC id=last; expect CLOSE;"
      "accept; expect CONNECT; send CONNACK present=1; expect PUBREL; send PUBCOMP id=last;"
      "expect DISCONNECT");
  ScriptedClient& client = stage.context->client(kept(stage));
  client.set_cut(transport::Ending::fin);
  client.set_hook(at_first(Direction::received, PacketType::pubrec, Fate::cut_after));
  CHECK(client.connect());
  client.send({"a", "1", Qos::exactly_once});
  CHECK(client.wait_for_end(std::chrono::seconds(2)));
  CHECK(client.connect());
  CHECK(client.settle());
  client.disconnect();
  CHECK(stage.failures() == "");
}

TEST_CASE("a swallowed packet was never there") {
  Stage stage(
      "accept; expect CONNECT; send CONNACK; expect PUBLISH payload=2; send PUBACK id=last; "
      "silence");
  ScriptedClient& client = stage.context->client();
  client.set_hook(at_first(Direction::sent, PacketType::publish, Fate::swallow));
  CHECK(client.connect());
  client.send({"a", "1", Qos::at_least_once});
  client.send({"a", "2", Qos::at_least_once});
  CHECK_FALSE(client.settle(std::chrono::milliseconds(100)));
  client.cut(transport::Ending::reset);
  CHECK(stage.failures() == "");
}

TEST_CASE("what the broker refuses is said and ends nothing else") {
  Stage stage("accept; expect CONNECT; send CONNACK code=0x87; close");
  const Attempt attempt = stage.context->client().try_connect();
  CHECK(attempt.kind == Attempt::Kind::refused);
  CHECK(attempt.reason == ReasonCode::not_authorized);
  CHECK_FALSE(stage.context->is_aborted());
}

TEST_CASE("a broker that closes, or says nothing") {
  SUBCASE("closes") {
    Stage stage("accept; expect CONNECT; close");
    CHECK(stage.context->client().try_connect().kind == Attempt::Kind::closed);
  }
  SUBCASE("silent") {
    Stage stage("accept; silence");
    client::ConnectPlan plan = stage.context->plan();
    plan.connack_timeout = moment;
    CHECK(stage.context->client(plan).try_connect().kind == Attempt::Kind::silent);
  }
  SUBCASE("not there") {
    Stage stage("accept");
    client::ConnectPlan plan = stage.context->plan();
    plan.transport.unix_path = "/nonexistent";
    CHECK(stage.context->client(plan).try_connect().kind == Attempt::Kind::unreachable);
  }
  SUBCASE("garbage") {
    Stage stage("accept; expect CONNECT; send CONNACK; send-raw 00 00; expect CLOSE");
    ScriptedClient& client = stage.context->connected();
    (void)client.wait_for_end(std::chrono::seconds(2));
    REQUIRE(client.end());
    CHECK(client.end()->kind == ConnectionEnd::Kind::garbage);
    const Finding finding = stage.context->verdict(pass(""));
    CHECK(finding.verdict == Verdict::deviates);
    CHECK(finding.observed.find("0000") != std::string::npos);
  }
  SUBCASE("goodbye with a reason") {
    Stage stage("accept; expect CONNECT; send CONNACK; send DISCONNECT code=0x8B; close");
    ScriptedClient& client = stage.context->connected();
    CHECK(client.wait_for_end(std::chrono::seconds(2)));
    REQUIRE(client.end());
    CHECK(client.end()->kind == ConnectionEnd::Kind::closed);
    CHECK(client.end()->reason == ReasonCode::server_shutting_down);
  }
}

TEST_CASE("a frozen connection stays open and is deaf") {
  Stage stage("accept; expect CONNECT; send CONNACK; silence");
  ScriptedClient& client = stage.context->connected();
  client.cut(transport::Ending::freeze);
  CHECK_FALSE(client.online());
  CHECK_FALSE(stage.context->wait([&] { return stage.broker->finished(); }, moment));
}

TEST_CASE("bytes past the session, on a connection without one") {
  Stage stage("accept; expect CONNECT client-id=raw; send CONNACK; expect CLOSE");
  ScriptedClient& client = stage.context->client();
  REQUIRE(client.open());
  protocol::Connect connect;
  connect.client_identifier = "raw";
  client.send_packet(connect);
  CHECK(stage.context->wait(
      [&] { return count(client, Direction::received, PacketType::connack) == 1; },
      std::chrono::seconds(2)));
  client.cut(transport::Ending::fin);
  CHECK(stage.failures() == "");
}

TEST_CASE("messages come with all that belongs to them") {
  Stage stage(
      "accept; expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=1;"
      "send PUBLISH topic=other payload=x qos=1 id=6; expect PUBACK;"
      "send PUBLISH topic=prefix/run/any/t payload=x qos=1 id=7 dup=1 retain=1; expect PUBACK;"
      "expect DISCONNECT");
  ScriptedClient& client = stage.context->connected();
  REQUIRE(client.subscribe(stage.context->topic("t"), {Qos::at_least_once}));
  REQUIRE(client.wait_for(1, std::chrono::seconds(2)));
  const Message& message = client.received().front();
  CHECK(message.topic == "prefix/run/any/t");
  // What nobody has subscribed to is not taken for what a script waits for.
  CHECK(stage.run.foreign->count() == 1);
  CHECK(stage.run.foreign->first() == "a client of the case any received a message to other");
  CHECK(message.payload == "x");
  CHECK(message.qos == Qos::at_least_once);
  CHECK(message.packet_identifier == 7);
  CHECK(message.dup);
  CHECK(message.retain);
  client.disconnect();
  CHECK(stage.failures() == "");
}

TEST_CASE("a broker that sends without end is cut off") {
  Stage stage(
      "accept; expect CONNECT; send CONNACK;"
      "send PUBLISH topic=a payload-size=65000 count=2000; expect CLOSE");
  ScriptedClient& client = stage.context->connected();
  CHECK_FALSE(stage.context->wait([] { return false; }, std::chrono::seconds(8)));
  CHECK(stage.context->verdict(pass("")).observed == "the broker sends without end");
  REQUIRE(client.end());
  CHECK(client.end()->kind == ConnectionEnd::Kind::garbage);
}

TEST_CASE("what nobody has subscribed to is not kept, and not noted") {
  Stage stage(
      "accept; expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0;"
      "send PUBLISH topic=b payload=stray count=1000; send PUBLISH topic=a payload=wanted; "
      "silence");
  ScriptedClient& client = stage.context->connected();
  CHECK(client.subscribe("a"));
  CHECK(client.wait_for(1, std::chrono::seconds(5)));
  REQUIRE(client.received().size() == 1);
  CHECK(client.received().front().payload == "wanted");
  CHECK(count(client, Direction::received, PacketType::publish) == 1);
}

TEST_CASE("all clients of a run together keep no more than its allowance") {
  Stage stage(
      "accept; expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0;"
      "send PUBLISH topic=a payload=wanted count=1000; silence");
  Holding others(stage.run.allowance);
  CHECK(others.set(Allowance::usual - 10'000));
  ScriptedClient& client = stage.context->connected();
  CHECK(client.subscribe("a"));
  CHECK_FALSE(client.wait_for(1000, std::chrono::seconds(5)));
  CHECK(stage.context->verdict(pass("")).observed == sends_without_end);
  CHECK(client.end());
}

TEST_CASE("a packet that is larger than any that is judged ends the connection when it begins") {
  // PUBLISH with a Remaining Length of 2 MiB, and one byte of it.
  Stage stage("accept; expect CONNECT; send CONNACK; send-raw 30 80 80 80 01 00; silence");
  ScriptedClient& client = stage.context->connected();
  (void)client.wait_for_end(std::chrono::seconds(5));
  CHECK(client.end());
  CHECK(stage.context->verdict(pass("")).observed == "the broker begins a packet of 2097157 bytes");
}

TEST_CASE("one client at a time may be at a large packet") {
  const auto allowance = std::make_shared<Allowance>();
  Holding one(allowance), other(allowance);
  CHECK(one.begin_large_packet());
  CHECK(one.begin_large_packet());
  CHECK_FALSE(other.begin_large_packet());
  one.end_large_packet();
  CHECK(other.begin_large_packet());
}

TEST_CASE("messages that are only counted are counted") {
  Stage stage("accept; auto");
  ScriptedClient& client = stage.context->connected();
  client.count_only();
  CHECK(client.subscribe("a"));
  for (int i = 0; i < 3; ++i) CHECK(client.publish({"a", "x", Qos::at_least_once}));
  CHECK(client.wait_for(3, std::chrono::seconds(5)));
  CHECK(client.messages() == 3);
  CHECK(client.received().empty());
}

TEST_CASE("a password that the broker no longer takes is asked for again") {
  SUBCASE("by a wire") {
    TokenStage stage(renewed_password, "echo 2");
    CHECK(stage.context->connected().online());
    CHECK_FALSE(stage.context->is_aborted());
  }
  SUBCASE("by one past the session") {
    TokenStage stage(renewed_password, "echo 2");
    RawClient bare(*stage.context);
    CHECK(bare.connect());
  }
  SUBCASE("by a client") {
    TokenStage stage(renewed_password, "echo 2");
    (void)stage.context->engine_client();
    CHECK_FALSE(stage.context->is_aborted());
  }
}

TEST_CASE("a password of the script's own is not the run's") {
  TokenStage stage("accept; expect CONNECT password=wrong; send CONNACK code=135; close", "echo 2");
  client::ConnectPlan plan = stage.context->plan();
  plan.password = "wrong";
  CHECK(stage.context->client(plan).try_connect().kind == Attempt::Kind::refused);
  CHECK(stage.failures() == "");
}

TEST_CASE("a command that prints no other password leaves the refusal") {
  for (const char* command : {"echo 1", "exit 1"}) {
    TokenStage stage("accept; expect CONNECT password=1; send CONNACK code=135; close", command);
    CHECK(stage.context->client().try_connect().kind == Attempt::Kind::refused);
    CHECK(stage.failures() == "");
  }
}
