#include <algorithm>
#include <set>

#include "probe/patience.hpp"
#include "probe/qos_scripts.hpp"
#include "probe/stream.hpp"

namespace mqtt_toolbox::probe {

using protocol::PacketIdentifier;
using protocol::PacketType;
using protocol::Qos;
using session::Direction;

namespace {

/// Beyond those that a wire's session gives.
constexpr PacketIdentifier own_identifier = 1000;

/// Follows which packet identifiers of the broker's messages are in use.
class IdentifierWatch {
 public:
  explicit IdentifierWatch(Wire& wire) : wire_(wire) {
    wire.set_hook([this](Direction direction, const protocol::Frame& frame) {
      see(direction, frame.type());
      return Fate::pass;
    });
  }

  ~IdentifierWatch() { wire_.set_hook({}); }
  IdentifierWatch(const IdentifierWatch&) = delete;
  IdentifierWatch& operator=(const IdentifierWatch&) = delete;

  std::optional<PacketIdentifier> reused() const { return reused_; }
  std::size_t most_in_use() const { return most_in_use_; }

 private:
  void see(Direction direction, PacketType type) {
    const PacketNote& packet = wire_.packets().back();
    const PacketIdentifier identifier = packet.packet_identifier;
    if (direction == Direction::received && type == PacketType::publish && identifier != 0) {
      if (!in_use_.insert(identifier).second && !packet.dup) reused_ = identifier;
      most_in_use_ = std::max(most_in_use_, in_use_.size());
    }
    const bool is_end = type == PacketType::puback || type == PacketType::pubcomp;
    if (direction == Direction::sent && is_end) in_use_.erase(identifier);
  }

