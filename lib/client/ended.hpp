#pragma once

#include <span>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "client/plan.hpp"
#include "protocol/packet.hpp"
#include "session/negotiation.hpp"
#include "session/session.hpp"

namespace mqtt_toolbox::client {

/// How a connection, or the attempt at one, came to its end. The error names the target.
struct Ended {
  Error error;
  session::AttemptEnd attempt = session::AttemptEnd::other;
  /// Another attempt would end in the same way.
  bool permanent = false;
  /// The server may have ended it over one packet; without that packet another may stand.
  bool may_be_over_a_packet = false;
};

/// What is known when CONNECT was not answered as it should.
struct Unanswered {
  const transport::ConnectSettings& transport;
  /// The versions tried one after the other, the present one last.
  std::span<const protocol::Version> tried;
  /// The first bytes received, if any.
  protocol::Bytes received;
  bool has_will = false;
};

/// A stream that could not be opened: what the cause often is.
Error unopened(const transport::ConnectSettings& transport, Error error);

/// The stream ended before CONNACK; `failure` when it did so badly.
Ended closed_before_connack(const Unanswered& unanswered, const std::optional<Error>& failure);
/// No answer within `timeout`.
Ended silent(const Unanswered& unanswered, Duration timeout);
/// Bytes that the session could make nothing of, instead of CONNACK.
Ended not_understood(const Unanswered& unanswered, const session::Failure& failure);
/// CONNACK with a refusal, ExitCode::refused. `has_identifier`: the user gave the client one;
/// `tried` as in Unanswered.
Ended refused(const std::string& target, const protocol::ConnAck& connack,
              protocol::Version version, bool has_identifier = true,
              std::span<const protocol::Version> tried = {});

/// Ends of a connection that stood: ExitCode::lost, or ExitCode::io, which is permanent, when what
/// was to be sent could not be read.
Ended disconnected(const std::string& target, const protocol::Disconnect& disconnect);
Ended failed(const std::string& target, const session::Failure& failure);
Ended closed(const std::string& target, const std::optional<Error>& failure);

}  // namespace mqtt_toolbox::client
