#include "unit/session/bench.hpp"

#include <cstdlib>
#include <utility>

#include <doctest/doctest.h>

namespace mqtt_toolbox::session {

using protocol::Packet;
using protocol::Properties;
using protocol::PropertyId;
using protocol::Publish;
using protocol::Qos;
using protocol::ReasonCode;
using protocol::Version;

namespace {

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

std::string code(ReasonCode reason) {
  static constexpr char digits[] = "0123456789ABCDEF";
  const auto value = static_cast<unsigned>(reason);
  return std::string("0x") + digits[value >> 4] + digits[value & 15];
}

std::string with_code(ReasonCode reason) {
  return reason == ReasonCode::success ? "" : " " + code(reason);
}

std::string numbers(const Properties& properties) {
  std::string text;
  for (const auto& property : properties) {
    text += " " + std::string(protocol::property_row(property.id)->flag_name) + "=";
    text += property.text.empty() ? number(property.number) : std::string(property.text);
  }
  return text;
}

struct Show {
  std::string operator()(const protocol::Connect& connect) const {
    std::string text = "CONNECT " + std::string(name(connect.version));
    text += connect.clean_start ? " clean" : " resume";
    text += " keep-alive=" + number(connect.keep_alive);
    if (!connect.client_identifier.empty()) text += " id=" + std::string(connect.client_identifier);
    if (connect.username) text += " user=" + std::string(*connect.username);
    if (connect.password) text += " password=" + std::string(*connect.password);
    if (connect.will) text += " will=" + std::string(connect.will->topic);
    return text + numbers(connect.properties);
  }
  std::string operator()(const protocol::ConnAck& connack) const {
    return std::string("CONNACK ") + (connack.session_present ? "present " : "") +
           number(connack.code);
  }
  std::string operator()(const Publish& publish) const {
    std::string text = "PUBLISH q" + number(static_cast<unsigned>(publish.qos));
    if (publish.dup) text += " dup";
    if (publish.retain) text += " retain";
    if (publish.packet_identifier != 0) text += " #" + number(publish.packet_identifier);
    text += " [" + std::string(publish.topic) + "]" + numbers(publish.properties);
    if (publish.payload.size() > 40) return text + " " + number(publish.payload.size()) + " bytes";
    return text + " " + std::string(publish.payload);
  }
  template <protocol::PacketType Type>
  std::string operator()(const protocol::Acknowledgement<Type>& ack) const {
    return std::string(name(Type)) + " #" + number(ack.packet_identifier) + with_code(ack.reason);
  }
  std::string operator()(const protocol::Subscribe& subscribe) const {
    std::string text = "SUBSCRIBE #" + number(subscribe.packet_identifier);
    for (Bytes rest = subscribe.entries; const auto entry = protocol::next_subscription(rest);)
      text += " " + std::string(entry->filter);
    return text;
  }
  std::string operator()(const protocol::SubAck& suback) const {
    return "SUBACK #" + number(suback.packet_identifier);
  }
  std::string operator()(const protocol::Unsubscribe& unsubscribe) const {
    std::string text = "UNSUBSCRIBE #" + number(unsubscribe.packet_identifier);
    for (Bytes rest = unsubscribe.entries; const auto filter = protocol::next_filter(rest);)
      text += " " + std::string(*filter);
    return text;
  }
  std::string operator()(const protocol::UnsubAck& unsuback) const {
    return "UNSUBACK #" + number(unsuback.packet_identifier);
  }
  std::string operator()(const protocol::PingReq&) const { return "PINGREQ"; }
  std::string operator()(const protocol::PingResp&) const { return "PINGRESP"; }
  std::string operator()(const protocol::Disconnect& disconnect) const {
    return "DISCONNECT" + with_code(disconnect.reason) + numbers(disconnect.properties);
  }
  std::string operator()(const protocol::Auth& auth) const {
    return "AUTH" + with_code(auth.reason) + numbers(auth.properties);
  }
};

void join(std::string& lines, std::string_view line) {
  if (!lines.empty()) lines += " | ";
  lines += line;
}

}  // namespace

std::string show(const Packet& packet) {
  return std::visit(Show(), packet);
}

std::string show_all(Bytes bytes, Version version) {
  std::string lines;
  while (!bytes.empty()) {
    const auto cut = protocol::next_frame(bytes);
    REQUIRE(cut.has_value());
    if (!cut->frame) {
      join(lines, "...");
      break;
    }
    const auto packet = protocol::decode(*cut->frame, version);
    REQUIRE(packet.has_value());
    join(lines, show(*packet));
    bytes.remove_prefix(cut->frame->size);
  }
  return lines;
}

std::string encoded(const Packet& packet, Version version) {
  const auto size = protocol::encoded_size(packet, version);
  REQUIRE(size.has_value());
  std::string bytes(*size, '\0');
  REQUIRE(protocol::encode(packet, version, bytes).has_value());
  return bytes;
}

With& With::operator()(PropertyId id, std::uint32_t value) {
  REQUIRE(list_.add(id, value).has_value());
  return *this;
}

With& With::operator()(PropertyId id, Bytes text) {
  REQUIRE(list_.add(id, text).has_value());
  return *this;
}

void Recorder::note(std::string line) {
  join(lines_, line);
}

std::string Recorder::take() {
  return std::exchange(lines_, {});
}

void Recorder::on_connected(const Connected& connected) {
  limits = connected.limits;
  note(connected.connack.session_present ? "connected present" : "connected");
}
void Recorder::on_refused(const protocol::ConnAck& connack) {
  note("refused " + number(connack.code));
}
bool Recorder::on_message(const Publish& publish) {
  note(show(publish));
  return --messages_wanted != 0;
}
void Recorder::on_published(const PublishOutcome& outcome) {
  published_at = outcome.qos;
  note("published " + number(outcome.token) + with_code(outcome.reason) +
       (outcome.may_be_duplicate ? " perhaps twice" : ""));
}
void Recorder::on_subscribed(Token token, const protocol::SubAck& suback) {
  std::string line = "subscribed " + number(token);
  for (std::size_t i = 0; i < suback.codes.size(); ++i) line += " " + code(suback.code(i));
  note(line);
}
void Recorder::on_unsubscribed(Token token, const protocol::UnsubAck& unsuback) {
  std::string line = "unsubscribed " + number(token);
  for (std::size_t i = 0; i < unsuback.codes.size(); ++i) line += " " + code(unsuback.code(i));
  note(line);
}
void Recorder::on_disconnect(const protocol::Disconnect& disconnect) {
  note(show(disconnect));
}
void Recorder::on_auth(const protocol::Auth& auth) {
  note(show(auth));
}
void Recorder::on_ready() {
  note("ready");
}
void Recorder::on_packet(Direction direction, const protocol::Frame& frame, Version version) {
  const auto packet = protocol::decode(frame, version);
  REQUIRE(packet.has_value());
  note((direction == Direction::sent ? "> " : "< ") + show(*packet));
}

std::string Bench::take_bytes() {
  std::string bytes;
  while (!output.empty()) {
    Bytes pieces[3];
    const auto count = output.gather(pieces);
    std::size_t size = 0;
    for (std::size_t i = 0; i < count; ++i) {
      bytes += pieces[i];
      size += pieces[i].size();
    }
    output.consume(size);
  }
  return bytes;
}

void Bench::open() {
  REQUIRE(session.transport_opened(version, Identity{"me", std::nullopt, std::nullopt}, now));
}

void Bench::connect(bool session_present, Properties properties) {
  open();
  take_bytes();
  protocol::ConnAck connack;
  connack.session_present = session_present;
  connack.properties = properties;
  receive(connack);
  REQUIRE(session.phase() == Phase::online);
}

Result<Submission> Bench::publish(Bytes topic, Bytes payload, int qos, Token token) {
  return publish(message(topic, payload, qos), token);
}

bool Bench::accepted(Bytes topic, Bytes payload, int qos, Token token) {
  const auto submission = publish(topic, payload, qos, token);
  REQUIRE(submission.has_value());
  return submission->admission == Admission::accepted;
}

Publish message(Bytes topic, Bytes payload, int qos, protocol::PacketIdentifier id) {
  Publish publish;
  publish.topic = topic;
  publish.payload = payload;
  publish.qos = static_cast<Qos>(qos);
  publish.packet_identifier = id;
  return publish;
}

std::string hex(std::string_view digits) {
  std::string bytes;
  std::string pair;
  for (const char c : digits) {
    if (c != ' ') pair += c;
    if (pair.size() < 2) continue;
    bytes += static_cast<char>(std::strtoul(pair.c_str(), nullptr, 16));
    pair.clear();
  }
  return bytes;
}

}  // namespace mqtt_toolbox::session
