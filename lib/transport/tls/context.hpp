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
  TlsSettings settings;  ///< what it was made of
  OwnedContext ssl;
  OwnedBioMethod bio_method;
  std::string psk;  ///< bytes
  std::string psk_identity;
  FileDescriptor key_log;

  ~Context();
};

/// ExitCode::tls; the text names the setting at fault. Connections of one thread that live at the
/// same time and have equal settings share a context: the authorities' certificates are large.
/// Files are read anew once all of them are gone, so that a client that comes back sees those that
/// were renewed.
Result<std::shared_ptr<Context>> context_for(const TlsSettings& settings);

/// See check_tls of transport/plugin.hpp.
Status check_settings(const TlsSettings& settings);

}  // namespace mqtt_toolbox::transport::tls
