#include "protocol/codec.hpp"
#include "protocol/connect.hpp"
#include "protocol/fixed_header.hpp"
#include "protocol/reader.hpp"
#include "protocol/rules.hpp"

namespace mqtt_toolbox::protocol {
namespace {

void fail_if(Reader& reader, std::optional<Fault> fault) {
  if (fault) reader.fail(*fault);
}

void require(Reader& reader, const tl::expected<void, Fault>& checked) {
  if (!checked) reader.fail(checked.error());
}

ConnAck read_connack(Reader& reader, Version version) {
  ConnAck connack;
  // Brokers that do not know 5.0 (aedes, ActiveMQ) refuse it with a CONNACK of 3.1.1.
  connack.older_form = version == Version::v5 && reader.size() == 2;
  const std::uint8_t flags = reader.byte();
  if (flags > 1) reader.fail(Fault::connack_reserved_bits);
  connack.session_present = flags == 1;
  connack.code = reader.byte();
  fail_if(reader, connack_fault(connack, version));
  if (version == Version::v5 && !connack.older_form)
    connack.properties = reader.properties(PropertyPlace::connack);
  return connack;
}

Publish read_publish(Reader& reader, std::uint8_t first, Version version) {
  Publish publish;
  publish.qos = static_cast<Qos>(first >> 1 & 0x03);
  publish.dup = (first & dup_flag) != 0;
  publish.retain = (first & retain_flag) != 0;
  publish.topic = reader.binary();
  if (publish.qos != Qos::at_most_once) publish.packet_identifier = reader.packet_identifier();
  if (version == Version::v5) publish.properties = reader.properties(PropertyPlace::publish);
  const bool has_alias = publish.topic.empty() && !publish.properties.empty() &&
                         publish.properties.find(PropertyId::topic_alias);
  if (!has_alias) require(reader, check_topic_name(publish.topic));
  publish.payload = reader.remainder();
  return publish;
}

/// The reason code and the properties that PUBACK and its like, DISCONNECT and AUTH may leave out,
/// MQTT 5.0 section 3.4.2.1.
void read_optional_reason(Reader& reader, PacketType type, ReasonCode& reason,
                          Properties& properties) {
  if (reader.empty()) return;
  reason = static_cast<ReasonCode>(reader.byte());
  fail_if(reader, reason_fault(reason, type));
  if (!reader.empty()) properties = reader.properties(place_of(type));
}

template <typename Ack>
Ack read_acknowledgement(Reader& reader, Version version) {
  Ack ack;
  ack.packet_identifier = reader.packet_identifier();
  if (version == Version::v5) read_optional_reason(reader, Ack::type, ack.reason, ack.properties);
  return ack;
}

void check_subscriptions(Reader& packet, Bytes entries, Version version) {
  if (entries.empty()) packet.fail(Fault::subscribe_without_filter);
  Reader reader(entries);
  while (!reader.empty()) {
    const Bytes filter = reader.binary();
    const std::uint8_t options = reader.byte();
    require(reader, check_topic_filter(filter, version));
    const bool is_shared = version == Version::v5 && shared_subscription(filter);
    fail_if(reader, subscription_options_fault(options, is_shared, version));
  }
  if (reader.failed()) packet.fail(reader.fault());
}

void check_filters(Reader& packet, Bytes entries, Version version) {
  if (entries.empty()) packet.fail(Fault::unsubscribe_without_filter);
  Reader reader(entries);
  while (!reader.empty()) require(reader, check_topic_filter(reader.binary(), version));
  if (reader.failed()) packet.fail(reader.fault());
}

/// SUBSCRIBE and UNSUBSCRIBE.
template <typename Request, typename Check>
Request read_request(Reader& reader, PacketType type, Version version, Check check) {
  Request request;
  request.packet_identifier = reader.packet_identifier();
  if (version == Version::v5) request.properties = reader.properties(place_of(type));
  if (reader.failed()) return request;
  request.entries = reader.remainder();
  check(reader, request.entries, version);
  return request;
}

/// SUBACK and UNSUBACK.
template <typename Answer>
Answer read_answer(Reader& reader, PacketType type, Version version) {
  Answer answer;
  answer.packet_identifier = reader.packet_identifier();
  if (version == Version::v5) answer.properties = reader.properties(place_of(type));
  const bool has_codes = version == Version::v5 || type == PacketType::suback;
  if (reader.failed() || !has_codes) return answer;
  answer.codes = reader.remainder();
  fail_if(reader, codes_fault(answer.codes, type, version));
  return answer;
}

/// DISCONNECT and AUTH.
template <typename Ending>
Ending read_ending(Reader& reader, PacketType type, Version version) {
  Ending ending;
  if (version == Version::v5) read_optional_reason(reader, type, ending.reason, ending.properties);
  return ending;
}

Packet read_packet(Reader& reader, const Frame& frame, Version version) {
  const PacketType type = frame.type();
  switch (type) {
    case PacketType::connect: return read_connect(reader);
    case PacketType::connack: return read_connack(reader, version);
    case PacketType::publish: return read_publish(reader, frame.first, version);
    case PacketType::puback: return read_acknowledgement<PubAck>(reader, version);
    case PacketType::pubrec: return read_acknowledgement<PubRec>(reader, version);
    case PacketType::pubrel: return read_acknowledgement<PubRel>(reader, version);
    case PacketType::pubcomp: return read_acknowledgement<PubComp>(reader, version);
    case PacketType::subscribe:
      return read_request<Subscribe>(reader, type, version, check_subscriptions);
    case PacketType::suback: return read_answer<SubAck>(reader, type, version);
    case PacketType::unsubscribe:
      return read_request<Unsubscribe>(reader, type, version, check_filters);
    case PacketType::unsuback: return read_answer<UnsubAck>(reader, type, version);
    case PacketType::pingreq: return PingReq{};
    case PacketType::pingresp: return PingResp{};
    case PacketType::disconnect: return read_ending<Disconnect>(reader, type, version);
    case PacketType::auth: break;
  }
  return read_ending<Auth>(reader, type, version);
}

std::optional<Fault> frame_fault(const Frame& frame, Version version) {
  if (version == Version::v31) return first_byte_faults[frame.first];
  if (const auto fault = first_byte_fault(frame.first, true)) return fault;
  return std::nullopt;
}

}  // namespace

tl::expected<Packet, Fault> decode(const Frame& frame, Version version) {
  if (const auto fault = frame_fault(frame, version)) return tl::unexpected(*fault);
  if (frame.type() == PacketType::auth && version != Version::v5)
    return tl::unexpected(Fault::packet_not_in_this_version);
  Reader reader(frame.body);
  tl::expected<Packet, Fault> packet = read_packet(reader, frame, version);
  if (!reader.empty()) reader.fail(Fault::packet_has_trailing_bytes);
  if (reader.failed()) return tl::unexpected(reader.fault());
  return packet;
}

tl::expected<Publish, Fault> decode_publish(const Frame& frame, Version version) {
  if (const auto& fault = first_byte_faults[frame.first]) return tl::unexpected(*fault);
  Reader reader(frame.body);
  const Publish publish = read_publish(reader, frame.first, version);
  if (reader.failed()) return tl::unexpected(reader.fault());
  return publish;
}

}  // namespace mqtt_toolbox::protocol
