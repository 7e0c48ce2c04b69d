#pragma once

#include <functional>
#include <optional>

#include "base/export.hpp"
#include "base/result.hpp"
#include "protocol/packet.hpp"
#include "session/handler.hpp"

namespace mqtt_toolbox::session {

/// A message that was given to the server, perhaps, and has no outcome. Views live during the call.
struct Unfinished {
  Token token = 0;
  protocol::PacketIdentifier packet_identifier = 0;
  protocol::Publish message;  ///< no topic alias in it; its DUP and packet identifier are ignored
  bool released = false;      ///< PUBREC came
  bool may_be_duplicate = false;
};

/// Where a session writes down what must survive its process, so that the next one goes on as after
/// a lost connection (MQTT 5.0 section 4.1). The messages themselves are there already, under the
/// tokens that `Session::publish` is given.
///
/// Whoever moves the session's bytes calls `commit` before he writes any: a PUBLISH whose packet
/// identifier were forgotten would be sent under another one, and a PUBREL that were forgotten
/// would be followed by its PUBLISH again; to the server both are new messages.
class MQTT_TOOLBOX_API Store {
 public:
  virtual ~Store() = default;

  /// The QoS 1 or 2 message is about to be sent for the first time in the server's session, under
  /// this identifier; called again when the server has lost that session.
  virtual void sent(Token token, protocol::PacketIdentifier identifier, protocol::Version version,
                    bool may_be_duplicate) = 0;
  /// PUBREC came: from now on it is PUBREL that is sent.
  virtual void released(Token token) = 0;
  /// The message has its outcome; its packet identifier is free.
  virtual void finished(Token token) = 0;
  /// The server has refused the message; its packet identifier is free. The owner of the store
  /// calls `finished` when somebody has been told: until then the next process would send it as
  /// new.
  virtual void refused(Token token) = 0;
  /// Makes all of the above last, as one; cheap when there was nothing. Errors are ExitCode::io,
  /// also for what went wrong in the calls above, and stay.
  virtual Status commit() = 0;

  /// The version that the unfinished messages were sent in, to which they are bound; none when
  /// there are no such messages.
  virtual std::optional<protocol::Version> version() = 0;
  /// In the order of sending. Errors of `visit` end it and come back.
  virtual Status each_unfinished(const std::function<Status(const Unfinished&)>& visit) = 0;
};

}  // namespace mqtt_toolbox::session