  Wire& wire_;
  std::set<PacketIdentifier> in_use_;
  std::optional<PacketIdentifier> reused_;
  std::size_t most_in_use_ = 0;
};

/// Sends PUBLISH past the session and waits for the answer that ends it at QoS 1, or that asks for
/// PUBREL at QoS 2.
bool publish_raw(Scene& scene, Wire& wire, const protocol::Publish& publish) {
  const PacketType answer =
      publish.qos == Qos::at_least_once ? PacketType::puback : PacketType::pubrec;
  const auto answers = [&] {
    return std::count_if(wire.packets().begin(), wire.packets().end(), [&](const auto& note) {
      return note.direction == Direction::received && note.type == answer &&
             note.packet_identifier == publish.packet_identifier;
    });
  };
  const auto before = answers();
  wire.send_packet(publish);
  return scene.wait([&] { return answers() > before || wire.end(); }, arrival_patience) &&
         !wire.end();
}

/// Keeps the session from answering packets that it did not ask for.
void silence(Wire& wire) {
  wire.set_hook([](Direction direction, const protocol::Frame& frame) {
    const bool is_answer = frame.type() == PacketType::pubrec ||
                           frame.type() == PacketType::pubcomp ||
                           frame.type() == PacketType::puback;
    return direction == Direction::received && is_answer ? Fate::swallow : Fate::pass;
  });
}

bool release_raw(Scene& scene, Wire& wire) {
  const auto is_done = [&] {
    return wire.packets().back().type == PacketType::pubcomp || wire.end();
  };
  wire.send_packet(protocol::PubRel{own_identifier});
  return scene.wait(is_done, arrival_patience) && !wire.end();
}

protocol::Publish raw(const std::string& topic, std::string_view payload, Qos qos, bool dup) {
  return {.topic = topic,
          .payload = payload,
          .packet_identifier = own_identifier,
          .qos = qos,
          .dup = dup};
}

}  // namespace

Finding play_identifiers_in_use(Scene& scene) {
  constexpr std::size_t first_part = 5;
  constexpr std::size_t acknowledged = 2;
  constexpr std::size_t second_part = 3;
  const Qos qos = scene.variant().qos;
  const std::string topic = scene.topic("stream");
  Wire& subscriber = scene.connected(withholding(scene.plan()));
  Peer& publisher = scene.peer();
  if (!has_qos(scene, subscriber) || !subscribe_at(scene, subscriber, topic, qos)) return {};
  const IdentifierWatch watch(subscriber);
  send_numbers(publisher, topic, qos, first_part);
  subscriber.wait_for(first_part, arrival_patience);
  subscriber.acknowledge(acknowledged);
  subscriber.ping();
  send_numbers(publisher, topic, qos, second_part);
  subscriber.wait_for(first_part + second_part, arrival_patience);
  if (watch.reused())
    return broken("a new message came with the packet identifier " +
                  std::to_string(*watch.reused()) + " of one that was not acknowledged");
  if (watch.most_in_use() < 2) return pass("the broker sends one message at a time");
  return pass(std::to_string(watch.most_in_use()) + " messages at a time, each with its own");
}

Finding play_identifier_taken_again(Scene& scene) {
  const Qos qos = scene.variant().qos;
  const std::string topic = scene.topic("stream");
  Wire& publisher = scene.connected();
  Peer& observer = scene.peer();
  if (!has_qos(scene, publisher) || !observer.subscribe(topic, qos)) return {};
  silence(publisher);
  for (const std::string_view payload : {"1", "2"}) {
    const bool is_taken = publish_raw(scene, publisher, raw(topic, payload, qos, false)) &&
                          (qos == Qos::at_least_once || release_raw(scene, publisher));
    if (!is_taken) return broken("number " + std::string(payload) + " was not acknowledged");
  }
  observer.wait_for("2", arrival_patience);
  const Ledger ledger = ledger_of(observer.received(), 2);
  return ledger.lost().empty() ? pass("both messages with the same packet identifier arrived")
                               : broken(ledger.text());
}

Finding play_identifier_not_released(Scene& scene) {
  const std::string topic = scene.topic("stream");
  Wire& publisher = scene.connected();
  Peer& observer = scene.peer();
  if (!has_qos(scene, publisher) || !observer.subscribe(topic, Qos::exactly_once)) return {};
  silence(publisher);
  for (const bool dup : {false, true})
    if (!publish_raw(scene, publisher, raw(topic, "1", Qos::exactly_once, dup)))
      return broken(dup ? "PUBLISH sent again was not answered with PUBREC"
                        : "PUBLISH was not answered");
  if (!release_raw(scene, publisher)) return broken("PUBREL was not answered");
  observer.wait_for("1", arrival_patience);
  scene.stay(quiet_time);
  const std::size_t times = ledger_of(observer.received(), 1).times(1);
  const std::string text = "PUBLISH went out twice before PUBREL, the message arrived " +
                           (times == 1 ? "once" : std::to_string(times) + " times");
  return times == 1 ? pass(text) : broken(text);
}

Finding play_receive_maximum(Scene& scene) {
  constexpr std::uint16_t receive_maximum = 3;
  constexpr std::size_t count = 8;
  const Qos qos = scene.variant().qos;
  const std::string topic = scene.topic("stream");
  client::ConnectPlan plan = withholding(scene.plan());
  (void)plan.session.connect_properties.set(protocol::PropertyId::receive_maximum, receive_maximum);
  Wire& subscriber = scene.connected(std::move(plan));
  Peer& publisher = scene.peer();
  if (!has_qos(scene, subscriber) || !subscribe_at(scene, subscriber, topic, qos)) return {};
  send_numbers(publisher, topic, qos, count);
  subscriber.ping();
  scene.stay(quiet_time);
  const std::size_t at_once = subscriber.received().size();
  for (std::size_t done = 0; done < count && !subscriber.end(); ++done) {
    subscriber.acknowledge(1);
    const std::size_t expected = std::min<std::size_t>(count, at_once + done + 1);
    scene.wait([&] { return subscriber.received().size() >= expected || subscriber.end(); },
               arrival_patience);
  }
  if (subscriber.end()) return broken(subscriber.end()->text);
  const Ledger ledger = ledger_of(subscriber.received(), count);
  const std::string text =
      std::to_string(at_once) + " at once of the 3 allowed, then one for each acknowledgement; ";
  return ledger.lost().empty() ? pass(text + ledger.text()) : broken(text + ledger.text());
}

}  // namespace mqtt_toolbox::probe
