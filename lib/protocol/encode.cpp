#include "protocol/codec.hpp"
#include "protocol/connect.hpp"
#include "protocol/fixed_header.hpp"
#include "protocol/rules.hpp"
#include "protocol/subscription_options.hpp"
#include "protocol/writer.hpp"

namespace mqtt_toolbox::protocol {
namespace {

std::optional<Fault> string_fault(Bytes text) {
  const auto checked = check_string(text);
  return checked ? std::nullopt : std::optional(checked.error());
}

std::optional<Fault> length_fault(Bytes text) {
  return text.size() > maximum_string_bytes ? std::optional(Fault::string_too_long) : std::nullopt;
}

std::optional<Fault> identifier_fault(PacketIdentifier id) {
  return id == 0 ? std::optional(Fault::packet_identifier_zero) : std::nullopt;
}

template <typename... Faults>
std::optional<Fault> first_of(Faults... faults) {
  std::optional<Fault> found;
  ((found = found ? found : faults), ...);
  return found;
}

// What would make each packet violate the specification. What is done for each PUBLISH is declared
// inline: so many calls would cost as much as what they do.

std::optional<Fault> fault_in(const Connect& connect, Version) {
  if (connect.version != Version::v5 && connect.password && !connect.username)
    return Fault::connect_password_without_username;
  const Will will = connect.will.value_or(Will{});
  return first_of(string_fault(connect.client_identifier), length_fault(will.topic),
                  length_fault(will.payload), string_fault(connect.username.value_or(Bytes())),
                  length_fault(connect.password.value_or(Bytes())));
}

std::optional<Fault> fault_in(const ConnAck& connack, Version version) {
  return connack_fault(connack, version);
}

/// Without a topic a PUBLISH has a Topic Alias.
std::optional<Fault> fault_without_topic(const Publish& publish, Version version) {
  const bool has_alias = version == Version::v5 && publish.properties.find(PropertyId::topic_alias);
  return has_alias ? std::nullopt : std::optional(Fault::topic_name_empty);
}

inline std::optional<Fault> fault_in(const Publish& publish, Version version) {
  if (publish.topic.size() > maximum_string_bytes) return Fault::string_too_long;
  if (publish.qos > Qos::exactly_once) return Fault::qos_3;
  if (publish.qos == Qos::at_most_once) {
    if (publish.dup) return Fault::dup_at_qos_0;
  } else if (publish.packet_identifier == 0) {
    return Fault::packet_identifier_zero;
  }
  return publish.topic.empty() ? fault_without_topic(publish, version) : std::nullopt;
}

template <PacketType Type>
std::optional<Fault> fault_in(const Acknowledgement<Type>& ack, Version version) {
  const auto reason = version == Version::v5 ? reason_fault(ack.reason, Type) : std::nullopt;
  return first_of(identifier_fault(ack.packet_identifier), reason);
}

std::optional<Fault> fault_in(const Subscribe& subscribe, Version version) {
  if (const auto fault = identifier_fault(subscribe.packet_identifier)) return fault;
  if (subscribe.entries.empty()) return Fault::subscribe_without_filter;
  Reader reader(subscribe.entries);
  while (!reader.empty()) {
    const Bytes filter = reader.binary();
    const bool is_shared = version == Version::v5 && shared_subscription(filter);
    // Before 5.0 only the QoS of the options is sent, so all of 5.0's are welcome.
    const auto fault = subscription_options_fault(reader.byte(), is_shared, Version::v5);
    if (fault) reader.fail(*fault);
  }
  return reader.failed() ? std::optional(reader.fault()) : std::nullopt;
}

std::optional<Fault> fault_in(const Unsubscribe& unsubscribe, Version) {
  if (const auto fault = identifier_fault(unsubscribe.packet_identifier)) return fault;
  if (unsubscribe.entries.empty()) return Fault::unsubscribe_without_filter;
  Reader reader(unsubscribe.entries);
  while (!reader.empty()) reader.binary();
  return reader.failed() ? std::optional(reader.fault()) : std::nullopt;
}

std::optional<Fault> fault_in(const SubAck& suback, Version version) {
  return first_of(identifier_fault(suback.packet_identifier),
                  codes_fault(suback.codes, PacketType::suback, version));
}

std::optional<Fault> fault_in(const UnsubAck& unsuback, Version version) {
  return first_of(identifier_fault(unsuback.packet_identifier),
                  codes_fault(unsuback.codes, PacketType::unsuback, version));
}

std::optional<Fault> fault_in(const PingReq&, Version) {
  return std::nullopt;
}
std::optional<Fault> fault_in(const PingResp&, Version) {
  return std::nullopt;
}

std::optional<Fault> fault_in(const Disconnect& disconnect, Version version) {
  if (version != Version::v5) return std::nullopt;
  return reason_fault(disconnect.reason, PacketType::disconnect);
}

std::optional<Fault> fault_in(const Auth& auth, Version version) {
  if (version != Version::v5) return Fault::packet_not_in_this_version;
  return reason_fault(auth.reason, PacketType::auth);
}

// The body of each packet, measured and written by the same description.

std::uint8_t flags_of(const Connect& connect) {
  unsigned flags = 0;
  if (connect.clean_start) flags |= connect_clean_start;
  if (connect.will) {
    flags |= connect_will | static_cast<unsigned>(connect.will->qos) << connect_will_qos_shift;
    if (connect.will->retain) flags |= connect_will_retain;
  }
  if (connect.username) flags |= connect_username;
  if (connect.password) flags |= connect_password;
  return static_cast<std::uint8_t>(flags);
}

template <typename Sink>
void put(Sink& out, const Connect& connect, Version) {
  const bool is_v5 = connect.version == Version::v5;
  out.string(protocol_name(connect.version));
  out.byte(static_cast<std::uint8_t>(connect.version));
  out.byte(flags_of(connect));
  out.two_bytes(connect.keep_alive);
  if (is_v5) out.properties(connect.properties.encoded());
  out.string(connect.client_identifier);
  if (connect.will) {
    if (is_v5) out.properties(connect.will->properties.encoded());
    out.string(connect.will->topic);
    out.string(connect.will->payload);
  }
  if (connect.username) out.string(*connect.username);
  if (connect.password) out.string(*connect.password);
}

template <typename Sink>
void put(Sink& out, const ConnAck& connack, Version version) {
  out.byte(connack.session_present ? 1 : 0);
  out.byte(connack.code);
  if (version == Version::v5 && !connack.older_form) out.properties(connack.properties.encoded());
}

template <typename Sink>
inline void put_publish_header(Sink& out, const Publish& publish, Version version) {
  out.string(publish.topic);
  if (publish.qos != Qos::at_most_once) out.two_bytes(publish.packet_identifier);
  if (version == Version::v5) out.properties(publish.properties.encoded());
}

template <typename Sink>
void put(Sink& out, const Publish& publish, Version version) {
  put_publish_header(out, publish, version);
  out.bytes(publish.payload);
}

/// Left out as far as MQTT 5.0 section 3.4.2.1 allows.
template <typename Sink>
void put_optional_reason(Sink& out, ReasonCode reason, const Properties& properties) {
  if (reason == ReasonCode::success && properties.empty()) return;
  out.byte(static_cast<std::uint8_t>(reason));
  if (!properties.empty()) out.properties(properties.encoded());
}

template <typename Sink, PacketType Type>
void put(Sink& out, const Acknowledgement<Type>& ack, Version version) {
  out.two_bytes(ack.packet_identifier);
  if (version == Version::v5) put_optional_reason(out, ack.reason, ack.properties);
}

/// The packet identifier and properties that SUBSCRIBE, SUBACK, UNSUBSCRIBE and UNSUBACK begin
/// with.
template <typename Sink, typename Exchange>
void put_beginning(Sink& out, const Exchange& packet, Version version) {
  out.two_bytes(packet.packet_identifier);
  if (version == Version::v5) out.properties(packet.properties.encoded());
}

template <typename Sink>
void put(Sink& out, const Subscribe& subscribe, Version version) {
  put_beginning(out, subscribe, version);
  if (version == Version::v5) return out.bytes(subscribe.entries);
  Bytes entries = subscribe.entries;
  while (const auto subscription = next_subscription(entries)) {
    out.string(subscription->filter);
    out.byte(static_cast<std::uint8_t>(subscription->qos));
  }
}

template <typename Sink>
void put(Sink& out, const Unsubscribe& unsubscribe, Version version) {
  put_beginning(out, unsubscribe, version);
  out.bytes(unsubscribe.entries);
}

template <typename Sink>
void put(Sink& out, const SubAck& suback, Version version) {
  put_beginning(out, suback, version);
  out.bytes(suback.codes);
}

template <typename Sink>
void put(Sink& out, const UnsubAck& unsuback, Version version) {
  put_beginning(out, unsuback, version);
  if (version == Version::v5) out.bytes(unsuback.codes);
}

template <typename Sink>
void put(Sink&, const PingReq&, Version) {}
template <typename Sink>
void put(Sink&, const PingResp&, Version) {}

template <typename Sink>
void put(Sink& out, const Disconnect& disconnect, Version version) {
  if (version == Version::v5) put_optional_reason(out, disconnect.reason, disconnect.properties);
}

template <typename Sink>
void put(Sink& out, const Auth& auth, Version) {
  put_optional_reason(out, auth.reason, auth.properties);
}

std::uint8_t first_byte(PacketType type) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(type) << 4 | reserved_flags_of(type));
}

