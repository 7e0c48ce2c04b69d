#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "sandbox/settings.hpp"

namespace mqtt_toolbox::sandbox {

/// The ways into the broker.
enum class Door : std::uint8_t { tcp, tls, ws, wss, unix_socket };

struct DoorRow {
  Door door;
  std::string_view name;    ///< in options, environment and JSON
  std::string_view scheme;  ///< of its URL
  bool secure;
  bool websocket;
};

/// The one table of listeners, in the order in which the broker opens them. The Unix socket comes
/// last: it lies in our own folder, so once it answers, the ports before it are ours too.
inline constexpr std::array<DoorRow, 5> doors{{
    {Door::tcp, "tcp", "mqtt", false, false},
    {Door::tls, "tls", "mqtts", true, false},
    {Door::ws, "ws", "ws", false, true},
    {Door::wss, "wss", "wss", true, true},
    {Door::unix_socket, "unix", "unix", false, false},
}};

inline constexpr const char* loopback = "127.0.0.1";

/// Where the sandbox is. Files have fixed names in its folder.
struct Place {
  std::string folder;
  std::array<std::uint16_t, doors.size()> ports{};  ///< by Door; 0 for the Unix socket

  std::string file(std::string_view name) const { return folder + "/" + std::string(name); }
  std::string socket() const { return file("broker.sock"); }
  std::string log() const { return file("broker.log"); }
  std::string configuration() const { return file("broker.conf"); }
  std::string password_file() const { return file("passwords"); }
  std::string acl_file() const { return file("acl"); }
  std::string ca_file() const { return file("ca.crt"); }
  std::uint16_t port(Door door) const { return ports[static_cast<std::size_t>(door)]; }
};

/// The text of mosquitto.conf. `as_root`: Mosquitto would otherwise change to a user that cannot
/// read our folder.
std::string broker_configuration(const Settings& settings, const Place& place, bool as_root);

}  // namespace mqtt_toolbox::sandbox
