#pragma once

#include <string>

#include "base/result.hpp"
#include "transport/settings.hpp"
#include "transport/tls/openssl.hpp"

namespace mqtt_toolbox::transport::tls {

/// The client's certificate chain and key, if there are any in `settings`. Never prompts.
Status set_credentials(SSL_CTX* ssl, const TlsSettings& settings);

/// Whether a file with certificates can be read at all; OpenSSL's texts do not say why not.
Status readable_pem(const std::string& path);

}  // namespace mqtt_toolbox::transport::tls
