#include <array>

#include <fmt/format.h>

#include "probe/broker_steps.hpp"

// What may harm a broker: whether it serves others afterwards.

namespace mqtt_toolbox::probe {

using namespace check;

using protocol::PacketType;
using protocol::Qos;

namespace {

/// A client that had no part in it comes and is served.
Finding others_are_served(CaseContext& context) {
  if (context.is_aborted()) return {};
  ScriptedClient& other = context.client();
  const Attempt attempt = other.try_connect();
  if (is_local_shortage(attempt)) return inconclusive(attempt.text);
  if (attempt.kind != Attempt::Kind::accepted)
    return broken("nobody else can connect any more: " + attempt.text);
  return other.ping(arrival_timeout) ? pass("others are served")
                                     : broken("others are not served any more");
}

/// One connection, which gets these bytes and stays open.
Attempt open_with(ScriptedClient& client, const std::string& bytes, bool connected) {
  if (!connected) return client.try_bytes(bytes, Duration{});
  Attempt attempt = client.try_connect();
  if (attempt.kind == Attempt::Kind::accepted) client.send_bytes(bytes);
  return attempt;
}

/// What opening them takes, and something for the rest of the case.
constexpr int trips_of(std::size_t connections, int each) {
  return static_cast<int>(connections) * each + Case{}.trips;
}

constexpr std::size_t many_connections = 200;
constexpr std::size_t large_connections = 20;

/// So many of them, or as many as the broker takes.
Finding many(CaseContext& context, std::size_t connections, const std::string& bytes,
             bool connected) {
  for (std::size_t i = 0; i < connections && !context.is_aborted(); ++i) {
    const Attempt attempt = open_with(context.client(), bytes, connected);
    const bool is_open = attempt.kind == Attempt::Kind::accepted ||
                         (!connected && attempt.kind != Attempt::Kind::unreachable);
    if (is_open) continue;
    if (i == 0 || is_local_shortage(attempt))
      return inconclusive(fmt::format("{} of {} connections: {}", i, connections, attempt.text));
    break;
  }
  context.stay(quiet);
  return others_are_served(context);
}

/// The largest PUBLISH there can be is begun, by many at once.
Finding huge_lengths(CaseContext& context) {
  std::string begun("\x30\xFF\xFF\xFF\x7F", 5);
  begun += utf8_string(context.topic("huge")) + no_properties(context) + std::string(64 << 10, 'x');
  return many(context, large_connections, begun, true);
}

Finding partial_packets(CaseContext& context) {
  RawClient client(context);
  const std::string whole = client.encoded(client.connect_packet());
  return many(context, many_connections, whole.substr(0, whole.size() / 2), false);
}

Finding silent_connections(CaseContext& context) {
  return many(context, many_connections, {}, false);
}

Finding deep_filter(CaseContext& context) {
  std::string filter = context.topic("d");
  for (int i = 0; i < 10'000; ++i) filter += "/+";
  RawClient client(context);
  if (!client.connect()) return {};
  (void)client.subscribe(filter, Qos::at_most_once, arrival_timeout.time);
  return others_are_served(context);
}

Finding many_user_properties(CaseContext& context) {
  protocol::PropertyList properties(protocol::PropertyPlace::publish);
  for (int i = 0; i < 10'000; ++i) (void)properties.add_user_property("k", "v");
  const std::string topic = context.topic("u");
  RawClient client(context);
  if (!client.connect()) return {};
  client.send(
      protocol::Publish{topic, "x", 1, Qos::at_least_once, false, false, properties.view()});
  (void)client.wait_for(PacketType::puback, arrival_timeout.time);
  return others_are_served(context);
}

constexpr std::array cases{
    Case{.name = "huge-lengths",
         .section = "2.1.4",
         .promise = "serves others while twenty clients begin packets of 256 MiB",
         .play = huge_lengths,
         .trips = trips_of(large_connections, 2),
         .hostile = true},
    without_rights(
        Case{.name = "partial-packets",
             .section = "4.13",
             .promise = "serves others while two hundred clients leave CONNECT unfinished",
             .play = partial_packets,
             .trips = trips_of(many_connections, 1),
             .hostile = true}),
    without_rights(Case{.name = "silent-connections",
                        .section = "3.1",
                        .promise = "serves others while two hundred connections say nothing",
                        .play = silent_connections,
                        .trips = trips_of(many_connections, 1),
                        .hostile = true}),
    Case{.name = "deep-filter",
         .section = "4.7.1.1",
         .promise = "survives a filter of ten thousand wildcards",
         .play = deep_filter,
         .hostile = true},
    Case{.name = "many-user-properties",
         .section = "3.3.2.3.7",
         .promise = "survives a message with ten thousand user properties",
         .play = many_user_properties,
         .versions = Versions::v5_only,
         .hostile = true},
};

}  // namespace

std::span<const Case> hostile_cases() {
  return cases;
}

}  // namespace mqtt_toolbox::probe
