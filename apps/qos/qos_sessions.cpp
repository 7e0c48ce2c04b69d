#include "check/stream.hpp"
#include "check/timeout.hpp"
#include "qos/qos_scripts.hpp"

namespace mqtt_toolbox::qos {

using namespace check;

using protocol::PacketType;
using protocol::Qos;
using session::Direction;

namespace {

/// Where a few are enough.
constexpr std::size_t few = 4;

/// What was published while a subscriber was away, in the order in which it came.
SequenceTally play_away(CaseContext& context, std::size_t count) {
  const Qos qos = context.variant().qos;
  const std::string topic = context.topic("stream");
  ScriptedClient& subscriber = context.connected(context.kept_plan());
  EngineClient& publisher = context.engine_client();
  if (!has_qos(context, subscriber) || !subscribe_at(context, subscriber, topic, qos))
    return SequenceTally(count);
  go_away(context, subscriber);
  send_numbers(publisher, topic, qos, count);
  if (!resume(context, subscriber)) return SequenceTally(count);
  send_last(context, publisher, topic, qos,
            [&] { return has_stream(subscriber.received(), count); });
  end_session(context, subscriber);
  return tally_of(subscriber.received(), count);
}

/// Leaves a session with a subscription behind; its client has gone with DISCONNECT.
ScriptedClient& left_session(CaseContext& context) {
  ScriptedClient& client = context.connected(context.kept_plan());
  subscribe_at(context, client, context.topic("stream"), Qos::at_least_once);
  go_away(context, client);
  return client;
}

}  // namespace

Finding play_queued(CaseContext& context) {
  const SequenceTally tally = play_away(context, few);
  return tally.lost().empty() ? pass(tally.text()) : broken(tally.text());
}

Finding play_order_of_queued(CaseContext& context) {
  const SequenceTally tally = play_away(context, enough_for_order);
  if (tally.late())
    return broken("number " + std::to_string(*tally.late()) + " came after a later one");
  if (tally.arrived() < 2) return inconclusive("too little came: " + tally.text());
  return pass(std::to_string(tally.arrived()) + " messages came in order");
}

Finding play_session_present(CaseContext& context) {
  if (context.run().version() == protocol::Version::v31)
    return unsupported("MQTT 3.1 has no Session Present");
  ScriptedClient& client = left_session(context);
  if (!client.connect()) return {};
  const bool is_present = client.session_present();
  end_session(context, client);
  return is_present ? pass("Session Present 1 when the client came back")
                    : broken("Session Present 0 when the client came back");
}

Finding play_session_not_present(CaseContext& context) {
  ScriptedClient& client = left_session(context);
  client.start_over();
  client.plan().session.clean_start = true;
  std::optional<bool> present;
  // The session on this side ends a connection on which the broker is wrong here.
  client.set_hook([&](Direction direction, const protocol::Frame& frame) {
    if (direction == Direction::received && frame.type() == PacketType::connack)
      present = !frame.body.empty() && (frame.body[0] & 1) != 0;
    return Fate::pass;
  });
  const Attempt attempt = client.try_connect();
  if (!present) return inconclusive("cannot connect: " + attempt.text);
  end_session(context, client);
  return *present ? broken("Session Present 1 after a clean start")
                  : pass("Session Present 0 after a clean start");
}

Finding play_subscriptions_kept(CaseContext& context) {
  ScriptedClient& client = left_session(context);
  if (!resume(context, client)) return {};
  context.engine_client().publish(numbered(context.topic("stream"), Qos::at_least_once, 1));
  const bool has_come = client.wait_for(1, arrival_timeout);
  end_session(context, client);
  return has_come ? pass("a message for the session's subscription came")
                  : broken("nothing came for the session's subscription");
}

Finding play_clean_start_forgets(CaseContext& context) {
  const std::string topic = context.topic("stream");
  ScriptedClient& client = left_session(context);
  EngineClient& publisher = context.engine_client();
  publisher.publish(numbered(topic, Qos::at_least_once, 1));
  client.start_over();
  client.plan().session.clean_start = true;
  if (!client.connect()) return {};
  publisher.publish(numbered(topic, Qos::at_least_once, 2));
  client.ping();
  context.stay(quiet_time);
  end_session(context, client);
  if (has_payload(client.received(), "1")) return broken("a message of the old session came");
  if (has_payload(client.received(), "2")) return broken("a subscription of the old session holds");
  return pass("neither messages nor subscriptions of the old session");
}

}  // namespace mqtt_toolbox::qos
