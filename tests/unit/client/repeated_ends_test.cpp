#include "client/repeated_ends.hpp"

#include <doctest/doctest.h>

#include "protocol/fault.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::client;
using protocol::PacketType;

namespace {

const Error cause{ExitCode::lost, "lost the connection to here: the broker closed it"};

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

session::Pending subscribe_to(std::string filter, std::size_t filters = 1) {
  session::Pending pending;
  pending.packet = PacketType::subscribe;
  pending.subject = std::move(filter);
  pending.filters = filters;
  return pending;
}

EndedAt refused_publish(std::string topic) {
  session::Failure failure;
  failure.fault = protocol::Fault::topic_name_has_wildcard;
  failure.packet = PacketType::publish;
  failure.topic = std::move(topic);
  return ended_at_refused(failure, "a/#");
}

void end(RepeatedEnds& ends, const EndedAt& at, int times) {
  for (int i = 0; i < times; ++i) ends.connection_ended(at, false);
}

}  // namespace

TEST_CASE("five connections in a row that end at the same SUBSCRIBE are enough") {
  RepeatedEnds ends(5);
  const EndedAt at = ended_at_request(subscribe_to("a/#", 3));
  end(ends, at, 4);
  CHECK_FALSE(ends.hopeless(cause));
  end(ends, at, 1);
  const auto error = ends.hopeless(cause);
  REQUIRE(error);
  CHECK(error->code == ExitCode::rejected);
  CHECK(
      error->text ==
      "lost the connection to here: the broker closed it; 5 connections in a row have ended at "
      "SUBSCRIBE to a/# and 2 more filters; likely: no right to subscribe to it, or a broker that "
      "does not take the filter or its options; to go on trying, give --reconnect-attempts");
}

TEST_CASE("a packet refused here five times in a row ends with the packet, its topic and filter") {
  RepeatedEnds ends(5);
  end(ends, refused_publish("a/#"), 5);
  const auto error = ends.hopeless(cause);
  REQUIRE(error);
  CHECK(error->code == ExitCode::lost);
  CHECK(contains(error->text,
                 "ended at its PUBLISH to a/# (subscribed to a/#); likely: a publisher "
                 "over another protocol"));
}

TEST_CASE("what was answered once, other ends in between and a long life are no reason to end") {
  const EndedAt at = ended_at_request(subscribe_to("a"));
  RepeatedEnds answered(5);
  answered.answered();
  end(answered, at, 9);
  CHECK_FALSE(answered.hopeless(cause));
  RepeatedEnds mixed(5);
  for (int i = 0; i < 3; ++i) {
    end(mixed, at, 4);
    end(mixed, EndedAt(), 1);
  }
  CHECK_FALSE(mixed.hopeless(cause));
  RepeatedEnds varied(5);
  for (int i = 0; i < 9; ++i) end(varied, refused_publish(i % 2 == 0 ? "a+" : "b+"), 1);
  CHECK_FALSE(varied.hopeless(cause));
  RepeatedEnds long_lived(5);
  end(long_lived, at, 4);
  long_lived.connection_ended(at, true);
  CHECK_FALSE(long_lived.hopeless(cause));
  RepeatedEnds unlimited(UINT32_MAX);
  end(unlimited, at, 1000);
  CHECK_FALSE(unlimited.hopeless(cause));
  RepeatedEnds unknown(5);
  end(unknown, EndedAt(), 1000);
  CHECK_FALSE(unknown.hopeless(cause));
}

TEST_CASE("the hint comes with the fifth connection that ended early, and once") {
  RepeatedEnds ends(UINT32_MAX);
  end(ends, EndedAt(), 4);
  CHECK(ends.take_hint() == "");
  end(ends, EndedAt(), 1);
  CHECK(contains(ends.take_hint(),
                 "5 connections in a row have ended early; likely: the client "
                 "identifier (-i) is in use elsewhere, a right was withdrawn or "
                 "a quota is exceeded"));
  end(ends, EndedAt(), 9);
  CHECK(ends.take_hint() == "");
  RepeatedEnds settled(UINT32_MAX);
  for (int i = 0; i < 9; ++i) settled.connection_ended(EndedAt(), true);
  CHECK(settled.take_hint() == "");
  RepeatedEnds refused(UINT32_MAX);
  refused.answered();
  end(refused, refused_publish("x+"), 5);
  CHECK(contains(refused.take_hint(), "the last one at its PUBLISH to x+"));
}

TEST_CASE("a PUBLISH is described with all that a broker may mind; a PUBREL is none") {
  session::Pending pending;
  pending.subject = "t\x1b";
  pending.qos = protocol::Qos::exactly_once;
  pending.retain = true;
  pending.size = 1;
  const EndedAt at = ended_at_request(pending);
  CHECK(at.described == "PUBLISH to t\\x1b (QoS 2, retained, 1 byte)");
  CHECK(contains(at.likely, "(-r)"));
  pending.retain = false;
  CHECK_FALSE(contains(ended_at_request(pending).likely, "(-r)"));
  pending.packet = PacketType::pubrel;
  CHECK(ended_at_request(pending).kind == EndedAt::Kind::unknown);
  CHECK(ended_at_refused(session::Failure{}, "a").kind == EndedAt::Kind::unknown);
}
