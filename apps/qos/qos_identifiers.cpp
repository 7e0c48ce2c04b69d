#include <algorithm>
#include <set>

#include "check/raw_client.hpp"
#include "check/stream.hpp"
#include "check/timeout.hpp"
#include "qos/qos_scripts.hpp"

namespace mqtt_toolbox::qos {

using namespace check;

using protocol::PacketIdentifier;
using protocol::PacketType;
using protocol::Qos;
using session::Direction;

namespace {

/// Beyond those that a client's session gives.
constexpr PacketIdentifier own_identifier = 1000;

/// Follows which packet identifiers of the broker's messages are in use.
class IdentifierWatch {
 public:
  explicit IdentifierWatch(ScriptedClient& client) : client_(client) {
    client.set_hook([this](Direction direction, const protocol::Frame& frame) {
      see(direction, frame.type());
      return Fate::pass;
    });
  }

  ~IdentifierWatch() { client_.set_hook({}); }
  IdentifierWatch(const IdentifierWatch&) = delete;
  IdentifierWatch& operator=(const IdentifierWatch&) = delete;

  std::optional<PacketIdentifier> reused() const { return reused_; }
  std::size_t most_in_use() const { return most_in_use_; }

 private:
  void see(Direction direction, PacketType type) {
    const PacketNote& packet = client_.packets().back();
    const PacketIdentifier identifier = packet.packet_identifier;
    if (direction == Direction::received && type == PacketType::publish && identifier != 0) {
      if (!in_use_.insert(identifier).second && !packet.dup) reused_ = identifier;
      most_in_use_ = std::max(most_in_use_, in_use_.size());
    }
    const bool is_end = type == PacketType::puback || type == PacketType::pubcomp;
    if (direction == Direction::sent && is_end) in_use_.erase(identifier);
  }

