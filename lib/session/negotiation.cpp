#include "session/negotiation.hpp"

namespace mqtt_toolbox::session {

std::optional<protocol::Version> next_version(protocol::Version tried, AttemptEnd end,
                                              bool after_silence) {
  if (tried != protocol::Version::v5) return std::nullopt;
  switch (end) {
    case AttemptEnd::refused_unsupported_version:
    case AttemptEnd::connack_of_older_version:
    case AttemptEnd::closed_without_connack: return protocol::Version::v311;
    case AttemptEnd::silence:
      if (after_silence) return protocol::Version::v311;
      return std::nullopt;
    case AttemptEnd::other: return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace mqtt_toolbox::session
