#include "client/ended.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "client/advice.hpp"

namespace mqtt_toolbox::client {

using protocol::PacketType;
using protocol::PropertyId;
using protocol::Version;
using session::AttemptEnd;

namespace {

constexpr std::size_t shown_text = 200;
constexpr std::size_t shown_garbage = 40;

/// " (5.0, then 3.1.1)" when there was more than one.
std::string versions_tried(const Unanswered& unanswered) {
  if (unanswered.tried.size() < 2) return {};
  std::string text;
  for (const Version version : unanswered.tried) {
    text += text.empty() ? " (" : ", then ";
    text += name(version);
  }
  return text + ")";
}

std::string_view other_version_hint(Version version) {
  return version == Version::v5 ? "another protocol version (-V 311)"
                                : "another protocol version (-V 5)";
}

/// Both versions that `auto` tries.
bool ends_with_311(std::span<const Version> tried) {
  return tried.size() > 1 && tried.back() == Version::v311;
}

constexpr std::string_view alpn_hint =
    "an application protocol, which brokers on port 443 ask for (--tls-alpn mqtt; AWS IoT: "
    "x-amzn-mqtt-ca)";

bool lacks_alpn(const transport::ConnectSettings& transport) {
  constexpr std::uint16_t https_port = 443;
  return transport.tls && !transport.websocket && transport.port == https_port &&
         transport.tls->alpn.empty();
}

/// What a broker that does not know 5.0 makes of a CONNECT in it, nobody can tell beforehand.
std::string_view older_version_mend(const Unanswered& unanswered) {
  const bool is_newest = !unanswered.tried.empty() && unanswered.tried.back() == Version::v5;
  if (is_newest) return "; if it does not know MQTT 5.0, give -V 311";
  return ends_with_311(unanswered.tried) ? "; if it knows MQTT 3.1 only, give -V 31" : "";
}

std::string likely_causes(const Unanswered& unanswered) {
  std::vector<std::string_view> causes;
  const transport::ConnectSettings& transport = unanswered.transport;
  if (transport.tls) {
    causes.push_back("a client certificate that it asks for (--cert and --key)");
  } else if (transport.unix_path.empty()) {
    causes.push_back("a TLS port (use --tls or mqtts://)");
  }
  if (lacks_alpn(transport)) causes.push_back(alpn_hint);
  if (unanswered.has_will) causes.push_back("the will, if it does without one");
  if (unanswered.tried.size() == 1)
    causes.push_back(other_version_hint(unanswered.tried.front()));
  else if (ends_with_311(unanswered.tried))
    causes.push_back("a broker that knows MQTT 3.1 only (--protocol-version 31)");
  causes.push_back("an access rule");
  std::string text = "likely: ";
  for (std::size_t i = 0; i < causes.size(); ++i) {
    if (i != 0) text += i + 1 == causes.size() ? " or " : ", ";
    text += causes[i];
  }
  return text;
}

bool is_tls_record(protocol::Bytes bytes) {
  return bytes.size() >= 2 && (bytes[0] == 0x15 || bytes[0] == 0x16) && bytes[1] == 0x03;
}

/// What answered when it was not MQTT; empty when it may have been.
std::string foreign_protocol(const Unanswered& unanswered) {
  const protocol::Bytes bytes = unanswered.received;
  const std::string target = target_name(unanswered.transport);
  if (is_tls_record(bytes)) {
    return fmt::format("{} answered in TLS: this is a TLS port (use --tls or mqtts://)", target);
  }
  if (bytes.starts_with("HTTP/")) {
    const bool is_secure = unanswered.transport.tls.has_value();
    return fmt::format("an HTTP server answered at {}: is this the WebSocket port? use {}://{}{}",
                       target, is_secure ? "wss" : "ws",
                       lacks_alpn(unanswered.transport) ? "; or it asks for " : "",
                       lacks_alpn(unanswered.transport) ? alpn_hint : "");
  }
  if (bytes.empty()) return {};
  const auto type = static_cast<PacketType>(static_cast<unsigned char>(bytes[0]) >> 4);
  const bool may_answer =
      type == PacketType::connack || type == PacketType::auth || type == PacketType::disconnect;
  if (may_answer) return {};
  return fmt::format("what answered at {} is not an MQTT broker, it sent: {}", target,
                     printable(bytes, shown_garbage));
}

Ended without_connack(ExitCode code, AttemptEnd attempt, std::string text) {
  return {Error{code, std::move(text)}, attempt, false};
}

/// ": what the server says about it", and its mend.
std::string remarks(const protocol::Properties& properties, const Advice& advice) {
  std::string text;
  if (const auto reason = properties.text(PropertyId::reason_string); reason && !reason->empty()) {
    text += ": " + printable(*reason, shown_text);
  }
  if (const auto server = properties.text(PropertyId::server_reference)) {
    text += fmt::format("; it names another server: {}", printable(*server, shown_text));
  }
  if (!advice.mend.empty()) text += fmt::format("; {}", advice.mend);
  return text;
}

std::string what_failed(const session::Failure& failure) {
  const bool is_violation = failure.fault && !failure.oversize;
  return is_violation ? "the broker violated the protocol: " + describe(*failure.fault)
                      : describe(failure);
}

std::string_view refusal_hint(protocol::ReasonCode reason, bool has_identifier,
                              std::span<const Version> tried) {
  if (reason == protocol::ReasonCode::unsupported_protocol_version && ends_with_311(tried))
    return "; if it knows MQTT 3.1 only, give -V 31";
  if (reason == protocol::ReasonCode::unspecified_error && !has_identifier)
    return "; it may want a client identifier, give one with -i";
  return "";
}

Ended lost(const std::string& target, const std::string& cause, bool permanent) {
  return {Error{ExitCode::lost, fmt::format("lost the connection to {}: {}", target, cause)},
          AttemptEnd::other, permanent};
}

/// Whether it was no HTTP server that answered the request for a WebSocket, or one of TLS that says
/// so.
bool may_be_a_tls_port(const transport::ConnectSettings& transport, const std::string& text) {
  if (!transport.websocket || transport.tls || !text.starts_with("WebSocket")) return false;
  return text.find("\"HTTP/") == std::string::npos || text.find(" 400 ") != std::string::npos;
}

}  // namespace

Error unopened(const transport::ConnectSettings& transport, Error error) {
  if (may_be_a_tls_port(transport, error.text)) error.text += "; is it a TLS port? use wss://";
  if (error.code == ExitCode::tls && lacks_alpn(transport))
    error.text += fmt::format("; likely it asks for {}", alpn_hint);
  return error;
}

Ended closed_before_connack(const Unanswered& unanswered, const std::optional<Error>& failure) {
  const std::string target = target_name(unanswered.transport);
  if (failure && failure->code == ExitCode::tls) {
    return without_connack(ExitCode::tls, AttemptEnd::other,
                           fmt::format("no connection to {}: {}", target, failure->text));
  }
  if (std::string foreign = foreign_protocol(unanswered); !foreign.empty()) {
    return without_connack(ExitCode::refused, AttemptEnd::other, std::move(foreign));
  }
  const bool nothing = unanswered.received.empty();
  return without_connack(
      ExitCode::refused, nothing ? AttemptEnd::closed_without_connack : AttemptEnd::other,
      fmt::format("the broker at {} {} the connection without answering CONNECT{}; {}", target,
                  failure ? "reset" : "closed", versions_tried(unanswered),
                  likely_causes(unanswered)));
}

Ended silent(const Unanswered& unanswered, Duration timeout) {
  std::string text = foreign_protocol(unanswered);
  if (text.empty()) {
    text = fmt::format("the broker at {} did not answer CONNECT within {}{}",
                       target_name(unanswered.transport), show_duration(timeout),
                       versions_tried(unanswered));
    text += older_version_mend(unanswered);
  }
  const bool nothing = unanswered.received.empty();
  return without_connack(ExitCode::unreachable, nothing ? AttemptEnd::silence : AttemptEnd::other,
                         std::move(text));
}

Ended not_understood(const Unanswered& unanswered, const session::Failure& failure) {
  std::string text = foreign_protocol(unanswered);
  if (text.empty()) {
    text = fmt::format("no connection to {}: {}", target_name(unanswered.transport),
                       what_failed(failure));
    if (!failure.oversize) text += older_version_mend(unanswered);
  }
  Ended ended = without_connack(ExitCode::refused, AttemptEnd::other, std::move(text));
  ended.permanent = failure.oversize.has_value();
  return ended;
}

Ended refused(const std::string& target, const protocol::ConnAck& connack, Version version,
              bool has_identifier, std::span<const Version> tried) {
  const protocol::ReasonCode reason = connack.reason(version);
  const Advice& advice = advice_for(reason);
  const bool has_return_code = connack.has_return_code(version);
  const std::string code = has_return_code ? fmt::format("return code {}", connack.code)
                                           : fmt::format("0x{:02X}", connack.code);
  Ended ended;
  ended.error = {
      ExitCode::refused,
      fmt::format("the broker at {} refused the connection: {} ({}){}{}", target,
                  name(reason, PacketType::connack), code, remarks(connack.properties, advice),
                  refusal_hint(reason, has_identifier, tried))};
  ended.permanent = !advice.passes_in_connack;
  if (connack.older_form || has_return_code) ended.attempt = AttemptEnd::connack_of_older_version;
  if (reason == protocol::ReasonCode::unsupported_protocol_version) {
    ended.attempt = AttemptEnd::refused_unsupported_version;
  }
  return ended;
}

Ended disconnected(const std::string& target, const protocol::Disconnect& disconnect) {
  const Advice& advice = advice_for(disconnect.reason);
  Ended ended = lost(
      target,
      fmt::format("the broker sent DISCONNECT: {} (0x{:02X}){}",
                  name(disconnect.reason, PacketType::disconnect),
                  static_cast<unsigned>(disconnect.reason), remarks(disconnect.properties, advice)),
      !advice.passes_in_disconnect);
  ended.may_be_over_a_packet = may_be_about_a_packet(disconnect.reason);
  return ended;
}

Ended failed(const std::string& target, const session::Failure& failure) {
  // A message that is too large comes again on the next connection.
  return lost(target, what_failed(failure), failure.oversize.has_value());
}

Ended closed(const std::string& target, const std::optional<Error>& failure) {
  if (!failure) return lost(target, "the broker closed it", false);
  if (failure->code == ExitCode::io) return {*failure, AttemptEnd::other, true};
  return {Error{ExitCode::lost, failure->text}, AttemptEnd::other, false};
}

}  // namespace mqtt_toolbox::client
