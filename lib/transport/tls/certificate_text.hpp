#pragma once

#include <string>

#include "base/result.hpp"
#include "transport/plugin.hpp"
#include "transport/tls/openssl.hpp"

namespace mqtt_toolbox::transport::tls {

/// Facts of a certificate for people. Names come from the peer: escape them before a terminal.

/// "localhost, 127.0.0.1": the subject alternative names, else the common name; at most ten.
std::string names_text(X509* certificate);
std::string issuer_text(X509* certificate);
/// "2026-02-03 04:05:06 UTC"
std::string time_text(const ASN1_TIME* time);
std::string pem_text(X509* certificate);
/// ExitCode::tls for what is no certificate in PEM.
Result<CertificateFacts> describe(const std::string& pem);

}  // namespace mqtt_toolbox::transport::tls
