#pragma once

#include <cstdint>
#include <optional>

#include "base/export.hpp"
#include "protocol/types.hpp"

namespace mqtt_toolbox::session {

/// How an attempt to connect in some version ended without a connection.
enum class AttemptEnd : std::uint8_t {
  refused_unsupported_version,  ///< CONNACK 1 or 0x84, in either form
  connack_of_older_version,     ///< a 5.0 CONNECT refused in the two bytes or a code of 3.1.1
  closed_without_connack,       ///< FIN or RST after CONNECT, nothing received
  silence,                      ///< no answer within the short time-out for `auto`
  other,                        ///< anything that has nothing to do with the version
};

/// `--protocol-version auto`: 5.0 first, then 3.1.1. `after_silence` is false when a second CONNECT
/// could do harm (a will, a client identifier, a kept session) or when 5.0 is needed.
/// Returns the version to try next, or none to give up.
MQTT_TOOLBOX_API std::optional<protocol::Version> next_version(protocol::Version tried,
                                                               AttemptEnd end, bool after_silence);

}  // namespace mqtt_toolbox::session
