#include "protocol/reason.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>

#include <doctest/doctest.h>

namespace mqtt_toolbox::protocol {
namespace {

/// MQTT 5.0 table 2-6 again, as text, so that a slip in the one table shows.
constexpr std::string_view table_2_6 = R"(
0x00|Success|CONNACK PUBACK PUBREC PUBREL PUBCOMP UNSUBACK AUTH
0x00|Normal disconnection|DISCONNECT
0x00|Granted QoS 0|SUBACK
0x01|Granted QoS 1|SUBACK
0x02|Granted QoS 2|SUBACK
0x04|Disconnect with Will Message|DISCONNECT
0x10|No matching subscribers|PUBACK PUBREC
0x11|No subscription existed|UNSUBACK
0x18|Continue authentication|AUTH
0x19|Re-authenticate|AUTH
0x80|Unspecified error|CONNACK PUBACK PUBREC SUBACK UNSUBACK DISCONNECT
0x81|Malformed Packet|CONNACK DISCONNECT
0x82|Protocol Error|CONNACK DISCONNECT
0x83|Implementation specific error|CONNACK PUBACK PUBREC SUBACK UNSUBACK DISCONNECT
0x84|Unsupported Protocol Version|CONNACK
0x85|Client Identifier not valid|CONNACK
0x86|Bad User Name or Password|CONNACK
0x87|Not authorized|CONNACK PUBACK PUBREC SUBACK UNSUBACK DISCONNECT
0x88|Server unavailable|CONNACK
0x89|Server busy|CONNACK DISCONNECT
0x8A|Banned|CONNACK
0x8B|Server shutting down|DISCONNECT
0x8C|Bad authentication method|CONNACK DISCONNECT
0x8D|Keep Alive timeout|DISCONNECT
0x8E|Session taken over|DISCONNECT
0x8F|Topic Filter invalid|SUBACK UNSUBACK DISCONNECT
0x90|Topic Name invalid|CONNACK PUBACK PUBREC DISCONNECT
0x91|Packet Identifier in use|PUBACK PUBREC SUBACK UNSUBACK
0x92|Packet Identifier not found|PUBREL PUBCOMP
0x93|Receive Maximum exceeded|DISCONNECT
0x94|Topic Alias invalid|DISCONNECT
0x95|Packet too large|CONNACK DISCONNECT
0x96|Message rate too high|DISCONNECT
0x97|Quota exceeded|CONNACK PUBACK PUBREC SUBACK DISCONNECT
0x98|Administrative action|DISCONNECT
0x99|Payload format invalid|CONNACK PUBACK PUBREC DISCONNECT
0x9A|Retain not supported|CONNACK DISCONNECT
0x9B|QoS not supported|CONNACK DISCONNECT
0x9C|Use another server|CONNACK DISCONNECT
0x9D|Server moved|CONNACK DISCONNECT
0x9E|Shared Subscriptions not supported|SUBACK DISCONNECT
0x9F|Connection rate exceeded|CONNACK DISCONNECT
0xA0|Maximum connect time|DISCONNECT
0xA1|Subscription Identifiers not supported|SUBACK DISCONNECT
0xA2|Wildcard Subscriptions not supported|SUBACK DISCONNECT
)";

std::string as_text(const ReasonCodeRow& row) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto code = static_cast<std::uint8_t>(row.code);
  std::string text{'0', 'x', digits[code >> 4], digits[code & 0xF], '|'};
  text.append(row.name).append("|");
  bool is_first = true;
  for (unsigned type = 1; type <= 15; ++type) {
    if ((row.packets >> type & 1) == 0) continue;
    if (!std::exchange(is_first, false)) text += ' ';
    text += name(static_cast<PacketType>(type));
  }
  return text + "\n";
}

TEST_CASE("the table is the standard's") {
  std::string text = "\n";
  for (const ReasonCodeRow& row : reason_codes()) text += as_text(row);
  CHECK(text == table_2_6);
}

