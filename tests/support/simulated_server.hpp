#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/codec.hpp"

namespace mqtt_toolbox::simulated {

using protocol::PacketIdentifier;
using protocol::Qos;

struct ServerOptions {
  protocol::Version version = protocol::Version::v5;
  /// Announced in 5.0, by one connection after the other; the last one stays.
  std::vector<std::uint16_t> receive_maximums = {20};
  std::uint16_t topic_alias_maximum = 0;  ///< announced in 5.0
  std::size_t client_window = 20;         ///< what the client is known to keep to
  std::size_t inflight = 10;              ///< messages to the client at once
};

struct ServerMessage {
  std::string topic;
  std::string payload;
  Qos qos = Qos::at_most_once;
};

/// The server's side of one client's session, written from the standard for the tests alone: a
/// model that takes nothing from lib/session. It holds its acknowledgements back until told to let
/// some go, and writes down everything that the client does wrong.
class Server {
 public:
  explicit Server(ServerOptions options) : options_(options) {}

  void connection_opened() {
    input_.clear();
    output_.clear();
    held_.clear();
    unacknowledged_.clear();
    aliases_.clear();
    is_connected_ = false;
  }

  void receive(std::string_view bytes) {
    input_ += bytes;
    for (;;) {
      const auto cut = protocol::next_frame(input_);
      if (!cut) return violation("malformed frame");
      if (!cut->frame) return;
      const auto packet = protocol::decode(*cut->frame, options_.version);
      if (!packet) return violation("malformed packet: " + protocol::describe(packet.error()));
      std::visit([this](const auto& value) { on(value); }, *packet);
      input_.erase(0, cut->frame->size);
    }
  }

  std::string take_output() { return std::exchange(output_, {}); }
  bool has_output() const { return !output_.empty(); }

  /// Sends up to `count` of the acknowledgements held back, in order.
  void release(std::size_t count) {
    for (; count != 0 && !held_.empty(); --count) {
      const Held held = held_.front();
      held_.pop_front();
      if (held.ends_message) unacknowledged_.erase(held.id);
      output_ += held.bytes;
    }
  }
  std::size_t held() const { return held_.size(); }

  /// A message for the client.
  void publish(ServerMessage message) {
    outgoing_.push_back({std::move(message), State::waiting, 0});
    send_waiting();
  }
  /// Messages not yet finished with the client.
  std::size_t outgoing() const { return outgoing_.size(); }

  void forget_session() {
    has_session_ = false;
    outgoing_.clear();
    received_qos_2_.clear();
    seen_.clear();
    last_identifier_ = 0;
  }

  bool is_connected() const { return is_connected_; }
  const std::vector<ServerMessage>& received() const { return received_; }
  /// Payloads for which PUBACK or PUBREC came.
  const std::vector<std::string>& acknowledged() const { return acknowledged_; }
  const std::vector<std::string>& violations() const { return violations_; }
  std::size_t connects() const { return connects_; }

 private:
  enum class State : std::uint8_t { waiting, sent, released };
  struct Outgoing {
    ServerMessage message;
    State state;
    PacketIdentifier id;
  };
  struct Held {
    std::string bytes;
    PacketIdentifier id;
    bool ends_message;
  };

  void violation(std::string text) { violations_.push_back("server: " + std::move(text)); }

  std::string encoded(const protocol::Packet& packet) {
    const auto size = protocol::encoded_size(packet, options_.version);
    if (!size) {
      violation("cannot encode: " + protocol::describe(size.error()));
      return {};
    }
    std::string bytes(*size, '\0');
    static_cast<void>(protocol::encode(packet, options_.version, bytes));
    return bytes;
  }
  void send(const protocol::Packet& packet) { output_ += encoded(packet); }
  void hold(const protocol::Packet& packet, PacketIdentifier id, bool ends_message) {
    held_.push_back({encoded(packet), id, ends_message});
  }

