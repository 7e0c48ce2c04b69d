#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/packet.hpp"
#include "protocol/properties.hpp"
#include "session/settings.hpp"

/// A random script of what a client can do, the same for every engine: data only.
namespace mqtt_toolbox::differential {

struct Message {
  std::string topic;  ///< below the player's own prefix
  std::string payload;
  protocol::Qos qos = protocol::Qos::at_most_once;
  bool retain = false;
  protocol::PropertyList properties{protocol::PropertyPlace::publish};
};

struct Filter {
  std::string filter;
  protocol::Qos qos = protocol::Qos::at_most_once;
  bool no_local = false;
  bool retain_as_published = false;
  protocol::RetainHandling retain_handling = protocol::RetainHandling::always;
};

struct Operation {
  enum class Kind : std::uint8_t {
    connect,
    publish,        ///< by the player
    other_publish,  ///< by the third client, also while the player is away
    subscribe,
    unsubscribe,
    disconnect,
    cut,  ///< the connection, without DISCONNECT
  };
  Kind kind = Kind::publish;
  bool clean_start = true;
  std::optional<session::WillSettings> will;  ///< its topic is below the prefix
  std::vector<Message> messages;
  std::vector<Filter> filters;
};

/// The same seed gives the same script. It begins with connect and ends with disconnect.
std::vector<Operation> make_script(std::uint64_t seed, std::size_t operations,
                                   protocol::Version version);

/// "publish", for messages about it.
std::string_view name(Operation::Kind kind);

}  // namespace mqtt_toolbox::differential
