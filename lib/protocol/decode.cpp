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

// The readers fill their packet in place: a packet is large, and copies of it cost more than
// reading.

void read(Reader& reader, Version version, ConnAck& connack) {
  // Brokers that do not know 5.0 (aedes, ActiveMQ) refuse it with a CONNACK of 3.1.1.
  connack.older_form = version == Version::v5 && reader.size() == 2;
  const std::uint8_t flags = reader.byte();
  if (flags > 1) reader.fail(Fault::connack_reserved_bits);
  connack.session_present = flags == 1;
  connack.code = reader.byte();
  // Brokers on Netty that do not know 5.0 refuse it with a return code of 3.1.1 in the form of 5.0.
  ConnAck either_form = connack;
  either_form.older_form = true;
  fail_if(reader, connack_fault(either_form, version));
  if (version == Version::v5 && !connack.older_form)
    connack.properties = reader.properties(PropertyPlace::connack);
}

bool has_topic_alias(const Publish& publish) {
  return !publish.properties.empty() && publish.properties.find(PropertyId::topic_alias);
}

void read_publish(Reader& reader, std::uint8_t first, Version version, Publish& publish) {
  publish.qos = static_cast<Qos>(first >> 1 & 0x03);
  publish.dup = (first & dup_flag) != 0;
  publish.retain = (first & retain_flag) != 0;
  publish.topic = reader.binary();
  if (publish.qos != Qos::at_most_once) publish.packet_identifier = reader.packet_identifier();
  if (version == Version::v5) publish.properties = reader.properties(PropertyPlace::publish);
  const bool needs_topic = !publish.topic.empty() || !has_topic_alias(publish);
  if (needs_topic) require(reader, check_topic_name(publish.topic));
  publish.payload = reader.remainder();
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

template <PacketType Type>
void read(Reader& reader, Version version, Acknowledgement<Type>& ack) {
  ack.packet_identifier = reader.packet_identifier();
  if (version == Version::v5) read_optional_reason(reader, Type, ack.reason, ack.properties);
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

/// The packet identifier and properties that SUBSCRIBE, SUBACK, UNSUBSCRIBE and UNSUBACK begin
/// with.
template <typename Exchange>
void read_beginning(Reader& reader, PacketType type, Version version, Exchange& packet) {
  packet.packet_identifier = reader.packet_identifier();
  if (version == Version::v5) packet.properties = reader.properties(place_of(type));
}

void read(Reader& reader, Version version, Subscribe& subscribe) {
  read_beginning(reader, PacketType::subscribe, version, subscribe);
  subscribe.entries = reader.remainder();
  check_subscriptions(reader, subscribe.entries, version);
}

void read(Reader& reader, Version version, Unsubscribe& unsubscribe) {
  read_beginning(reader, PacketType::unsubscribe, version, unsubscribe);
  unsubscribe.entries = reader.remainder();
  check_filters(reader, unsubscribe.entries, version);
}

void read(Reader& reader, Version version, SubAck& suback) {
  read_beginning(reader, PacketType::suback, version, suback);
  suback.codes = reader.remainder();
  fail_if(reader, codes_fault(suback.codes, PacketType::suback, version));
}

void read(Reader& reader, Version version, UnsubAck& unsuback) {
  read_beginning(reader, PacketType::unsuback, version, unsuback);
  if (version == Version::v5) unsuback.codes = reader.remainder();
  fail_if(reader, codes_fault(unsuback.codes, PacketType::unsuback, version));
}

void read(Reader&, Version, PingReq&) {}
void read(Reader&, Version, PingResp&) {}

void read(Reader& reader, Version version, Disconnect& disconnect) {
  if (version == Version::v5)
    read_optional_reason(reader, PacketType::disconnect, disconnect.reason, disconnect.properties);
}

void read(Reader& reader, Version version, Auth& auth) {
  if (version != Version::v5) return reader.fail(Fault::packet_not_in_this_version);
  read_optional_reason(reader, PacketType::auth, auth.reason, auth.properties);
}

void read_packet(Reader& reader, const Frame& frame, Version version, Packet& packet) {
  switch (frame.type()) {
    case PacketType::connect: return read_connect(reader, packet.emplace<Connect>());
    case PacketType::connack: return read(reader, version, packet.emplace<ConnAck>());
    case PacketType::publish:
      return read_publish(reader, frame.first, version, packet.emplace<Publish>());
    case PacketType::puback: return read(reader, version, packet.emplace<PubAck>());
    case PacketType::pubrec: return read(reader, version, packet.emplace<PubRec>());
    case PacketType::pubrel: return read(reader, version, packet.emplace<PubRel>());
    case PacketType::pubcomp: return read(reader, version, packet.emplace<PubComp>());
    case PacketType::subscribe: return read(reader, version, packet.emplace<Subscribe>());
    case PacketType::suback: return read(reader, version, packet.emplace<SubAck>());
    case PacketType::unsubscribe: return read(reader, version, packet.emplace<Unsubscribe>());
    case PacketType::unsuback: return read(reader, version, packet.emplace<UnsubAck>());
    case PacketType::pingreq: return read(reader, version, packet.emplace<PingReq>());
    case PacketType::pingresp: return read(reader, version, packet.emplace<PingResp>());
    case PacketType::disconnect: return read(reader, version, packet.emplace<Disconnect>());
    case PacketType::auth: return read(reader, version, packet.emplace<Auth>());
  }
}

}  // namespace

// One variable for every way out below, so that the result is made where the caller wants it.

tl::expected<Packet, Fault> decode(const Frame& frame, Version version) {
  tl::expected<Packet, Fault> packet(tl::in_place, std::in_place_type<PingReq>);
  Reader reader(frame.body);
  fail_if(reader, first_byte_fault(frame.first, version));
  read_packet(reader, frame, version, *packet);
  if (!reader.empty()) reader.fail(Fault::packet_has_trailing_bytes);
  if (reader.failed()) packet = tl::unexpected(reader.fault());
  return packet;
}

tl::expected<Publish, Fault> decode_publish(const Frame& frame, Version version) {
  tl::expected<Publish, Fault> publish;
  Reader reader(frame.body);
  fail_if(reader, first_byte_fault(frame.first, version));
  read_publish(reader, frame.first, version, *publish);
  if (reader.failed()) publish = tl::unexpected(reader.fault());
  return publish;
}

}  // namespace mqtt_toolbox::protocol
