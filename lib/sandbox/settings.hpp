#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/export.hpp"
#include "base/result.hpp"

namespace mqtt_toolbox::sandbox {

/// What the broker shall not do. Nothing set: Mosquitto's own defaults. Ranges are Mosquitto 2.0's.
struct Limits {
  std::optional<std::uint8_t> maximum_qos;           ///< 0 to 2, MQTT 5.0 section 3.2.2.3.4
  bool retain_available = true;                      ///< MQTT 5.0 section 3.2.2.3.5
  std::optional<std::uint16_t> receive_maximum;      ///< from 1, MQTT 5.0 section 3.2.2.3.3
  std::optional<std::uint32_t> maximum_packet_size;  ///< bytes from 20, section 3.2.2.3.6
  std::optional<std::uint16_t> topic_alias_maximum;  ///< 0 is none, section 3.2.2.3.8
  std::optional<std::uint16_t> maximum_keep_alive;   ///< seconds from 10, section 3.2.2.3.14
  std::optional<std::uint32_t> maximum_connections;  ///< for each listener
  /// For each client; none: no bound, or Mosquitto's with Settings::realistic.
  std::optional<std::uint32_t> maximum_queued_messages;
};

/// Which of the throw-away certificates the broker shows.
enum class ServerCertificate : std::uint8_t { valid, expired, wrong_name };

struct User {
  std::string name;
  std::string password;
};

struct Settings {
  std::string broker;       ///< the program; empty: mosquitto in `search_path` or /usr/sbin
  std::string search_path;  ///< as the environment variable PATH
  std::string temporary_folder = "/tmp";  ///< where the sandbox's own folder is made
  std::optional<std::string> username;    ///< with it the broker lets in nobody else
  std::string password;
  std::vector<User> further_users;         ///< let in too
  std::vector<std::string> acl_lines;      ///< of Mosquitto's acl_file; none: everything is allowed
  bool require_client_identifier = false;  ///< nobody with an empty one (MQTT 5.0 section 3.1.3.1)
  bool require_client_certificate = false;  ///< on the TLS and secure WebSocket listeners
  ServerCertificate certificate = ServerCertificate::valid;
  bool persistence =
      false;               ///< sessions and retained messages outlive an orderly end of the broker
  bool restart = false;    ///< start the broker again, with the same addresses, when it ends
  bool debug_log = false;  ///< the broker logs every packet
  /// Mosquitto's own queue and delays, which lose messages of slow subscribers and hold packets
  /// back.
  bool realistic = false;
  Limits limits;
  std::vector<std::string> config_lines;    ///< put before the listeners
  std::vector<std::string> listener_lines;  ///< put into each listener
};

/// Those that the broker lets in, the one of its URLs first; none: anybody.
std::vector<User> users_of(const Settings& settings);

/// ExitCode::usage for what Mosquitto would misread or refuse.
MQTT_TOOLBOX_API Status check(const Settings& settings);

}  // namespace mqtt_toolbox::sandbox
