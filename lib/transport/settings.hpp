#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/export.hpp"
#include "base/time.hpp"

namespace mqtt_toolbox::transport {

enum class TlsVersion : std::uint8_t { any, tls_1_2, tls_1_3 };

struct TlsSettings {
  /// Trust: files and folders given, else the system's store; `use_system_store` adds it to them.
  std::string ca_file;
  std::string ca_path;
  bool use_system_store = false;
  std::string certificate_file;  ///< PEM, the client's chain
  std::string key_file;          ///< PEM
  std::optional<std::string> key_password;
  /// The name is not verified; the chain still is.
  bool insecure = false;
  /// The chain is not verified either: for a broker of one's own that shows a bad certificate.
  bool any_chain = false;
  /// The name to verify and to send as SNI when it differs from the host.
  std::string server_name;
  TlsVersion minimum_version = TlsVersion::tls_1_2;
  TlsVersion maximum_version = TlsVersion::any;
  std::string ciphers;       ///< OpenSSL cipher list, TLS 1.2
  std::string ciphersuites;  ///< OpenSSL ciphersuites, TLS 1.3
  std::vector<std::string> alpn;
  std::string psk;  ///< hexadecimal
  std::string psk_identity;
  std::string key_log_file;  ///< NSS key log format, appended

  bool operator==(const TlsSettings&) const = default;
};

struct WebSocketSettings {
  std::string path = "/mqtt";
  std::string subprotocol = "mqtt";
  std::vector<std::pair<std::string, std::string>> headers;
};

struct ProxySettings {
  enum class Kind : std::uint8_t { socks5h, http_connect };
  Kind kind = Kind::socks5h;
  std::string host;
  std::uint16_t port = 1080;
  std::string username;
  std::string password;
};

/// A time-out for each stage; the error names the stage.
struct StageTimeouts {
  Duration resolve = std::chrono::seconds(10);
  Duration connect = std::chrono::seconds(10);  ///< for each address
  Duration proxy = std::chrono::seconds(10);
  Duration tls = std::chrono::seconds(10);
  Duration websocket = std::chrono::seconds(10);
};

struct ConnectSettings {
  std::string host = "localhost";
  std::uint16_t port = 1883;
  std::string unix_path;     ///< not empty: a Unix socket instead of host and port
  std::string bind_address;  ///< the local address, or the name of an interface
  bool no_delay = true;      ///< TCP_NODELAY
  std::optional<TlsSettings> tls;
  std::optional<WebSocketSettings> websocket;
  std::optional<ProxySettings> proxy;
  StageTimeouts timeouts;
};

/// "broker.example:1883", "[::1]:1883", "/run/broker.sock": how errors name the target.
MQTT_TOOLBOX_API std::string target_name(const ConnectSettings& settings);

}  // namespace mqtt_toolbox::transport
