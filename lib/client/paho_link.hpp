#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "client/plan.hpp"
#include "protocol/packet.hpp"
#include "session/session.hpp"

/// Paho MQTT C++ as its module offers it. Nothing throws, and nothing of Paho is seen outside.
namespace mqtt_toolbox::client {

/// A release as one number, as Paho C++ writes its own.
constexpr std::uint32_t paho_release(unsigned major, unsigned minor, unsigned patch) {
  return major << 24 | minor << 16 | patch << 8;
}

/// Which Paho it is: the C++ library that the module was built with, and the C library below it.
struct PahoVersion {
  std::uint32_t cpp = 0;
  std::uint32_t c = 0;
};

/// From this release of Paho C++ DISCONNECT has a reason code and properties; before, both were
/// forgotten.
inline constexpr std::uint32_t paho_disconnect_tells_why = paho_release(1, 3, 0);

/// The caller's number for a request; each is used once.
using PahoTicket = std::uintptr_t;

/// Something that Paho told on one of its threads, copied.
struct PahoEvent {
  enum class Kind : std::uint8_t {
    connected,      ///< CONNACK with success
    refused,        ///< CONNACK with `code`
    failed,         ///< no connection; `text` is what Paho says about it
    lost,           ///< a connection that stood has ended
    disconnected,   ///< DISCONNECT from the server with `code`; `lost` follows
    closed,         ///< after `disconnect`: DISCONNECT was sent and the connection has ended
    message,        ///< `text` is the topic
    published,      ///< acknowledged with `code`, or at QoS 0 written
    not_published,  ///< Paho has forgotten the message without an answer
    subscribed,     ///< answered with `code`
    unsubscribed,   ///< answered with `code`, 0 before 5.0
    not_answered,   ///< Paho has forgotten a SUBSCRIBE or UNSUBSCRIBE without an answer
  };
  Kind kind = Kind::failed;
  PahoTicket ticket = 0;
  std::uint8_t code = 0;
  bool session_present = false;
  bool retain = false;
  bool dup = false;
  bool qos_0 = false;  ///< of `published` and `not_published`
  /// Of `not_published`: the write failed, and Paho C would send the message again on the next
  /// connection from memory that it has freed.
  bool damaged = false;
  protocol::Qos qos = protocol::Qos::at_most_once;
  protocol::PacketIdentifier packet_identifier = 0;
  std::string text;
  std::string payload;
  std::string properties;  ///< encoded
};

/// How to connect once. The references must live as long as the link.
struct PahoConnect {
  const ConnectPlan& plan;
  const std::optional<std::string>& password;  ///< in place of the plan's
  const session::Settings& settings;
  bool clean_start = true;
  std::uint16_t window = 20;  ///< QoS 1 and 2 messages unacknowledged at once
  Duration timeout{};         ///< for all of it; Paho looks every three seconds
};

/// One client of Paho's. Used from one thread; no call waits for the network, but each may wait for
/// Paho's own lock.
class PahoLink {
 public:
  /// Ends a connection that stands with DISCONNECT, as Paho does it.
  virtual ~PahoLink() = default;

  /// Readable when there is something to `take`.
  virtual int descriptor() const noexcept = 0;
  /// Moves what has come to the end of `events`.
  virtual void take(std::vector<PahoEvent>& events) noexcept = 0;

  /// While Paho holds a connection open, `connect` would change nothing.
  virtual bool is_connected() const noexcept = 0;
  /// `connected`, `refused` or `failed` follows. May be called again after `lost`, `refused` or
  /// `failed`: Paho then sends again what was unacknowledged in the session.
  virtual Status connect(const PahoConnect& how) noexcept = 0;
  /// would_block: the connection is lost, and `lost` comes.
  virtual Result<session::Submission> publish(const protocol::Publish& message,
                                              PahoTicket ticket) noexcept = 0;
  /// One filter each: of several, Paho C++ does not hand out the codes when the first is a refusal.
  virtual Result<session::Submission> subscribe(const protocol::Subscription& subscription,
                                                protocol::Properties properties,
                                                PahoTicket ticket) noexcept = 0;
  virtual Result<session::Submission> unsubscribe(protocol::Bytes filter,
                                                  protocol::Properties properties,
                                                  PahoTicket ticket) noexcept = 0;
  /// DISCONNECT after everything that was handed over before; `closed` or `lost` follows.
  virtual Status disconnect(const protocol::Disconnect& disconnect) noexcept = 0;
  /// Instead of the destructor: leaves the connection to itself, without DISCONNECT.
  virtual void abandon() noexcept = 0;
};

/// The entry points of the module. 0, or 1 with `error` set.
extern "C" {
using OpenPaho = int (*)(const ConnectPlan* plan, protocol::Version version,
                         const std::string* client_identifier, PahoLink** link,
                         Error* error) noexcept;
using GetPahoVersion = void (*)(PahoVersion* version) noexcept;
}
inline constexpr const char* paho_module = "libmqtt-toolbox-paho";
inline constexpr const char* open_paho_symbol = "mqtt_toolbox_open_paho";
inline constexpr const char* paho_version_symbol = "mqtt_toolbox_paho_version";

}  // namespace mqtt_toolbox::client
