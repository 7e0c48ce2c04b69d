#pragma once

#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/result.hpp"
#include "transport/tls/openssl.hpp"

namespace mqtt_toolbox::transport::tls {

template <typename... Arguments>
tl::unexpected<Error> tls_failure(fmt::format_string<Arguments...> format,
                                  Arguments&&... arguments) {
  return fail(ExitCode::tls, fmt::format(format, std::forward<Arguments>(arguments)...));
}

/// What the texts speak of.
struct Subject {
  std::string name;  ///< verified and asked for
  std::string port;  ///< "8883"; empty for a Unix socket
  std::string psk_identity;
  bool has_certificate = false;
  bool has_psk = false;
};

/// Why the peer's certificate was not accepted; names its names, its issuer, its dates.
std::string verification_text(long result, X509* certificate, const Subject& subject);

/// The peer is not to be known by a certificate, but by the pre-shared key.
std::string psk_unused_text(const Subject& subject);

/// The reason behind the error on top of OpenSSL's queue; empties the queue.
std::string error_text(const Subject& subject);

/// `cause` of a connection that ended in the middle of the handshake, and the usual reason: brokers
/// close or reset a connection on which they do not understand the first bytes.
std::string ended_in_handshake_text(const std::string& cause, const Subject& subject);

}  // namespace mqtt_toolbox::transport::tls
