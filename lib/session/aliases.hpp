#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "protocol/packet.hpp"
#include "session/memory.hpp"

namespace mqtt_toolbox::session {

using protocol::Bytes;

/// Topic aliases that this side gives, MQTT 5.0 section 3.3.2.3.4. They die with the connection.
class OutgoingAliases {
 public:
  struct Choice {
    std::uint16_t alias = 0;   ///< 0: none
    bool established = false;  ///< the topic may stay away
  };

  explicit OutgoingAliases(std::uint16_t maximum) : maximum_(maximum) {}

  /// First come, first served: the alias of a topic that has one, else a free one.
  Choice choose(Bytes topic) const;
  /// The topic of an alias, empty when it has none.
  Bytes topic(std::uint32_t alias) const;
  /// A PUBLISH with both was sent.
  void establish(std::uint16_t alias, Bytes topic);

  /// `message` in the form that goes over the wire. Valid until the next call.
  protocol::Publish apply(const protocol::Publish& message, Choice choice);
  /// `message` in the form that is right on any connection: no alias, its topic in full. Valid
  /// until the next call.
  protocol::Publish without_alias(const protocol::Publish& message, Bytes topic);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  std::uint16_t maximum_;
  std::uint32_t next_ = 1;  ///< every alias below has a topic
  std::unordered_map<std::string, std::uint16_t, Hash, std::equal_to<>> aliases_;
  std::vector<std::string> topics_;  ///< by alias - 1
  protocol::PropertyList wire_properties_{protocol::PropertyPlace::publish};
  protocol::PropertyList stored_properties_{protocol::PropertyPlace::publish};
};

/// Topic aliases that the server gives, up to the Topic Alias Maximum of CONNECT.
class IncomingAliases {
 public:
  void establish(std::uint16_t alias, Bytes topic);
  /// Empty when it has none.
  Bytes topic(std::uint32_t alias) const;
  void clear() { give_back(topics_); }

 private:
  std::vector<std::string> topics_;  ///< by alias - 1; empty: none
};

}  // namespace mqtt_toolbox::session
