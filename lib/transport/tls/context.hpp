#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "base/system.hpp"
#include "transport/settings.hpp"
#include "transport/tls/openssl.hpp"
#include "transport/tls/stream_bio.hpp"

namespace mqtt_toolbox::transport::tls {

/// TlsSettings as an SSL_CTX, with what its callbacks need.
struct Context {
  OwnedContext ssl;
  OwnedBioMethod bio_method;
  std::string psk;  ///< bytes
  std::string psk_identity;
  FileDescriptor key_log;

  ~Context();
};

/// ExitCode::tls; the text names the setting at fault.
Result<std::unique_ptr<Context>> make_context(const TlsSettings& settings);

}  // namespace mqtt_toolbox::transport::tls
