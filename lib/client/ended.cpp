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

std::string likely_causes(const Unanswered& unanswered) {
  std::vector<std::string_view> causes;
  const transport::ConnectSettings& transport = unanswered.transport;
  if (transport.tls) {
    causes.push_back("a client certificate that it asks for (--cert and --key)");
  } else if (transport.unix_path.empty()) {
    causes.push_back("a TLS port (use --tls or mqtts://)");
  }
  if (unanswered.tried.size() == 1) causes.push_back(other_version_hint(unanswered.tried.front()));
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
    return fmt::format("an HTTP server answered at {}: is this the WebSocket port? use ws://",
                       target);
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
  return failure.fault ? "the broker violated the protocol: " + describe(*failure.fault)
                       : std::string(failure.text);
}

Ended lost(const std::string& target, const std::string& cause, bool permanent) {
  return {Error{ExitCode::lost, fmt::format("lost the connection to {}: {}", target, cause)},
          AttemptEnd::other, permanent};
}

}  // namespace

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
    if (unanswered.tried.size() == 1 && unanswered.tried.front() == Version::v5) {
      text += "; if it does not know MQTT 5.0, give -V 311";
    }
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
  }
  return without_connack(ExitCode::refused, AttemptEnd::other, std::move(text));
}

Ended refused(const std::string& target, const protocol::ConnAck& connack, Version version) {
  const protocol::ReasonCode reason = connack.reason(version);
  const Advice& advice = advice_for(reason);
  const bool older = version != Version::v5 || (connack.older_form && connack.code < 0x80);
  const std::string code =
      older ? fmt::format("return code {}", connack.code) : fmt::format("0x{:02X}", connack.code);
  Ended ended;
  ended.error = {
      ExitCode::refused,
      fmt::format("the broker at {} refused the connection: {} ({}){}", target,
                  name(reason, PacketType::connack), code, remarks(connack.properties, advice))};
  ended.permanent = !advice.passes_in_connack;
  if (connack.older_form) ended.attempt = AttemptEnd::connack_in_v4_form;
  if (reason == protocol::ReasonCode::unsupported_protocol_version) {
    ended.attempt = AttemptEnd::refused_unsupported_version;
  }
  return ended;
}

Ended disconnected(const std::string& target, const protocol::Disconnect& disconnect) {
  const Advice& advice = advice_for(disconnect.reason);
  return lost(
      target,
      fmt::format("the broker sent DISCONNECT: {} (0x{:02X}){}",
                  name(disconnect.reason, PacketType::disconnect),
                  static_cast<unsigned>(disconnect.reason), remarks(disconnect.properties, advice)),
      !advice.passes_in_disconnect);
}

Ended failed(const std::string& target, const session::Failure& failure) {
  return lost(target, what_failed(failure), false);
}

Ended closed(const std::string& target, const std::optional<Error>& failure) {
  if (!failure) return lost(target, "the broker closed it", false);
  return {Error{ExitCode::lost, failure->text}, AttemptEnd::other, false};
}

}  // namespace mqtt_toolbox::client
