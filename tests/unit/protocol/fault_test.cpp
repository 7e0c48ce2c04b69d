#include "protocol/fault.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "protocol/codec.hpp"
#include "unit/protocol/bytes_of.hpp"

namespace mqtt_toolbox::protocol {
namespace {

constexpr auto v31 = Version::v31;
constexpr auto v311 = Version::v311;
constexpr auto v5 = Version::v5;

/// A whole packet in hexadecimal, with spaces to read it by.
struct Case {
  Fault fault;
  Version version;
  std::string packet;
};

// Packets of as few bytes as show the fault, the rest of them right.
const std::vector<Case> cases{
    {Fault::reserved_packet_type, v5, "00 00"},
    {Fault::reserved_flags, v5, "11 00"},
    {Fault::reserved_flags, v5, "41 02 0001"},
    {Fault::reserved_flags, v5, "60 02 0001"},
    {Fault::reserved_flags, v311, "6A 02 0001"},
    {Fault::reserved_flags, v31, "6B 02 0001"},
    {Fault::reserved_flags, v5, "8A 07 0001 00 0001 61 00"},
    {Fault::reserved_flags, v5, "A0 06 0001 00 0001 61"},
    {Fault::reserved_flags, v5, "C8 00"},
    {Fault::qos_3, v5, "36 06 0001 61 0001 00"},
    {Fault::dup_at_qos_0, v311, "38 03 0001 61"},
    {Fault::variable_integer_malformed, v5, "30 FFFFFFFF 00"},
    {Fault::variable_integer_malformed, v5, "30 07 0001 61 80808080"},
    {Fault::variable_integer_malformed, v5, "30 09 0001 61 05 0BFFFFFFFF"},
    {Fault::variable_integer_not_minimal, v5, "C0 8000"},
    {Fault::variable_integer_not_minimal, v5, "30 05 0001 61 8000"},
    {Fault::variable_integer_not_minimal, v5, "30 07 0001 61 03 0B 8100"},
    {Fault::variable_integer_not_minimal, v5, "30 08 0001 61 04 8100 0001"},
    {Fault::packet_too_large, v5, "30 FFFFFF7F"},
    {Fault::packet_truncated, v5, "20 01 00"},
    {Fault::packet_truncated, v5, "30 01 00"},
    {Fault::packet_truncated, v5, "30 03 0001 61"},
    {Fault::packet_truncated, v5, "10 06 0004 4D515454"},
    {Fault::packet_truncated, v311, "82 05 0001 0001 61"},
    {Fault::packet_truncated, v5, "30 05 0001 61 01 01"},
    {Fault::packet_truncated, v5, "30 06 0001 61 02 0200"},
    {Fault::packet_has_trailing_bytes, v311, "20 03 00 00 00"},
    {Fault::packet_has_trailing_bytes, v311, "40 03 0001 00"},
    {Fault::packet_has_trailing_bytes, v5, "40 05 0001 00 00 00"},
    {Fault::packet_has_trailing_bytes, v311, "B0 03 0001 00"},
    {Fault::packet_has_trailing_bytes, v5, "C0 01 00"},
    {Fault::packet_has_trailing_bytes, v311, "E0 01 00"},
    {Fault::packet_has_trailing_bytes, v5, "E0 03 00 00 00"},
    {Fault::packet_has_trailing_bytes, v5, "10 0E 0004 4D515454 05 00 0000 00 0000 00"},
    {Fault::string_truncated, v311, "30 03 0002 61"},
    {Fault::string_truncated, v311, "82 06 0001 0005 61 00"},
    {Fault::string_truncated, v5, "30 08 0001 61 04 09 0005 61"},
    {Fault::string_not_utf8, v311, "30 05 0003 EDA080"},
    {Fault::string_not_utf8, v5, "30 08 0001 61 04 03 0001 FF"},
    {Fault::string_not_utf8, v5, "30 0A 0001 61 06 26 0001 FF 0000"},
    {Fault::string_contains_nul, v311, "30 05 0003 610062"},
    {Fault::string_contains_nul, v5, "30 0A 0001 61 06 26 0000 0001 00"},
    {Fault::packet_identifier_zero, v311, "40 02 0000"},
    {Fault::packet_identifier_zero, v311, "32 05 0001 61 0000"},
    {Fault::packet_identifier_zero, v5, "82 07 0000 00 0001 61 00"},
    {Fault::packet_identifier_zero, v5, "90 04 0000 00 00"},
    {Fault::packet_identifier_missing, v311, "40 00"},
    {Fault::packet_identifier_missing, v5, "50 01 00"},
    {Fault::packet_identifier_missing, v311, "32 03 0001 61"},
    {Fault::packet_identifier_missing, v311, "B0 01 00"},
    {Fault::protocol_name_unknown, v5, "10 0C 0004 6D717474 04 02 0000 0000"},
    {Fault::protocol_version_unknown, v5, "10 0C 0004 4D515454 06 02 0000 0000"},
    {Fault::protocol_version_unknown, v5, "10 0C 0004 4D515454 03 02 0000 0000"},
    {Fault::protocol_version_unknown, v5, "10 0E 0006 4D5149736470 04 02 0000 0000"},
    {Fault::connect_reserved_flag, v5, "10 0C 0004 4D515454 04 03 0000 0000"},
    {Fault::connect_will_flags_without_will, v5, "10 0C 0004 4D515454 04 0A 0000 0000"},
    {Fault::connect_will_flags_without_will, v5, "10 0C 0004 4D515454 04 22 0000 0000"},
    {Fault::connect_will_qos_3, v5, "10 11 0004 4D515454 04 1E 0000 0000 0001 61 0000"},
    {Fault::connect_password_without_username, v5, "10 0E 0004 4D515454 04 42 0000 0000 0000"},
    {Fault::connack_reserved_bits, v311, "20 02 02 00"},
    {Fault::connack_reserved_bits, v5, "20 03 80 00 00"},
    {Fault::connack_session_present_on_refusal, v311, "20 02 01 05"},
    {Fault::connack_session_present_on_refusal, v5, "20 03 01 87 00"},
    {Fault::reason_code_unknown, v5, "20 03 00 A3 00"},
    {Fault::reason_code_unknown, v311, "20 02 00 06"},
    {Fault::reason_code_unknown, v5, "40 03 0001 7F"},
    {Fault::reason_code_unknown, v311, "90 03 0001 03"},
    {Fault::reason_code_unknown, v5, "90 04 0001 00 03"},
    {Fault::reason_code_not_for_packet, v5, "20 03 00 18 00"},
    {Fault::reason_code_not_for_packet, v5, "20 02 00 10"},
    {Fault::reason_code_not_for_packet, v5, "40 03 0001 92"},
    {Fault::reason_code_not_for_packet, v5, "90 04 0001 00 11"},
    {Fault::reason_code_not_for_packet, v5, "B0 04 0001 00 01"},
    {Fault::reason_code_not_for_packet, v5, "E0 01 10"},
    {Fault::reason_code_not_for_packet, v5, "F0 01 04"},
    {Fault::property_unknown, v5, "30 06 0001 61 02 0401"},
    {Fault::property_unknown, v5, "30 07 0001 61 03 820101"},
    {Fault::property_not_for_packet, v5, "30 09 0001 61 05 11 00000001"},
    {Fault::property_not_for_packet, v5, "40 09 0001 00 05 02 00000001"},
    {Fault::property_not_for_packet, v5, "10 12 0004 4D515454 05 02 0000 05 18 00000001 0000"},
    {Fault::property_repeated, v5, "30 08 0001 61 04 0101 0101"},
    {Fault::property_repeated, v5, "82 0B 0001 04 0B01 0B02 0001 61 00"},
    {Fault::property_value_out_of_range, v5, "30 06 0001 61 02 0102"},
    {Fault::property_value_out_of_range, v5, "30 06 0001 61 02 0B00"},
    {Fault::property_value_out_of_range, v5, "20 06 00 00 03 21 0000"},
    {Fault::property_value_out_of_range, v5, "20 05 00 00 02 2402"},
    {Fault::property_value_out_of_range, v5, "20 08 00 00 05 27 00000000"},
    {Fault::property_length_exceeds_packet, v5, "30 04 0001 61 01"},
    {Fault::property_length_exceeds_packet, v5, "40 04 0001 00 7F"},
    {Fault::topic_name_empty, v311, "30 02 0000"},
    {Fault::topic_name_empty, v5, "30 03 0000 00"},
    {Fault::topic_name_empty, v5, "30 05 0000 02 0101"},
    {Fault::topic_name_empty, v5, "30 07 0001 61 03 08 0000"},
    {Fault::topic_name_empty, v5, "10 10 0004 4D515454 04 06 0000 0000 0000 0000"},
    {Fault::topic_name_has_wildcard, v311, "30 05 0003 612F23"},
    {Fault::response_topic_has_wildcard, v5, "30 08 0001 61 04 08 0001 2B"},
    {Fault::topic_name_has_wildcard, v5, "10 11 0004 4D515454 04 06 0000 0000 0001 23 0000"},
    {Fault::topic_alias_zero, v5, "30 07 0001 61 03 23 0000"},
    {Fault::topic_filter_empty, v311, "82 05 0001 0000 00"},
    {Fault::topic_filter_empty, v5, "A2 05 0001 00 0000"},
    {Fault::topic_filter_wildcard_misplaced, v311, "82 07 0001 0002 6123 00"},
    {Fault::topic_filter_wildcard_misplaced, v5, "A2 07 0001 00 0002 2B2B"},
    {Fault::shared_subscription_malformed, v5, "82 0E 0001 00 0008 2473686172652F67 00"},
    {Fault::shared_subscription_malformed, v5, "A2 0C 0001 00 0007 2473686172652F"},
    {Fault::subscribe_without_filter, v311, "82 02 0001"},
    {Fault::subscribe_without_filter, v5, "82 03 0001 00"},
    {Fault::unsubscribe_without_filter, v311, "A2 02 0001"},
    {Fault::unsubscribe_without_filter, v5, "A2 03 0001 00"},
    {Fault::suback_without_reason_code, v311, "90 02 0001"},
    {Fault::suback_without_reason_code, v5, "90 03 0001 00"},
    {Fault::suback_without_reason_code, v5, "B0 03 0001 00"},
    {Fault::subscription_options_reserved_bits, v5, "82 07 0001 00 0001 61 40"},
    {Fault::subscription_options_reserved_bits, v311, "82 06 0001 0001 61 04"},
    {Fault::subscription_options_qos_3, v311, "82 06 0001 0001 61 03"},
    {Fault::retain_handling_3, v5, "82 07 0001 00 0001 61 30"},
    {Fault::no_local_on_shared_subscription, v5, "82 10 0001 00 000A 2473686172652F672F61 04"},
    {Fault::packet_not_in_this_version, v311, "F0 00"},
    {Fault::packet_not_in_this_version, v31, "F0 00"},
};

std::optional<Fault> fault_of(Bytes packet, Version version) {
  constexpr std::uint32_t limit = 1'000'000;
  const auto found = next_frame(packet, limit);
  if (!found) return found.error();
  REQUIRE(found->frame);
  REQUIRE(found->frame->size == packet.size());
  const auto decoded = decode(*found->frame, version);
  if (found->frame->type() == PacketType::publish) {
    const auto publish = decode_publish(*found->frame, version);
    CHECK(publish.has_value() == decoded.has_value());
    if (!publish) CHECK(publish.error() == decoded.error());
  }
  return decoded ? std::nullopt : std::optional(decoded.error());
}

TEST_CASE("each fault is found where it is") {
  for (const Case& a_case : cases) {
    CAPTURE(a_case.packet);
    CAPTURE(describe(a_case.fault));
    const auto found = fault_of(bytes_of(a_case.packet), a_case.version);
    REQUIRE(found);
    CHECK_MESSAGE(*found == a_case.fault, describe(*found));
  }
}

TEST_CASE("a fault of the first byte or the length is found without waiting for the rest") {
  for (const auto* start : {"00", "36", "38", "11", "61", "30FFFFFFFF", "308000", "30FFFFFF7F"})
    CHECK_MESSAGE(!next_frame(bytes_of(start), 1'000'000), start);
}

constexpr std::size_t fault_count = static_cast<std::size_t>(Fault::buffer_too_small) + 1;

TEST_CASE("every fault that bytes can have has a case above") {
  std::set<Fault> missing;
  for (std::size_t i = 0; i < fault_count; ++i) missing.insert(static_cast<Fault>(i));
  for (const Case& a_case : cases) missing.erase(a_case.fault);
  CHECK(missing == std::set<Fault>{Fault::string_too_long, Fault::buffer_too_small});
}

TEST_CASE("every fault has a text of its own and a section") {
  std::map<std::string_view, int> texts;
  for (std::size_t i = 0; i < fault_count; ++i) {
    const FaultMeaning what = meaning(static_cast<Fault>(i));
    const std::string_view text = what.text;
    CAPTURE(text);
    CHECK(++texts[text] == 1);
    CHECK_FALSE(text.empty());
    CHECK(text.back() != '.');
    CHECK(what.section.empty() == (static_cast<Fault>(i) == Fault::buffer_too_small));
    CHECK(what.section.find_first_not_of("0123456789.") == std::string_view::npos);
    CHECK(is_failure(what.reason));
  }
}

TEST_CASE(
    "a fault has the reason code that its section names, and malformed packet where it names "
    "none") {
  const auto reason = [](Fault fault) { return meaning(fault).reason; };
  CHECK(reason(Fault::reserved_flags) == ReasonCode::malformed_packet);
  CHECK(reason(Fault::property_unknown) == ReasonCode::malformed_packet);
  // Section 3.3.2.1: a topic name of no character, where no topic alias stands for it.
  CHECK(reason(Fault::topic_name_empty) == ReasonCode::protocol_error);
  CHECK(reason(Fault::suback_without_reason_code) == ReasonCode::protocol_error);
  CHECK(reason(Fault::property_repeated) == ReasonCode::protocol_error);
  CHECK(reason(Fault::topic_name_has_wildcard) == ReasonCode::topic_name_invalid);
  CHECK(reason(Fault::topic_filter_empty) == ReasonCode::topic_filter_invalid);
  CHECK(reason(Fault::topic_alias_zero) == ReasonCode::topic_alias_invalid);
  CHECK(reason(Fault::packet_too_large) == ReasonCode::packet_too_large);
}

TEST_CASE("what forbids a fault to a server depends on packet and version") {
  const auto in = [](Fault fault, PacketType packet, Version version) {
    return server_statement(fault, packet).in(version);
  };
  CHECK(in(Fault::dup_at_qos_0, PacketType::publish, v5) == "MQTT-3.3.1-2");
  CHECK(in(Fault::string_not_utf8, PacketType::publish, v5) == "MQTT-1.5.4-1");
  CHECK(in(Fault::string_not_utf8, PacketType::publish, v311) == "MQTT-1.5.3-1");
  CHECK(in(Fault::string_not_utf8, PacketType::publish, v31).empty());
  CHECK(in(Fault::reason_code_unknown, PacketType::puback, v5) == "MQTT-3.4.2-1");
  CHECK(in(Fault::reason_code_not_for_packet, PacketType::connack, v5) == "MQTT-3.2.2-8");
  CHECK(in(Fault::packet_identifier_zero, PacketType::publish, v311) == "MQTT-2.3.1-4");
  CHECK(in(Fault::packet_identifier_zero, PacketType::suback, v5) == "MQTT-2.2.1-6");
  CHECK(in(Fault::property_unknown, PacketType::publish, v5).empty());
  // Only clients send CONNECT.
  CHECK(in(Fault::connect_reserved_flag, PacketType::connect, v5).empty());
}

TEST_CASE("describe names text and section") {
  CHECK(describe(Fault::topic_name_has_wildcard) ==
        "a topic name contains a wildcard (MQTT 5.0 section 3.3.2.1)");
  CHECK(describe(Fault::buffer_too_small) == "the buffer is too small for the packet");
}

}  // namespace
}  // namespace mqtt_toolbox::protocol
