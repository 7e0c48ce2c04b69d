#include "check/patience.hpp"
#include "check/stream.hpp"
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
Ledger play_away(Scene& scene, std::size_t count) {
  const Qos qos = scene.variant().qos;
  const std::string topic = scene.topic("stream");
  Wire& subscriber = scene.connected(scene.kept_plan());
  Peer& publisher = scene.peer();
  if (!has_qos(scene, subscriber) || !subscribe_at(scene, subscriber, topic, qos))
    return Ledger(count);
  go_away(scene, subscriber);
  send_numbers(publisher, topic, qos, count);
  if (!resume(scene, subscriber)) return Ledger(count);
  send_last(scene, publisher, topic, qos, [&] { return has_stream(subscriber.received(), count); });
  end_session(scene, subscriber);
  return ledger_of(subscriber.received(), count);
}

/// Leaves a session with a subscription behind; its client has gone with DISCONNECT.
Wire& left_session(Scene& scene) {
  Wire& wire = scene.connected(scene.kept_plan());
  subscribe_at(scene, wire, scene.topic("stream"), Qos::at_least_once);
  go_away(scene, wire);
  return wire;
}

}  // namespace

Finding play_queued(Scene& scene) {
  const Ledger ledger = play_away(scene, few);
  return ledger.lost().empty() ? pass(ledger.text()) : broken(ledger.text());
}

Finding play_order_of_queued(Scene& scene) {
  const Ledger ledger = play_away(scene, enough_for_order);
  if (ledger.late())
    return broken("number " + std::to_string(*ledger.late()) + " came after a later one");
  if (ledger.arrived() < 2) return inconclusive("too little came: " + ledger.text());
  return pass(std::to_string(ledger.arrived()) + " messages came in order");
}

Finding play_session_present(Scene& scene) {
  if (scene.ground().version() == protocol::Version::v31)
    return unsupported("MQTT 3.1 has no Session Present");
  Wire& wire = left_session(scene);
  if (!wire.connect()) return {};
  const bool is_present = wire.session_present();
  end_session(scene, wire);
  return is_present ? pass("Session Present 1 when the client came back")
                    : broken("Session Present 0 when the client came back");
}

Finding play_session_not_present(Scene& scene) {
  Wire& wire = left_session(scene);
  wire.start_over();
  wire.plan().session.clean_start = true;
  std::optional<bool> present;
  // The session on this side ends a connection on which the broker is wrong here.
  wire.set_hook([&](Direction direction, const protocol::Frame& frame) {
    if (direction == Direction::received && frame.type() == PacketType::connack)
      present = !frame.body.empty() && (frame.body[0] & 1) != 0;
    return Fate::pass;
  });
  const Attempt attempt = wire.try_connect();
  if (!present) return inconclusive("cannot connect: " + attempt.text);
  end_session(scene, wire);
  return *present ? broken("Session Present 1 after a clean start")
                  : pass("Session Present 0 after a clean start");
}

Finding play_subscriptions_kept(Scene& scene) {
  Wire& wire = left_session(scene);
  if (!resume(scene, wire)) return {};
  scene.peer().publish(numbered(scene.topic("stream"), Qos::at_least_once, 1));
  const bool has_come = wire.wait_for(1, arrival_patience);
  end_session(scene, wire);
  return has_come ? pass("a message for the session's subscription came")
                  : broken("nothing came for the session's subscription");
}

Finding play_clean_start_forgets(Scene& scene) {
  const std::string topic = scene.topic("stream");
  Wire& wire = left_session(scene);
  Peer& publisher = scene.peer();
  publisher.publish(numbered(topic, Qos::at_least_once, 1));
  wire.start_over();
  wire.plan().session.clean_start = true;
  if (!wire.connect()) return {};
  publisher.publish(numbered(topic, Qos::at_least_once, 2));
  wire.ping();
  scene.stay(quiet_time);
  end_session(scene, wire);
  if (has_payload(wire.received(), "1")) return broken("a message of the old session came");
  if (has_payload(wire.received(), "2")) return broken("a subscription of the old session holds");
  return pass("neither messages nor subscriptions of the old session");
}

}  // namespace mqtt_toolbox::qos
