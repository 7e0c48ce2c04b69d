#include "protocol/codec.hpp"

#include <array>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "unit/protocol/bytes_of.hpp"

namespace mqtt_toolbox::protocol {
namespace {

constexpr auto v31 = Version::v31;
constexpr auto v311 = Version::v311;
constexpr auto v5 = Version::v5;

/// Decodes the packet kept in `bytes`, which must be one whole, valid packet of type T.
template <typename T>
T decoded(const std::string& bytes, Version version) {
  const auto found = next_frame(bytes);
  REQUIRE(found);
  REQUIRE(found->frame);
  const auto packet = decode(*found->frame, version);
  REQUIRE_MESSAGE(packet, describe(packet ? Fault{} : packet.error()));
  REQUIRE(std::holds_alternative<T>(*packet));
  return std::get<T>(*packet);
}

std::string encoded(const Packet& packet, Version version) {
  std::string bytes(encoded_size(packet, version).value(), '\0');
  CHECK(encode(packet, version, bytes).value() == bytes.size());
  return bytes;
}

std::optional<Fault> refusal(const Packet& packet, Version version) {
  std::vector<char> room(100'000);
  const auto written = encode(packet, version, room);
  const auto size = encoded_size(packet, version);
  CHECK(written.has_value() == size.has_value());
  if (!size) CHECK(written.error() == size.error());
  return size ? std::nullopt : std::optional(size.error());
}

TEST_CASE("the bytes of packets are those of the standard") {
  Connect connect{.keep_alive = 60, .client_identifier = "id"};
  CHECK(encoded(connect, v5) == bytes_of("10 0F 0004 4D515454 05 02 003C 00 0002 6964"));
  connect.version = v311;
  CHECK(encoded(connect, v5) == bytes_of("10 0E 0004 4D515454 04 02 003C 0002 6964"));
  connect.version = v31;
  CHECK(encoded(connect, v5) == bytes_of("10 10 0006 4D5149736470 03 02 003C 0002 6964"));
  connect = {.version = v311, .clean_start = false, .client_identifier = "i"};
  connect.will = Will{.topic = "w", .payload = "x", .qos = Qos::exactly_once, .retain = true};
  connect.username = "u";
  connect.password = "p";
  CHECK(encoded(connect, v311) ==
        bytes_of("10 19 0004 4D515454 04 F4 0000 0001 69 0001 77 0001 78 0001 75 0001 70"));

  const Publish publish{.topic = "a/b", .payload = "hi"};
  CHECK(encoded(publish, v311) == bytes_of("30 07 0003 612F62 6869"));
  CHECK(encoded(publish, v5) == bytes_of("30 08 0003 612F62 00 6869"));
  const Publish again{.topic = "a",
                      .packet_identifier = 10,
                      .qos = Qos::at_least_once,
                      .dup = true,
                      .retain = true};
  CHECK(encoded(again, v5) == bytes_of("3B 06 0001 61 000A 00"));

  std::string entries;
  append_subscription(entries, {.filter = "a/#",
                                .qos = Qos::at_least_once,
                                .no_local = true,
                                .retain_as_published = true,
                                .retain_handling = RetainHandling::never});
  CHECK(encoded(Subscribe{.packet_identifier = 1, .entries = entries}, v5) ==
        bytes_of("82 09 0001 00 0003 612F23 2D"));
  CHECK(encoded(Subscribe{.packet_identifier = 1, .entries = entries}, v311) ==
        bytes_of("82 08 0001 0003 612F23 01"));
  CHECK(encoded(PingReq{}, v311) == bytes_of("C000"));
  CHECK(encoded(PingResp{}, v311) == bytes_of("D000"));
}

TEST_CASE("the optional ends of acknowledgements are left out when they say nothing") {
  CHECK(encoded(PubAck{.packet_identifier = 7}, v5) == bytes_of("40 02 0007"));
  CHECK(encoded(PubRel{.packet_identifier = 7}, v5) == bytes_of("62 02 0007"));
  CHECK(encoded(PubRec{.packet_identifier = 7, .reason = ReasonCode::quota_exceeded}, v5) ==
        bytes_of("50 03 0007 97"));
  PropertyList list(PropertyPlace::pubcomp);
  REQUIRE(list.add(PropertyId::reason_string, Bytes("x")));
  CHECK(encoded(PubComp{.packet_identifier = 7, .properties = list.view()}, v5) ==
        bytes_of("70 08 0007 00 04 1F 0001 78"));
  CHECK(encoded(PubComp{.packet_identifier = 7, .properties = list.view()}, v311) ==
        bytes_of("70 02 0007"));
  CHECK(encoded(Disconnect{}, v5) == bytes_of("E000"));
  CHECK(encoded(Disconnect{.reason = ReasonCode::disconnect_with_will_message}, v5) ==
        bytes_of("E0 01 04"));
  CHECK(encoded(Disconnect{.reason = ReasonCode::disconnect_with_will_message}, v311) ==
        bytes_of("E000"));
  CHECK(encoded(Auth{}, v5) == bytes_of("F000"));
}

TEST_CASE("acknowledgements decode with their ends left out or there") {
  CHECK((decoded<PubAck>(bytes_of("40 02 0007"), v5) == PubAck{.packet_identifier = 7}));
  CHECK((decoded<PubAck>(bytes_of("40 03 0007 10"), v5) ==
         PubAck{.packet_identifier = 7, .reason = ReasonCode::no_matching_subscribers}));
  CHECK((decoded<PubAck>(bytes_of("40 04 0007 87 00"), v5) ==
         PubAck{.packet_identifier = 7, .reason = ReasonCode::not_authorized}));
  CHECK((decoded<Disconnect>(bytes_of("E0 00"), v5) == Disconnect{}));
  CHECK((decoded<Disconnect>(bytes_of("E0 02 8E 00"), v5) ==
         Disconnect{.reason = ReasonCode::session_taken_over}));
  CHECK((decoded<Auth>(bytes_of("F0 01 18"), v5) ==
         Auth{.reason = ReasonCode::continue_authentication}));
}

TEST_CASE("a CONNACK in the older form is understood and told apart under 5.0") {
  const auto refused = decoded<ConnAck>(bytes_of("20 02 00 01"), v5);
  CHECK(refused.older_form);
  CHECK(refused.code == 1);
  CHECK(refused.reason(v5) == ReasonCode::unsupported_protocol_version);
  const auto newer = decoded<ConnAck>(bytes_of("20 02 00 84"), v5);
  CHECK(newer.older_form);
  CHECK(newer.reason(v5) == ReasonCode::unsupported_protocol_version);
  CHECK_FALSE(decoded<ConnAck>(bytes_of("20 03 00 00 00"), v5).older_form);
  CHECK_FALSE(decoded<ConnAck>(bytes_of("20 02 00 00"), v311).older_form);
  CHECK(encoded(refused, v5) == bytes_of("20 02 00 01"));
}

TEST_CASE("a return code of 3.1.1 in the form of 5.0 is understood under 5.0, others are not") {
  for (std::uint8_t code = 1; code <= 5; ++code) {
    const std::string sent{0x20, 3, 0, static_cast<char>(code), 0};
    const auto refused = decoded<ConnAck>(sent, v5);
    CHECK_FALSE(refused.older_form);
    CHECK(refused.reason(v5) == ConnAck{.code = code}.reason(v311));
  }
  const auto bytes = bytes_of("20 03 00 06 00");
  const auto cut = next_frame(bytes);
  REQUIRE(cut);
  const auto packet = decode(*cut->frame, v5);
  REQUIRE_FALSE(packet);
  CHECK(packet.error() == Fault::reason_code_unknown);
}

TEST_CASE("ConnAck::reason speaks 5.0 whatever the version") {
  CHECK(ConnAck{.code = 5}.reason(v311) == ReasonCode::not_authorized);
  CHECK(ConnAck{.code = 0}.reason(v31) == ReasonCode::success);
  CHECK(ConnAck{.code = 0x87}.reason(v5) == ReasonCode::not_authorized);
}

TEST_CASE("a SUBACK before 5.0 may carry failures of 5.0") {
  const std::string bytes = bytes_of("90 06 0001 00 02 80 8F");
  const auto suback = decoded<SubAck>(bytes, v311);
  CHECK(suback.codes.size() == 4);
  CHECK(suback.code(1) == ReasonCode::granted_qos_2);
  CHECK(suback.code(3) == ReasonCode::topic_filter_invalid);
}

TEST_CASE("3.1 may set DUP on PUBREL, SUBSCRIBE and UNSUBSCRIBE, and leave out the user name") {
  CHECK(decoded<PubRel>(bytes_of("6A 02 0007"), v31).packet_identifier == 7);
  CHECK(decoded<Subscribe>(bytes_of("8A 06 0007 0001 61 01"), v31).packet_identifier == 7);
  CHECK(decoded<Unsubscribe>(bytes_of("AA 05 0007 0001 61"), v31).packet_identifier == 7);
  const auto connect =
      decoded<Connect>(bytes_of("10 0F 0006 4D5149736470 03 C2 003C 0001 69"), v31);
  CHECK_FALSE(connect.username);
  CHECK_FALSE(connect.password);
}

TEST_CASE("CONNECT is decoded by its own version") {
  const std::string bytes = bytes_of("10 0D 0004 4D515454 04 02 003C 0001 69");
  const auto connect = decoded<Connect>(bytes, v5);
  CHECK(connect.version == v311);
  CHECK(connect.keep_alive == 60);
  CHECK(connect.client_identifier == "i");
}

TEST_CASE("a password without a user name is right in 5.0 only") {
  Connect connect{.password = "p"};
  const std::string bytes = encoded(connect, v5);
  CHECK(decoded<Connect>(bytes, v5).password == "p");
  connect.version = v311;
  CHECK(refusal(connect, v311) == Fault::connect_password_without_username);
}

TEST_CASE("an empty topic needs an alias") {
  PropertyList list(PropertyPlace::publish);
  REQUIRE(list.add(PropertyId::topic_alias, 3U));
  const Publish publish{.payload = "x", .properties = list.view()};
  const std::string bytes = encoded(publish, v5);
  CHECK((decoded<Publish>(bytes, v5) == publish));
  CHECK(refusal(publish, v311) == Fault::topic_name_empty);
  CHECK(refusal(Publish{.payload = "x"}, v5) == Fault::topic_name_empty);
}

TEST_CASE("encoding refuses what would violate the standard") {
  const std::string long_text(65'536, 'x');
  const std::string bad("\xFF");
  CHECK(refusal(Publish{.topic = long_text}, v5) == Fault::string_too_long);
  CHECK(refusal(Publish{.topic = "a", .qos = Qos::at_least_once}, v5) ==
        Fault::packet_identifier_zero);
  CHECK(refusal(Publish{.topic = "a", .dup = true}, v5) == Fault::dup_at_qos_0);
  CHECK(refusal(Publish{.topic = "a", .packet_identifier = 1, .qos = static_cast<Qos>(3)}, v5) ==
        Fault::qos_3);
  CHECK(refusal(Connect{.client_identifier = long_text}, v5) == Fault::string_too_long);
  CHECK(refusal(Connect{.client_identifier = bad}, v5) == Fault::string_not_utf8);
  CHECK(refusal(Connect{.username = bad}, v5) == Fault::string_not_utf8);
  CHECK(refusal(Connect{.will = Will{.topic = long_text}}, v5) == Fault::string_too_long);
  CHECK(refusal(Connect{.will = Will{.topic = "w", .payload = long_text}}, v5) ==
        Fault::string_too_long);
  CHECK(refusal(Connect{.username = "u", .password = long_text}, v5) == Fault::string_too_long);
  CHECK(refusal(ConnAck{.session_present = true, .code = 0x87}, v5) ==
        Fault::connack_session_present_on_refusal);
  CHECK(refusal(ConnAck{.code = 1}, v5) == Fault::reason_code_not_for_packet);
  CHECK(refusal(ConnAck{.code = 6}, v311) == Fault::reason_code_unknown);
  CHECK(refusal(PubAck{}, v5) == Fault::packet_identifier_zero);
  CHECK(refusal(PubAck{.packet_identifier = 1, .reason = ReasonCode::banned}, v5) ==
        Fault::reason_code_not_for_packet);
  CHECK(refusal(Subscribe{.packet_identifier = 1}, v5) == Fault::subscribe_without_filter);
  CHECK(refusal(Subscribe{.entries = "\0\1a\0"}, v5) == Fault::packet_identifier_zero);
  CHECK(refusal(Unsubscribe{.packet_identifier = 1}, v5) == Fault::unsubscribe_without_filter);
  CHECK(refusal(SubAck{.packet_identifier = 1}, v311) == Fault::suback_without_reason_code);
  CHECK(refusal(SubAck{.packet_identifier = 1, .codes = "\x03"}, v5) == Fault::reason_code_unknown);
  CHECK(refusal(UnsubAck{.packet_identifier = 1}, v5) == Fault::suback_without_reason_code);
  CHECK_FALSE(refusal(UnsubAck{.packet_identifier = 1}, v311));
  CHECK(refusal(Disconnect{.reason = ReasonCode::granted_qos_1}, v5) ==
        Fault::reason_code_not_for_packet);
  CHECK(refusal(Auth{}, v311) == Fault::packet_not_in_this_version);
}

TEST_CASE("encoding refuses entries that are cut or have options that do not exist") {
  const std::array<std::pair<Bytes, Fault>, 4> bad{
      {{Bytes("\0\2a", 3), Fault::string_truncated},
       {Bytes("\0\1a", 3), Fault::packet_truncated},
       {Bytes("\0\1a\3", 4), Fault::subscription_options_qos_3},
       {Bytes("\0\1a\x30", 4), Fault::retain_handling_3}}};
  for (const auto& [entries, fault] : bad) {
    CHECK(refusal(Subscribe{.packet_identifier = 1, .entries = entries}, v5) == fault);
    CHECK(refusal(Subscribe{.packet_identifier = 1, .entries = entries}, v311) == fault);
  }
  CHECK(refusal(Unsubscribe{.packet_identifier = 1, .entries = bad[0].first}, v5) ==
        Fault::string_truncated);
  std::string shared;
  append_subscription(shared, {.filter = "$share/g/a", .no_local = true});
  CHECK(refusal(Subscribe{.packet_identifier = 1, .entries = shared}, v5) ==
        Fault::no_local_on_shared_subscription);
  CHECK_FALSE(refusal(Subscribe{.packet_identifier = 1, .entries = shared}, v311));
}

TEST_CASE("topic names go out as they are") {
  for (const Bytes topic : {Bytes("a/#"), Bytes("\xFF"), Bytes("\0", 1)})
    CHECK_FALSE(refusal(Publish{.topic = topic}, v5));
  CHECK_FALSE(refusal(Connect{.will = Will{.topic = "+"}}, v5));
}

TEST_CASE("the largest packet fits, one byte more does not") {
  // Only the length of the payload counts here; nothing reads it.
  static const char byte = 'x';
  const std::size_t largest = maximum_remaining_length - 4;
  const Publish fits{.topic = "a", .payload = Bytes(&byte, largest)};
  CHECK(publish_header_size(fits, v5).value() == 1 + 4 + 4);
  std::array<char, 9> header{};
  CHECK(encode_publish_header(fits, v5, header).value() == 9);
  CHECK(Bytes(header.data(), 5) == bytes_of("30 FFFFFF7F"));
  const Publish is_too_large{.topic = "a", .payload = Bytes(&byte, largest + 1)};
  CHECK(publish_header_size(is_too_large, v5).error() == Fault::packet_too_large);
  CHECK(encode_publish_header(is_too_large, v5, header).error() == Fault::packet_too_large);
  CHECK(encoded_size(is_too_large, v5).error() == Fault::packet_too_large);
  CHECK(encode_publish_header(fits, v5, std::span(header).first(8)).error() ==
        Fault::buffer_too_small);
}

TEST_CASE("encode_plain_acknowledgement writes what encode writes") {
  std::array<char, 4> bytes{};
  const auto plain = [&](PacketType type) {
    CHECK(encode_plain_acknowledgement(type, 0x1234, bytes) == 4);
    return std::string(bytes.data(), bytes.size());
  };
  CHECK(plain(PacketType::puback) == encoded(PubAck{.packet_identifier = 0x1234}, v5));
  CHECK(plain(PacketType::pubrec) == encoded(PubRec{.packet_identifier = 0x1234}, v5));
  CHECK(plain(PacketType::pubrel) == encoded(PubRel{.packet_identifier = 0x1234}, v5));
  CHECK(plain(PacketType::pubcomp) == encoded(PubComp{.packet_identifier = 0x1234}, v311));
}

TEST_CASE("entries are iterated as they were appended, and end at what is cut") {
  std::string entries;
  append_subscription(entries, {.filter = "a", .qos = Qos::exactly_once});
  append_subscription(entries, {.filter = "b/+", .retain_handling = RetainHandling::if_new});
  Bytes rest = entries;
  CHECK((next_subscription(rest) == Subscription{.filter = "a", .qos = Qos::exactly_once}));
  CHECK((next_subscription(rest) ==
         Subscription{.filter = "b/+", .retain_handling = RetainHandling::if_new}));
  CHECK_FALSE(next_subscription(rest));
  Bytes cut = Bytes(entries).substr(0, 3);
  CHECK_FALSE(next_subscription(cut));

  std::string filters;
  append_filter(filters, "a");
  append_filter(filters, "");
  rest = filters;
  CHECK(next_filter(rest) == "a");
  CHECK(next_filter(rest) == "");
  CHECK_FALSE(next_filter(rest));
}

TEST_CASE("next_frame takes one packet after the other off a stream, byte by byte") {
  const std::string stream = bytes_of("C000 30 07 0003 612F62 6869 40 02 0007");
  std::vector<std::string> bodies;
  std::string pending;
  for (const char byte : stream) {
    pending += byte;
    const auto found = next_frame(pending);
    REQUIRE(found);
    if (!found->frame) continue;
    CHECK(found->needed == found->frame->size);
    bodies.emplace_back(found->frame->body);
    pending.erase(0, found->frame->size);
  }
  CHECK(pending.empty());
  CHECK(bodies == std::vector<std::string>{"", bytes_of("0003 612F62 6869"), bytes_of("0007")});
}

TEST_CASE("next_frame obeys the maximum packet size as soon as it knows the length") {
  const std::string five = bytes_of("30 03 0001 61");
  CHECK(next_frame(five, 5)->frame);
  CHECK(next_frame(five, 4).error() == Fault::packet_too_large);
  CHECK(next_frame(Bytes(five).substr(0, 2), 4).error() == Fault::packet_too_large);
  CHECK(next_frame(bytes_of("30 FFFFFF7F"))->needed == maximum_packet_bytes);
  CHECK(next_frame(bytes_of("30 FFFFFF7F"), maximum_packet_bytes - 1).error() ==
        Fault::packet_too_large);
}

}  // namespace
}  // namespace mqtt_toolbox::protocol