  ScriptedClient& client_;
  std::set<PacketIdentifier> in_use_;
  std::optional<PacketIdentifier> reused_;
  std::size_t most_in_use_ = 0;
};

/// Sends PUBLISH past the session and waits for the answer that ends it at QoS 1, or that asks for
/// PUBREL at QoS 2.
bool publish_raw(CaseContext& context, ScriptedClient& client, const protocol::Publish& publish) {
  const PacketType answer =
      publish.qos == Qos::at_least_once ? PacketType::puback : PacketType::pubrec;
  const auto answers = [&] {
    return std::count_if(client.packets().begin(), client.packets().end(), [&](const auto& note) {
      return note.direction == Direction::received && note.type == answer &&
             note.packet_identifier == publish.packet_identifier;
    });
  };
  const auto before = answers();
  client.send_packet(publish);
  return context.wait([&] { return answers() > before || client.end(); }, arrival_timeout) &&
         !client.end();
}

/// Keeps the session from answering packets that it did not ask for.
void silence(ScriptedClient& client) {
  client.set_hook([](Direction direction, const protocol::Frame& frame) {
    const bool is_answer = frame.type() == PacketType::pubrec ||
                           frame.type() == PacketType::pubcomp ||
                           frame.type() == PacketType::puback;
    return direction == Direction::received && is_answer ? Fate::swallow : Fate::pass;
  });
}

bool release_raw(CaseContext& context, ScriptedClient& client) {
  const auto is_done = [&] {
    return client.packets().back().type == PacketType::pubcomp || client.end();
  };
  client.send_packet(protocol::PubRel{own_identifier});
  return context.wait(is_done, arrival_timeout) && !client.end();
}

protocol::Publish raw(const std::string& topic, std::string_view payload, Qos qos, bool dup) {
  return {.topic = topic,
          .payload = payload,
          .packet_identifier = own_identifier,
          .qos = qos,
          .dup = dup};
}

Finding not_answered(const CaseContext& context, const ScriptedClient& publisher, int times) {
  const std::string text = "PUBLISH was not answered with PUBREC when it went out for time " +
                           std::to_string(times) +
                           (publisher.end() ? ": " + publisher.end()->text : "");
  // MQTT 5.0 lets a client send it again on a new connection only (MQTT-4.4.0-1): the broker may
  // throw out who does so on the same one.
  const bool is_free = times > 1 && context.is_v5() && publisher.end();
  return is_free ? deviates(text) : broken(text);
}

}  // namespace

Finding play_identifiers_in_use(CaseContext& context) {
  constexpr std::size_t first_part = 5;
  constexpr std::size_t acknowledged = 2;
  constexpr std::size_t second_part = 3;
  const Qos qos = context.variant().qos;
  const std::string topic = context.topic("stream");
  ScriptedClient& subscriber = context.connected(withholding(context.plan()));
  EngineClient& publisher = context.engine_client();
  if (!has_qos(context, subscriber) || !subscribe_at(context, subscriber, topic, qos)) return {};
  const IdentifierWatch watch(subscriber);
  send_numbers(publisher, topic, qos, first_part);
  subscriber.wait_for(first_part, arrival_timeout);
  subscriber.acknowledge(acknowledged);
  subscriber.ping();
  send_numbers(publisher, topic, qos, second_part);
  subscriber.wait_for(first_part + second_part, arrival_timeout);
  if (watch.reused())
    return broken("a new message came with the packet identifier " +
                  std::to_string(*watch.reused()) + " of one that was not acknowledged");
  if (watch.most_in_use() < 2) return pass("the broker sends one message at a time");
  return pass(std::to_string(watch.most_in_use()) + " messages at a time, each with its own");
}

Finding play_identifier_taken_again(CaseContext& context) {
  const Qos qos = context.variant().qos;
  const std::string topic = context.topic("stream");
  ScriptedClient& publisher = context.connected();
  EngineClient& observer = context.engine_client();
  if (!has_qos(context, publisher) || !observer.subscribe(topic, qos)) return {};
  silence(publisher);
  for (const std::string_view payload : {"1", "2"}) {
    const bool is_taken = publish_raw(context, publisher, raw(topic, payload, qos, false)) &&
                          (qos == Qos::at_least_once || release_raw(context, publisher));
    if (!is_taken) return broken("number " + std::string(payload) + " was not acknowledged");
  }
  observer.wait_for("2", arrival_timeout);
  const SequenceTally tally = tally_of(observer.received(), 2);
  return tally.lost().empty() ? pass("both messages with the same packet identifier arrived")
                              : broken(tally.text());
}

Finding play_identifier_not_released(CaseContext& context) {
  const std::string topic = context.topic("stream");
  ScriptedClient& publisher = context.connected();
  EngineClient& observer = context.engine_client();
  if (!has_qos(context, publisher) || !observer.subscribe(topic, Qos::exactly_once)) return {};
  silence(publisher);
  // There are brokers that know the message the second time, and not the third.
  constexpr int times_sent = 3;
  for (int i = 1; i <= times_sent; ++i)
    if (!publish_raw(context, publisher, raw(topic, "1", Qos::exactly_once, i > 1)))
      return not_answered(context, publisher, i);
  if (!release_raw(context, publisher)) return broken("PUBREL was not answered");
  observer.wait_for("1", arrival_timeout);
  context.stay(quiet_time);
  const std::size_t times = tally_of(observer.received(), 1).times(1);
  const std::string text = "PUBLISH went out three times before PUBREL, the message arrived " +
                           (times == 1 ? "once" : std::to_string(times) + " times");
  return times == 1 ? pass(text) : broken(text);
}

namespace {

/// A subscriber that refuses its first message, and may have one open message at a time.
class Refuser {
 public:
  explicit Refuser(CaseContext& context) : context_(context), client_(context, plan_of(context)) {}

  bool subscribe(const std::string& topic) {
    if (!client_.connect()) return false;
    const auto code = client_.subscribe(topic, Qos::exactly_once, usual_timeout);
    if (code != protocol::ReasonCode::granted_qos_2 && !context_.is_aborted())
      context_.abort(unsupported("QoS 2 was not granted"));
    client_.forget_answers();
    return !context_.is_aborted();
  }
  /// Waits for a message and refuses it. True when it has, and the broker knows.
  bool refuse() {
    const RawClient::Answer* first = client_.wait_for(PacketType::publish, arrival_timeout);
    if (first == nullptr || first->packet_identifier == 0) return false;
    client_.send(protocol::PubRec{first->packet_identifier, refusal, {}});
    client_.send(protocol::PingReq{});
    return client_.wait_for(PacketType::pingresp, usual_timeout) != nullptr;
  }
  void wait_for_next() {
    client_.client().wait_for_answer([this] { return has_next() || !client_.online(); },
                                     arrival_timeout);
  }
  bool has_next() const { return client_.count(PacketType::publish) > 1; }
  /// Takes the second message to its end; false: PUBREL did not come.
  bool finish_next() {
    const auto identifier = client_.answers().back().packet_identifier;
    client_.send(protocol::PubRec{identifier, protocol::ReasonCode::success, {}});
    const bool is_released = client_.wait_for(PacketType::pubrel, arrival_timeout) != nullptr;
    client_.send(protocol::PubComp{identifier, protocol::ReasonCode::success, {}});
    return is_released;
  }
  bool was_released() const { return client_.count(PacketType::pubrel) != 0; }
  /// Whether anything comes again on the next connection.
  bool is_sent_again() {
    client_.client().cut(transport::Ending::fin);
    client_.plan().session.clean_start = false;
    client_.forget_answers();
    if (!client_.connect()) return false;
    context_.stay_until([this] { return client_.count(PacketType::publish) != 0; }, quiet_time);
    return client_.count(PacketType::publish) != 0;
  }
  void leave() {
    client_.client().cut(transport::Ending::fin);
    end_session(context_, client_.client());
  }

