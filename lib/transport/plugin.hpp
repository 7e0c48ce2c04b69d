#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/export.hpp"
#include "base/result.hpp"
#include "transport/settings.hpp"
#include "transport/stream.hpp"

namespace mqtt_toolbox::transport {

/// Layers live in modules of their own, opened on first use: libssl and the WebSocket code would
/// cost every start. No exception crosses; ownership of `lower` goes to the layer.
///
/// A layer is open for use when its handshake is done: it calls `ready(error)` once, with an empty
/// Error text for success, from inside a callback of `lower` or from `begin`.
class Layer : public Stream {
 public:
  using Ready = std::function<void(const Error& error)>;
  virtual void begin(Ready ready) = 0;
};

/// A folder with throw-away certificates, made by the TLS module for tests and sandboxes: ca.crt,
/// ca.key, server.crt, server.key, client.crt, client.key, and expired.crt, expired.key,
/// other-ca.crt (a CA that signed nothing here), wrong-name.crt, wrong-name.key. PEM, P-256, valid
/// for 30 days, for the names and addresses given.
struct CertificateRequest {
  std::string folder;
  std::vector<std::string> names;  ///< "localhost", "127.0.0.1", "::1"
};
MQTT_TOOLBOX_API Status make_certificates(const CertificateRequest& request);

/// What a certificate says. Names come from the peer: escape them before a terminal.
struct CertificateFacts {
  std::string subject;             ///< the common name, else the whole name
  std::string issuer;              ///< the same
  std::vector<std::string> names;  ///< subject alternative names
  std::int64_t expires = 0;        ///< seconds since 1970-01-01 00:00 UTC
};
/// `pem` as in StreamFacts::certificates; ExitCode::tls when it is none. The TLS module does it.
MQTT_TOOLBOX_API Result<CertificateFacts> describe_certificate(const std::string& pem);

/// Whether what the settings name is there and of use, so that a mistake is told before anything is
/// sent: ExitCode::io for a file, ExitCode::usage for a value. The system's store is not looked at,
/// nor what can be read once only, such as a pipe.
MQTT_TOOLBOX_API Status check_tls(const TlsSettings& settings);

/// The entry points as the modules export them. 0 for success, else `error` is set; a failed
/// opening leaves `lower` with the caller.
extern "C" {
using OpenTls = int (*)(const TlsSettings* settings, const std::string* host, Stream* lower,
                        Layer** layer, Error* error) noexcept;
using CheckTls = int (*)(const TlsSettings* settings, Error* error) noexcept;
using MakeCertificates = int (*)(const CertificateRequest* request, Error* error) noexcept;
using DescribeCertificate = int (*)(const std::string* pem, CertificateFacts* facts,
                                    Error* error) noexcept;
using OpenWebSocket = int (*)(const WebSocketSettings* settings, const std::string* host,
                              Stream* lower, Layer** layer, Error* error) noexcept;
}
inline constexpr const char* open_tls_symbol = "mqtt_toolbox_open_tls";
inline constexpr const char* check_tls_symbol = "mqtt_toolbox_check_tls";
inline constexpr const char* make_certificates_symbol = "mqtt_toolbox_make_certificates";
inline constexpr const char* describe_certificate_symbol = "mqtt_toolbox_describe_certificate";
inline constexpr const char* open_websocket_symbol = "mqtt_toolbox_open_websocket";

/// Finds a module beside the library or the program (NAME.so in `mqtt-toolbox/`,
/// `../lib/mqtt-toolbox/` of its folder) and returns one symbol of it; ExitCode::io with a text
/// that names the package.
MQTT_TOOLBOX_API Result<void*> plugin_symbol(const std::string& module, const char* symbol);

}  // namespace mqtt_toolbox::transport