std::uint8_t first_byte(const Publish& publish) {
  unsigned first = static_cast<unsigned>(PacketType::publish) << 4;
  first |= static_cast<unsigned>(publish.qos) << 1;
  if (publish.dup) first |= dup_flag;
  if (publish.retain) first |= retain_flag;
  return static_cast<std::uint8_t>(first);
}

std::uint8_t first_byte(const Packet& packet) {
  const auto* publish = std::get_if<Publish>(&packet);
  return publish != nullptr ? first_byte(*publish) : first_byte(type_of(packet));
}

tl::expected<std::size_t, Fault> remaining_length(const Packet& packet, Version version) {
  const auto measure = [version](const auto& value) -> tl::expected<std::size_t, Fault> {
    if (const auto fault = fault_in(value, version)) return tl::unexpected(*fault);
    Measure size;
    put(size, value, version);
    if (size.size() > maximum_remaining_length) return tl::unexpected(Fault::packet_too_large);
    return size.size();
  };
  return std::visit(measure, packet);
}

/// Header with everything but the payload; `header` is its size without the fixed header.
struct PublishSizes {
  std::size_t header = 0;
  std::size_t remaining_length = 0;

  std::size_t written() const { return 1 + variable_integer_size(remaining_length) + header; }
};

inline tl::expected<PublishSizes, Fault> publish_sizes(const Publish& publish, Version version) {
  if (const auto fault = fault_in(publish, version)) return tl::unexpected(*fault);
  Measure header;
  put_publish_header(header, publish, version);
  const PublishSizes sizes{header.size(), header.size() + publish.payload.size()};
  if (sizes.remaining_length > maximum_remaining_length)
    return tl::unexpected(Fault::packet_too_large);
  return sizes;
}

}  // namespace