  static constexpr protocol::ReasonCode refusal =
      protocol::ReasonCode::implementation_specific_error;

 private:
  static client::ConnectPlan plan_of(CaseContext& context) {
    client::ConnectPlan plan = context.kept_plan();
    (void)plan.session.connect_properties.set(protocol::PropertyId::receive_maximum, 1);
    return plan;
  }

  CaseContext& context_;
  RawClient client_;
};

Finding judge_refusal(Refuser& subscriber) {
  const bool was_released = subscriber.was_released();
  const std::string after = " after PUBREC 0x83";
  if (!subscriber.has_next())
    return broken("no further message came within a Receive Maximum of 1" + after +
                  (was_released ? ", but PUBREL" : ""));
  if (!subscriber.finish_next()) return inconclusive("the next message was not released");
  if (subscriber.is_sent_again())
    return broken("the refused message was sent again on the next connection");
  return was_released ? deviates("PUBREL came" + after)
                      : pass("the next message came" + after + ", and the refused one not again");
}

}  // namespace

/// PUBREC from 0x80 on ends the flow (MQTT 5.0 section 4.3.3): the message is acknowledged
/// (MQTT-4.4.0-2), and no longer counts for the Receive Maximum (section 4.9), so that the next one
/// is to be sent (MQTT-4.3.3-2).
Finding play_refused_by_subscriber(CaseContext& context) {
  const std::string topic = context.topic("stream");
  Refuser subscriber(context);
  EngineClient& publisher = context.engine_client();
  if (!subscriber.subscribe(topic)) return {};
  send_numbers(publisher, topic, Qos::exactly_once, 1);
  if (!subscriber.refuse()) return inconclusive("no message came at QoS 2 that could be refused");
  // Only now: there are brokers that drop what goes beyond the Receive Maximum.
  send_numbers(publisher, topic, Qos::exactly_once, 1, 2);
  subscriber.wait_for_next();
  const Finding found = judge_refusal(subscriber);
  subscriber.leave();
  return found;
}

Finding play_receive_maximum(CaseContext& context) {
  constexpr std::uint16_t receive_maximum = 3;
  constexpr std::size_t count = 8;
  const Qos qos = context.variant().qos;
  const std::string topic = context.topic("stream");
  client::ConnectPlan plan = withholding(context.plan());
  (void)plan.session.connect_properties.set(protocol::PropertyId::receive_maximum, receive_maximum);
  ScriptedClient& subscriber = context.connected(std::move(plan));
  EngineClient& publisher = context.engine_client();
  if (!has_qos(context, subscriber) || !subscribe_at(context, subscriber, topic, qos)) return {};
  send_numbers(publisher, topic, qos, count);
  subscriber.wait_for(1, arrival_timeout);
  subscriber.ping();
  context.stay(quiet_time);
  const std::size_t at_once = subscriber.received().size();
  for (std::size_t done = 0; done < count && !subscriber.end(); ++done) {
    subscriber.acknowledge(1);
    const std::size_t expected = std::min<std::size_t>(count, at_once + done + 1);
    const auto is_next_there = [&] {
      return subscriber.received().size() >= expected || subscriber.end();
    };
    if (!context.wait(is_next_there, arrival_timeout)) break;
  }
  if (subscriber.end()) return broken(subscriber.end()->text);
  const auto tally_now = [&] { return tally_of(subscriber.received(), count); };
  context.wait([&] { return tally_now().lost().empty() || subscriber.end(); }, usual_timeout);
  const SequenceTally tally = tally_now();
  const std::string text =
      std::to_string(at_once) + " at once of the 3 allowed, then one for each acknowledgement; ";
  return tally.lost().empty() ? pass(text + tally.text()) : broken(text + tally.text());
}

}  // namespace mqtt_toolbox::qos
