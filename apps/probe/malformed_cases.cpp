#include <array>

#include "probe/broker_steps.hpp"
#include "probe/malformed_steps.hpp"

// What the broker does with packets that nobody may send.

namespace mqtt_toolbox::probe {

using namespace check;

using protocol::PacketType;

namespace {

constexpr std::uint8_t publish_qos_0 = 0x30;
constexpr std::uint8_t publish_qos_1 = 0x32;
constexpr std::uint8_t subscribe_byte = 0x82;
constexpr std::uint8_t unsubscribe_byte = 0xA2;
constexpr std::string_view qos_1_option("\1", 1);

std::string publish_to(const CaseContext& context, std::string_view topic) {
  return raw_packet(publish_qos_1,
                    utf8_string(topic) + two_bytes(1) + no_properties(context) + "payload");
}

std::string subscribe_to(const CaseContext& context, std::string_view filter,
                         std::uint8_t first = subscribe_byte) {
  return raw_packet(first, two_bytes(1) + no_properties(context) + utf8_string(filter) +
                               std::string(qos_1_option));
}

/// PUBLISH at QoS 1 with properties as they stand, their length in front.
std::string publish_with(const CaseContext& context, std::string_view properties) {
  return raw_packet(publish_qos_1, utf8_string(context.topic("t")) + two_bytes(1) +
                                       static_cast<char>(properties.size()) +
                                       std::string(properties) + "payload");
}

std::string topic_wildcard(CaseContext& context) {
  return publish_to(context, context.topic("a/#"));
}
std::string topic_empty(CaseContext& context) {
  return publish_to(context, "");
}
std::string topic_not_utf8(CaseContext& context) {
  return publish_to(context, context.topic("\xC3\x28"));
}
std::string filter_hash(CaseContext& context) {
  return subscribe_to(context, context.topic("a/#/b"));
}
std::string filter_plus(CaseContext& context) {
  return subscribe_to(context, context.topic("a+/b"));
}
std::string filter_empty(CaseContext& context) {
  return subscribe_to(context, "");
}
std::string filter_not_utf8(CaseContext& context) {
  return subscribe_to(context, context.topic("\xC3\x28"));
}
std::string no_filter(CaseContext& context) {
  return raw_packet(subscribe_byte, two_bytes(1) + no_properties(context));
}
std::string no_filter_to_leave(CaseContext& context) {
  return raw_packet(unsubscribe_byte, two_bytes(1) + no_properties(context));
}
/// The Subscription Options as they stand.
std::string subscribe_with(const CaseContext& context, char options) {
  return raw_packet(subscribe_byte, two_bytes(1) + no_properties(context) +
                                        utf8_string(context.topic("a")) + options);
}
std::string subscribe_qos_3(CaseContext& context) {
  return subscribe_with(context, '\3');
}
/// Bits 6 and 7: MQTT-3.8.3-5, before 5.0 MQTT-3.8.3-4.
std::string subscribe_reserved_bits(CaseContext& context) {
  return subscribe_with(context, '\xC1');
}
std::string retain_handling_3(CaseContext& context) {
  return subscribe_with(context, '\x31');
}
std::string identifier_zero(CaseContext& context) {
  return raw_packet(publish_qos_1, utf8_string(context.topic("t")) + two_bytes(0) +
                                       no_properties(context) + "payload");
}
std::string publish_qos_3(CaseContext& context) {
  return raw_packet(
      0x36, utf8_string(context.topic("t")) + two_bytes(1) + no_properties(context) + "payload");
}
std::string reserved_flags(CaseContext& context) {
  return subscribe_to(context, context.topic("a"), 0x80);
}
/// MQTT-3.10.1-1.
std::string unsubscribe_flags(CaseContext& context) {
  return raw_packet(0xA0, two_bytes(1) + no_properties(context) + utf8_string(context.topic("a")));
}
std::string type_zero(CaseContext&) {
  return raw_packet(0x00, "");
}
std::string length_of_five_bytes(CaseContext&) {
  return {"\x30\xFF\xFF\xFF\xFF\x7F", 6};
}
std::string string_too_long(CaseContext&) {
  return raw_packet(publish_qos_0, two_bytes(1000) + "abc");
}
std::string second_connect(CaseContext& context) {
  RawClient client(context);
  return client.encoded(client.connect_packet());
}

std::string property_twice(CaseContext& context) {
  // Of the Content Type the standard says so.
  return publish_with(context, {"\x03\x00\x01"
                                "a"
                                "\x03\x00\x01"
                                "b",
                                8});
}
std::string property_unknown(CaseContext& context) {
  return publish_with(context, {"\x7E\x00", 2});
}
std::string property_misplaced(CaseContext& context) {
  return publish_with(context, {"\x11\x00\x00\x00\x01", 5});
}
std::string alias_zero(CaseContext& context) {
  return publish_with(context, {"\x23\x00\x00", 3});
}
std::string alias_too_high(CaseContext& context) {
  const auto highest = context.run().limits.topic_alias_maximum;
  return publish_with(context, '\x23' + two_bytes(static_cast<std::uint16_t>(highest + 1)));
}
std::string subscription_identifier_zero(CaseContext& context) {
  return raw_packet(subscribe_byte, two_bytes(1) + std::string("\x02\x0B\x00", 3) +
                                        utf8_string(context.topic("a")) +
                                        std::string(qos_1_option));
}
std::string subscription_identifier_published(CaseContext& context) {
  return publish_with(context, {"\x0B\x05", 2});
}

std::string topic_nul(CaseContext& context) {
  return publish_to(context, context.topic(std::string_view("a\0b", 3)));
}
std::string filter_nul(CaseContext& context) {
  return subscribe_to(context, context.topic(std::string_view("a\0b", 3)));
}

// CONNECT.

std::string wrong_protocol_name(RawClient& client) {
  std::string bytes = client.encoded(client.connect_packet());
  const std::size_t at = bytes.find("MQ");
  return at == std::string::npos ? bytes : bytes.replace(at, 2, "XX");
}

/// Connect Flags stand behind the name and the version.
template <char set>
std::string connect_flags(RawClient& client) {
  std::string bytes = client.encoded(client.connect_packet());
  const std::size_t name = bytes.find("MQ");
  const std::size_t flags = name == std::string::npos ? 0 : bytes.find_first_of("\3\4\5", name) + 1;
  if (flags < bytes.size()) bytes[flags] = static_cast<char>(bytes[flags] | set);
  return bytes;
}

/// A property that its list would not take.
std::string connect_with_property(RawClient& client, protocol::PropertyId id,
                                  std::string_view property) {
  client.plan().session.connect_properties.remove(id);
  protocol::Connect connect = client.connect_packet();
  const std::string properties = std::string(connect.properties.encoded()).append(property);
  connect.properties = protocol::Properties(properties);
  return client.encoded(connect);
}

std::string receive_maximum_zero(RawClient& client) {
  return connect_with_property(client, protocol::PropertyId::receive_maximum, {"\x21\0\0", 3});
}
std::string packet_size_zero(RawClient& client) {
  return connect_with_property(client, protocol::PropertyId::maximum_packet_size,
                               {"\x27\0\0\0\0", 5});
}

/// The Protocol Version stands behind the name.
std::string unknown_version(RawClient& client) {
  client.plan().version = protocol::Version::v311;
  protocol::Connect connect = client.connect_packet();
  // MQTT 5.0 alone has a password without a user name.
  if (!connect.username) connect.password.reset();
  std::string bytes = client.encoded(connect);
  if (const std::size_t name = bytes.find("MQTT"); name != std::string::npos) bytes[name + 4] = 6;
  return bytes;
}

/// Its last byte is missing, and its length says so.
std::string cut_short(RawClient& client) {
  std::string bytes = client.encoded(client.connect_packet());
  std::size_t body = 1;
  while (body < bytes.size() && (bytes[body++] & 0x80) != 0) continue;
  if (body >= bytes.size()) return bytes;
  return raw_packet(static_cast<std::uint8_t>(bytes[0]),
                    std::string_view(bytes).substr(body, bytes.size() - body - 1));
}

std::string client_id_nul(RawClient& client) {
  std::string bytes = client.encoded(client.connect_packet());
  const std::string& identifier = client.plan().client_identifier;
  const std::size_t at = bytes.find(identifier);
  if (at != std::string::npos) bytes[at + identifier.size() - 1] = '\0';
  return bytes;
}

Finding first_not_connect(CaseContext& context) {
  RawClient client(context);
  if (!is_alive(context)) return inconclusive("cannot connect");
  if (!context.begin_harm()) return {};
  if (!client.open()) return inconclusive("cannot connect");
  client.send(protocol::PingReq{});
  client.client().wait_for_end(arrival_timeout);
  if (context.is_aborted()) return {};
  if (client.client().end()) return pass("closed");
  return broken(client.count(PacketType::pingresp) != 0 ? "answered before CONNECT"
                                                        : "the connection stays open");
}

/// Of a message that the broker has answered with PUBREC: MQTT-3.6.1-1.
Finding pubrel_flags(CaseContext& context) {
  RawClient client(context);
  if (!client.connect()) return {};
  const std::string topic = context.topic("t");
  client.send(protocol::Publish{topic, "payload", 1, protocol::Qos::exactly_once});
  const RawClient::Answer* pubrec = client.wait_for(PacketType::pubrec, arrival_timeout);
  if (context.is_aborted()) return {};
  if (pubrec == nullptr) return unsupported("QoS 2 was not answered with PUBREC");
  if (is_failure(pubrec->reason)) return inconclusive("the message was refused");
  return refusal_by(context, client, raw_packet(0x60, two_bytes(1)), PacketType::pubcomp);
}

constexpr char reserved_flag = 0x01;
constexpr char will_qos_1 = 0x08;
constexpr char will_retain = 0x20;

constexpr auto puback = PacketType::puback;
constexpr auto suback = PacketType::suback;

constexpr std::array cases{
    Case{"first-not-connect", "3.1", "closes a connection that does not begin with CONNECT",
         first_not_connect},
    Case{"second-connect", "3.1", "closes the connection at a second CONNECT",
         refuses<second_connect, PacketType::connack>},
    Case{"protocol-name", "3.1.2.1", "refuses a protocol name that is not MQTT's",
         refuses_connect<wrong_protocol_name>},
    Case{"version-unknown", "3.1.2.2",
         "refuses a protocol version that it does not know, and closes the connection",
         refuses_connect<unknown_version>},
    Case{"connect-flag-reserved", "3.1.2.3", "refuses CONNECT with its reserved flag set",
         refuses_connect<connect_flags<reserved_flag>>},
    Case{"will-qos-without-will", "3.1.2.6", "refuses CONNECT with a Will QoS and without a will",
         refuses_connect<connect_flags<will_qos_1>>},
    Case{"will-retain-without-will", "3.1.2.7",
         "refuses CONNECT with Will Retain and without a will",
         refuses_connect<connect_flags<will_retain>>},
    Case{"receive-maximum-zero", "3.1.2.11.3", "refuses CONNECT with a Receive Maximum of 0",
         refuses_connect<receive_maximum_zero>, Versions::v5_only},
    Case{"packet-size-zero", "3.1.2.11.4", "refuses CONNECT with a Maximum Packet Size of 0",
         refuses_connect<packet_size_zero>, Versions::v5_only},
    Case{"connect-cut-short", "3.1.3.1", "refuses a CONNECT that ends too early",
         refuses_connect<cut_short>},
    Case{"topic-wildcard", "3.3.2.1", "takes no message to a topic with wildcards",
         refuses<topic_wildcard, puback>},
    Case{"topic-empty", "4.7.3", "takes no message to a topic without a character",
         refuses<topic_empty, puback>},
    Case{"topic-not-utf8", "1.5.4", "takes no message to a topic that is not UTF-8",
         refuses<topic_not_utf8, puback>},
    Case{"filter-hash-inside", "4.7.1.2", "refuses a filter with # before its end",
         refuses<filter_hash, suback>},
    Case{"filter-plus-inside", "4.7.1.3", "refuses a filter with + beside other characters",
         refuses<filter_plus, suback>},
    Case{"filter-empty", "4.7.3", "refuses a filter without a character",
         refuses<filter_empty, suback>},
    Case{"filter-not-utf8", "1.5.4", "refuses a filter that is not UTF-8",
         refuses<filter_not_utf8, suback>},
    Case{"subscribe-empty", "3.8.3", "refuses SUBSCRIBE without a filter",
         refuses<no_filter, suback>},
    Case{"subscribe-qos-3", "3.8.3.1", "refuses SUBSCRIBE at QoS 3",
         refuses<subscribe_qos_3, suback>},
    Case{"subscribe-reserved-bits", "3.8.3.1", "refuses SUBSCRIBE with reserved bits set",
         refuses<subscribe_reserved_bits, suback>},
    Case{"retain-handling-3", "3.8.3.1", "refuses SUBSCRIBE with a Retain Handling of 3",
         refuses<retain_handling_3, suback>, Versions::v5_only},
    Case{"unsubscribe-empty", "3.10.3", "refuses UNSUBSCRIBE without a filter",
         refuses<no_filter_to_leave, PacketType::unsuback>},
    Case{"packet-identifier-zero", "2.2.1", "takes no packet identifier 0",
         refuses<identifier_zero, puback>},
    Case{"publish-qos-3", "3.3.1.2", "takes no message at QoS 3", refuses<publish_qos_3, puback>},
    Case{"reserved-flags", "2.1.3", "takes no packet with wrong flags in its fixed header",
         refuses<reserved_flags, suback>},
    Case{"pubrel-flags", "3.6.1", "takes no PUBREL with wrong flags in its fixed header",
         pubrel_flags},
    Case{"unsubscribe-flags", "3.10.1", "takes no UNSUBSCRIBE with wrong flags in its fixed header",
         refuses<unsubscribe_flags, PacketType::unsuback>},
    Case{"packet-type-zero", "2.1.2", "takes no packet of the reserved type 0",
         refuses<type_zero, PacketType::pingresp>},
    Case{"length-five-bytes", "1.5.5", "takes no Remaining Length of more than four bytes",
         refuses<length_of_five_bytes, puback>},
    Case{"string-too-long", "1.5.4", "takes no string that is longer than its packet",
         refuses<string_too_long, puback>},
    Case{"property-twice", "3.3.2.3.9", "takes no property twice that may stand once",
         refuses<property_twice, puback>, Versions::v5_only},
    Case{"property-unknown", "2.2.2.2", "takes no property that the standard does not know",
         refuses<property_unknown, puback>, Versions::v5_only},
    Case{"property-misplaced", "2.2.2.2", "takes no property in a packet that it is not for",
         refuses<property_misplaced, puback>, Versions::v5_only},
    Case{"alias-zero", "3.3.2.3.4", "takes no topic alias 0", refuses<alias_zero, puback>,
         Versions::v5_only},
    Case{"alias-too-high", "3.3.2.3.4", "takes no topic alias above what it announced",
         refuses<alias_too_high, puback>, Versions::v5_only},
    Case{"subscription-identifier-zero", "3.8.2.1.2", "takes no subscription identifier 0",
         refuses<subscription_identifier_zero, suback>, Versions::v5_only},
    Case{"subscription-identifier-published", "3.3.4",
         "takes no message from a client with a subscription identifier",
         refuses<subscription_identifier_published, puback, Verdict::deviates>, Versions::v5_only},
    Case{.name = "topic-nul",
         .section = "1.5.4",
         .promise = "takes no message to a topic with a NUL",
         .play = refuses<topic_nul, puback>,
         .hostile = true},
    Case{.name = "filter-nul",
         .section = "1.5.4",
         .promise = "refuses a filter with a NUL",
         .play = refuses<filter_nul, suback>,
         .hostile = true},
    Case{.name = "client-id-nul",
         .section = "1.5.4",
         .promise = "refuses a client identifier with a NUL",
         .play = refuses_connect<client_id_nul>,
         .hostile = true},
};

}  // namespace

std::span<const Case> malformed_cases() {
  return cases;
}

}  // namespace mqtt_toolbox::probe