tl::expected<std::size_t, Fault> encoded_size(const Packet& packet, Version version) {
  return remaining_length(packet, version).map([](std::size_t length) {
    return 1 + variable_integer_size(length) + length;
  });
}

tl::expected<std::size_t, Fault> encode(const Packet& packet, Version version,
                                        std::span<char> out) {
  const auto length = remaining_length(packet, version);
  if (!length) return length;
  if (out.size() < 1 + variable_integer_size(*length) + *length)
    return tl::unexpected(Fault::buffer_too_small);
  Writer writer(out.data());
  writer.byte(first_byte(packet));
  writer.variable_integer(*length);
  std::visit([&](const auto& value) { put(writer, value, version); }, packet);
  return writer.size();
}

tl::expected<std::size_t, Fault> publish_header_size(const Publish& publish, Version version) {
  return publish_sizes(publish, version).map([](const PublishSizes& sizes) {
    return sizes.written();
  });
}

tl::expected<std::size_t, Fault> encode_publish_header(const Publish& publish, Version version,
                                                       std::span<char> out) {
  const auto sizes = publish_sizes(publish, version);
  if (!sizes) return tl::unexpected(sizes.error());
  if (out.size() < sizes->written()) return tl::unexpected(Fault::buffer_too_small);
  Writer writer(out.data());
  writer.byte(first_byte(publish));
  writer.variable_integer(sizes->remaining_length);
  put_publish_header(writer, publish, version);
  return writer.size();
}

std::size_t encode_plain_acknowledgement(PacketType type, PacketIdentifier id,
                                         std::span<char> out) {
  Writer writer(out.data());
  writer.byte(first_byte(type));
  writer.variable_integer(2);
  writer.two_bytes(id);
  return writer.size();
}

}  // namespace mqtt_toolbox::protocol