  void on(const protocol::Connect& connect) {
    if (is_connected_) violation("second CONNECT");
    ++connects_;
    is_connected_ = true;
    if (connect.clean_start) forget_session();
    protocol::ConnAck connack;
    connack.session_present = has_session_;
    is_resumed_ = has_session_;
    has_session_ = true;
    protocol::PropertyList list(protocol::PropertyPlace::connack);
    static_cast<void>(list.add(protocol::PropertyId::receive_maximum, receive_maximum()));
    static_cast<void>(
        list.add(protocol::PropertyId::topic_alias_maximum, options_.topic_alias_maximum));
    connack.properties = list.view();
    client_receive_maximum_ =
        connect.properties.number(protocol::PropertyId::receive_maximum).value_or(65'535);
    client_alias_maximum_ =
        connect.properties.number(protocol::PropertyId::topic_alias_maximum).value_or(0);
    client_aliases_.clear();
    send(connack);
    resend();
  }

  // Messages from the client.

  void on(const protocol::Publish& publish) {
    const auto topic = resolve(publish);
    if (!topic) return violation("PUBLISH with an alias that has no topic");
    ServerMessage message{*topic, std::string(publish.payload), publish.qos};
    if (publish.qos == Qos::at_most_once) return received_.push_back(std::move(message));
    check_dup(publish, message);
    unacknowledged_.insert(publish.packet_identifier);
    if (unacknowledged_.size() > std::min<std::size_t>(options_.client_window, quota()))
      violation("more PUBLISHes at once than the window or Receive Maximum");
    if (publish.qos == Qos::at_least_once) {
      received_.push_back(std::move(message));
      return hold(protocol::PubAck{publish.packet_identifier, {}, {}}, publish.packet_identifier,
                  true);
    }
    on_qos_2(publish.packet_identifier, std::move(message));
  }

  void on_qos_2(PacketIdentifier id, ServerMessage message) {
    const auto known = received_qos_2_.find(id);
    if (known == received_qos_2_.end()) {
      received_qos_2_.emplace(id, message.payload);
      received_.push_back(std::move(message));
    } else if (known->second != message.payload) {
      violation("a packet identifier in use was given to another message");
    }
    hold(protocol::PubRec{id, {}, {}}, id, false);
  }

  /// DUP says exactly whether the message was sent before in this session.
  void check_dup(const protocol::Publish& publish, const ServerMessage& message) {
    const bool was_seen = !seen_.insert(message.payload).second;
    if (was_seen && !publish.dup) violation("sent again without DUP: " + message.payload);
    if (publish.dup && !is_resumed_) violation("DUP in a new session");
  }

  std::optional<std::string> resolve(const protocol::Publish& publish) {
    const auto alias = publish.properties.number(protocol::PropertyId::topic_alias);
    if (!alias) return std::string(publish.topic);
    if (*alias > options_.topic_alias_maximum) violation("topic alias above the maximum");
    if (!publish.topic.empty()) aliases_[*alias] = std::string(publish.topic);
    const auto known = aliases_.find(*alias);
    if (known == aliases_.end()) return std::nullopt;
    return known->second;
  }

  std::uint16_t receive_maximum() const {
    const auto& all = options_.receive_maximums;
    return all[std::min(connects_, all.size()) - 1];
  }

  std::size_t quota() const {
    return options_.version == protocol::Version::v5 ? receive_maximum() : 65'535u;
  }

  void on(const protocol::PubRel& pubrel) {
    const bool is_known = received_qos_2_.erase(pubrel.packet_identifier) == 1;
    const auto reason = is_known ? protocol::ReasonCode::success
                                 : protocol::ReasonCode::packet_identifier_not_found;
    hold(protocol::PubComp{pubrel.packet_identifier, reason, {}}, pubrel.packet_identifier, true);
  }

  // Messages to the client.

  std::size_t in_flight() const {
    return static_cast<std::size_t>(
        std::count_if(outgoing_.begin(), outgoing_.end(),
                      [](const Outgoing& out) { return out.state != State::waiting; }));
  }

  void send_waiting() {
    if (!is_connected_) return;
    const auto window = std::min<std::size_t>(options_.inflight, client_receive_maximum_);
    auto used = in_flight();
    for (auto out = outgoing_.begin(); out != outgoing_.end();) {
      if (out->state != State::waiting) {
        ++out;
        continue;
      }
      const bool is_qos_0 = out->message.qos == Qos::at_most_once;
      if (!is_qos_0 && used++ >= window) return;
      if (!is_qos_0) out->id = next_identifier();
      out->state = State::sent;
      send_publish(*out, false);
      out = is_qos_0 ? outgoing_.erase(out) : out + 1;
    }
  }

  PacketIdentifier next_identifier() {
    // A small circle, so that identifiers come again soon.
    for (;;) {
      last_identifier_ = static_cast<PacketIdentifier>(last_identifier_ % 50 + 1);
      const bool is_used =
          std::any_of(outgoing_.begin(), outgoing_.end(),
                      [this](const Outgoing& out) { return out.id == last_identifier_; });
      if (!is_used) return last_identifier_;
    }
  }

  void send_publish(const Outgoing& out, bool dup) {
    protocol::Publish publish;
    publish.topic = out.message.topic;
    publish.payload = out.message.payload;
    publish.qos = out.message.qos;
    publish.packet_identifier = out.id;
    publish.dup = dup;
    protocol::PropertyList list(protocol::PropertyPlace::publish);
    if (const auto alias = alias_for(out.message.topic)) {
      static_cast<void>(list.add(protocol::PropertyId::topic_alias, alias->first));
      publish.properties = list.view();
      if (alias->second) publish.topic = {};
    }
    send(publish);
  }

  /// The alias and whether the client knows it already.
  std::optional<std::pair<std::uint32_t, bool>> alias_for(const std::string& topic) {
    if (options_.version != protocol::Version::v5) return std::nullopt;
    if (const auto known = client_aliases_.find(topic); known != client_aliases_.end())
      return std::pair{known->second, true};
    if (client_aliases_.size() >= client_alias_maximum_) return std::nullopt;
    const auto alias = static_cast<std::uint32_t>(client_aliases_.size() + 1);
    client_aliases_[topic] = alias;
    return std::pair{alias, false};
  }

  void resend() {
    for (const Outgoing& out : outgoing_) {
      if (out.state == State::sent) send_publish(out, true);
      if (out.state == State::released) send(protocol::PubRel{out.id, {}, {}});
    }
    send_waiting();
  }

  std::deque<Outgoing>::iterator find(PacketIdentifier id, std::string_view packet) {
    const auto out = std::find_if(outgoing_.begin(), outgoing_.end(), [id](const Outgoing& entry) {
      return entry.id == id && entry.state != State::waiting;
    });
    if (out == outgoing_.end())
      violation(std::string(packet) + " for an identifier that is not in use");
    return out;
  }

  void finish(std::deque<Outgoing>::iterator out) {
    outgoing_.erase(out);
    send_waiting();
  }

  void on(const protocol::PubAck& ack) {
    const auto out = find(ack.packet_identifier, "PUBACK");
    if (out == outgoing_.end()) return;
    if (out->message.qos != Qos::at_least_once) violation("PUBACK for QoS 2");
    acknowledged_.push_back(out->message.payload);
    finish(out);
  }
  void on(const protocol::PubRec& ack) {
    const auto out = find(ack.packet_identifier, "PUBREC");
    if (out == outgoing_.end()) return;
    if (out->message.qos != Qos::exactly_once) violation("PUBREC for QoS 1");
    acknowledged_.push_back(out->message.payload);
    out->state = State::released;
    send(protocol::PubRel{out->id, {}, {}});
  }
  void on(const protocol::PubComp& ack) {
    const auto out = find(ack.packet_identifier, "PUBCOMP");
    if (out == outgoing_.end()) return;
    if (out->state != State::released) violation("PUBCOMP before PUBREL");
    finish(out);
  }

  // The rest.

  void on(const protocol::Subscribe& subscribe) {
    std::string codes;
    for (protocol::Bytes rest = subscribe.entries;
         const auto entry = protocol::next_subscription(rest);)
      codes += static_cast<char>(entry->qos);
    hold(protocol::SubAck{subscribe.packet_identifier, {}, codes}, 0, false);
  }
  void on(const protocol::Unsubscribe& unsubscribe) {
    std::string codes;
    for (protocol::Bytes rest = unsubscribe.entries; protocol::next_filter(rest);) codes += '\0';
    if (options_.version != protocol::Version::v5) codes.clear();
    hold(protocol::UnsubAck{unsubscribe.packet_identifier, {}, codes}, 0, false);
  }
  void on(const protocol::PingReq&) { send(protocol::PingResp{}); }
  void on(const protocol::Disconnect& disconnect) {
    if (protocol::is_failure(disconnect.reason))
      violation("DISCONNECT with reason " + std::to_string(static_cast<int>(disconnect.reason)));
  }
  template <typename Other>
  void on(const Other&) {
    violation("a packet that only servers send");
  }

  ServerOptions options_;
  // The connection.
  std::string input_;
  std::string output_;
  std::deque<Held> held_;
  std::set<PacketIdentifier> unacknowledged_;
  std::map<std::uint32_t, std::string> aliases_;
  std::map<std::string, std::uint32_t> client_aliases_;
  std::uint32_t client_alias_maximum_ = 0;
  std::uint32_t client_receive_maximum_ = 65'535;
  bool is_connected_ = false;
  bool is_resumed_ = false;
  // The session.
  bool has_session_ = false;
  std::deque<Outgoing> outgoing_;
  std::map<PacketIdentifier, std::string> received_qos_2_;
  std::set<std::string> seen_;
  PacketIdentifier last_identifier_ = 0;
  // For the test.
  std::vector<ServerMessage> received_;
  std::vector<std::string> acknowledged_;
  std::vector<std::string> violations_;
  std::size_t connects_ = 0;
};

}  // namespace mqtt_toolbox::simulated