TEST_CASE("0x00 is called differently in different packets") {
  CHECK(name(ReasonCode::success, PacketType::puback) == "Success");
  CHECK(name(ReasonCode::success, PacketType::disconnect) == "Normal disconnection");
  CHECK(name(ReasonCode::success, PacketType::suback) == "Granted QoS 0");
  CHECK(name(ReasonCode::success, PacketType::publish) == "Success");
  CHECK(name(ReasonCode::not_authorized, PacketType::pubrel) == "Not authorized");
  CHECK(name(static_cast<ReasonCode>(0x7F), PacketType::puback) == "Unknown reason code");
}

TEST_CASE("is_allowed and is_known follow the table") {
  CHECK(is_allowed(ReasonCode::no_matching_subscribers, PacketType::puback));
  CHECK_FALSE(is_allowed(ReasonCode::no_matching_subscribers, PacketType::pubrel));
  CHECK_FALSE(is_allowed(static_cast<ReasonCode>(3), PacketType::suback));
  CHECK(is_allowed(ReasonCode::success, PacketType::suback));
  std::set<ReasonCode> known;
  for (int code = 0; code < 256; ++code)
    if (is_known(static_cast<ReasonCode>(code))) known.insert(static_cast<ReasonCode>(code));
  CHECK(known.size() == 43);
}

TEST_CASE("reason codes from text") {
  for (const ReasonCodeRow& row : reason_codes())
    CHECK(reason_code_from_text(row.name) == row.code);
  for (const auto* text : {"not authorized", "NOT_AUTHORIZED", "Not-Authorized", "135", "0x87"})
    CHECK_MESSAGE(reason_code_from_text(text) == ReasonCode::not_authorized, text);
  CHECK(reason_code_from_text("re authenticate") == ReasonCode::re_authenticate);
  CHECK(reason_code_from_text("255") == static_cast<ReasonCode>(255));
  for (const auto* text : {"", "256", "-1", "0x", "0x100", "not", "not authorized!", "87h"})
    CHECK_MESSAGE(reason_code_from_text(text) == std::nullopt, text);
}

TEST_CASE("return codes of 3.1.1 and back") {
  const std::map<int, ReasonCode> codes{{0, ReasonCode::success},
                                        {1, ReasonCode::unsupported_protocol_version},
                                        {2, ReasonCode::client_identifier_not_valid},
                                        {3, ReasonCode::server_unavailable},
                                        {4, ReasonCode::bad_user_name_or_password},
                                        {5, ReasonCode::not_authorized}};
  for (const auto& [code, reason] : codes) {
    CHECK(from_connect_return_code(static_cast<std::uint8_t>(code)) == reason);
    CHECK(to_connect_return_code(reason) == code);
  }
  for (int code = 6; code < 256; ++code)
    CHECK(from_connect_return_code(static_cast<std::uint8_t>(code)) ==
          ReasonCode::unspecified_error);
}

TEST_CASE("every refusal of 5.0 has a return code of 3.1.1") {
  for (const ReasonCodeRow& row : reason_codes()) {
    const int code = to_connect_return_code(row.code);
    CHECK(code <= 5);
    CHECK((code != 0) == is_failure(row.code));
  }
  CHECK(to_connect_return_code(ReasonCode::banned) == 5);
  CHECK(to_connect_return_code(ReasonCode::server_busy) == 3);
  CHECK(to_connect_return_code(ReasonCode::bad_authentication_method) == 4);
}

TEST_CASE("names of packet types and versions") {
  CHECK(name(PacketType::connect) == "CONNECT");
  CHECK(name(PacketType::unsubscribe) == "UNSUBSCRIBE");
  CHECK(name(PacketType::auth) == "AUTH");
  CHECK(name(static_cast<PacketType>(0)) == "RESERVED");
  CHECK(name(Version::v31) == "3.1");
  CHECK(name(Version::v311) == "3.1.1");
  CHECK(name(Version::v5) == "5.0");
}

}  // namespace
}  // namespace mqtt_toolbox::protocol
