#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/export.hpp"
#include "base/result.hpp"
#include "session/session.hpp"

namespace mqtt_toolbox::client {

/// What a connection ended at, as far as that can be told.
struct EndedAt {
  enum class Kind : std::uint8_t {
    unknown,
    request,  ///< the server ended it instead of answering this packet
    refused,  ///< this side ended it over a packet of the server's
  };
  Kind kind = Kind::unknown;
  protocol::PacketType packet = protocol::PacketType::connect;
  std::string described;  ///< the packet, for people
  std::string likely;     ///< causes, for people

  bool is_same_as(const EndedAt& other) const {
    return kind == other.kind && packet == other.packet && described == other.described;
  }
};

/// "SUBSCRIBE to a/# and 2 more filters", "PUBLISH to a (QoS 2, retained, 20 bytes)".
MQTT_TOOLBOX_API EndedAt ended_at_request(const session::Pending& pending);
/// `filter`: one that this side has subscribed to; empty: none.
MQTT_TOOLBOX_API EndedAt ended_at_refused(const session::Failure& failure,
                                          const std::string& filter);

/// The connections of one run that ended before they had settled, and what follows from it: where
/// all ended at one packet and no request was ever answered, the next one would end alike.
class MQTT_TOOLBOX_API RepeatedEnds {
 public:
  /// `allowed`: so many in a row are enough to decide; UINT32_MAX: never.
  explicit RepeatedEnds(std::uint32_t allowed) : allowed_(allowed) {}

  /// A SUBSCRIBE or a message has its answer.
  void answered() { was_answered_ = true; }
  /// A connection has ended; `settled` when it was good for long enough.
  void connection_ended(const EndedAt& at, bool settled);

  /// Why there is no use in another connection, when there is none; `cause` ended the last one.
  /// ExitCode::rejected for a request, ExitCode::lost for a packet that was refused here.
  std::optional<Error> hopeless(const Error& cause) const;
  /// Once a run: what to look for when connections go on ending early; else empty.
  std::string take_hint();

 private:
  /// From so many on the user is told what to look for.
  static constexpr std::uint32_t ends_before_hint = 5;

  std::uint32_t allowed_;
  std::uint32_t early_ = 0;  ///< connections in a row that ended before they had settled
  std::uint32_t same_ = 0;   ///< of these, the last ones that ended at `last_`
  EndedAt last_;
  bool was_answered_ = false;
  bool is_hint_given_ = false;
};

}  // namespace mqtt_toolbox::client
