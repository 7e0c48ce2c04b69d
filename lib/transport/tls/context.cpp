#include "transport/tls/context.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/err.h>

#include "base/base64.hpp"
#include "transport/tls/credentials.hpp"
#include "transport/tls/failure.hpp"

namespace mqtt_toolbox::transport::tls {

namespace {

Context& context_of(const SSL* ssl) {
  return *static_cast<Context*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
}

/// The authorities that the settings name.
Status set_own_trust(SSL_CTX* ssl, const TlsSettings& settings) {
  if (!settings.ca_file.empty()) {
    if (auto readable = readable_pem(settings.ca_file); !readable) return readable;
    if (SSL_CTX_load_verify_file(ssl, settings.ca_file.c_str()) != 1) {
      return tls_failure("{} holds no certificate in PEM form", settings.ca_file);
    }
  }
  if (settings.ca_path.empty()) return {};
  if (access(settings.ca_path.c_str(), R_OK | X_OK) != 0) {
    return tls_failure("cannot read {}: {}", settings.ca_path, system_text(errno));
  }
  SSL_CTX_load_verify_dir(ssl, settings.ca_path.c_str());
  return {};
}

Status set_trust(SSL_CTX* ssl, const TlsSettings& settings) {
  SSL_CTX_set_verify(ssl, settings.any_chain ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  bool own = !settings.ca_file.empty() || !settings.ca_path.empty();
  if (!own || settings.use_system_store) SSL_CTX_set_default_verify_paths(ssl);
  return set_own_trust(ssl, settings);
}

int version_number(TlsVersion version) {
  switch (version) {
    case TlsVersion::any: return 0;
    case TlsVersion::tls_1_2: return TLS1_2_VERSION;
    case TlsVersion::tls_1_3: return TLS1_3_VERSION;
  }
  return 0;
}

Status set_versions(SSL_CTX* ssl, const TlsSettings& settings) {
  bool limited = settings.maximum_version != TlsVersion::any;
  if (limited && settings.minimum_version > settings.maximum_version) {
    return tls_failure("the lowest TLS version allowed is above the highest");
  }
  SSL_CTX_set_min_proto_version(ssl, version_number(settings.minimum_version));
  SSL_CTX_set_max_proto_version(ssl, version_number(settings.maximum_version));
  return {};
}

/// The ciphers of TLS 1.2 among those allowed whose handshake proves the pre-shared key, and
/// nothing else: RSA-PSK would have the peer show a certificate as well. Colons stand between the
/// names.
std::string psk_ciphers(const SSL_CTX* ssl) {
  std::string names;
  const STACK_OF(SSL_CIPHER)* allowed = SSL_CTX_get_ciphers(ssl);
  for (int i = 0; i < sk_SSL_CIPHER_num(allowed); ++i) {
    const SSL_CIPHER* cipher = sk_SSL_CIPHER_value(allowed, i);
    if (SSL_CIPHER_get_auth_nid(cipher) != NID_auth_psk) continue;
    if (!names.empty()) names += ':';
    names += SSL_CIPHER_get_name(cipher);
  }
  return names;
}

/// Up to TLS 1.2 the cipher decides how the peer proves who it is, so that with any other cipher a
/// certificate would do. In TLS 1.3 it does not; there TlsLayer looks at what the peer did.
Status offer_psk_only(SSL_CTX* ssl, const TlsSettings& settings) {
  const std::string names = psk_ciphers(ssl);
  if (!names.empty()) {
    SSL_CTX_set_cipher_list(ssl, names.c_str());
    return {};
  }
  if (settings.minimum_version == TlsVersion::tls_1_3) return {};
  return tls_failure(
      "no cipher in \"{}\" is one for a pre-shared key alone, as PSK-AES256-GCM-SHA384 is",
      settings.ciphers);
}

Status set_ciphers(SSL_CTX* ssl, const TlsSettings& settings) {
  if (!settings.ciphers.empty() && SSL_CTX_set_cipher_list(ssl, settings.ciphers.c_str()) != 1) {
    return tls_failure("OpenSSL knows no cipher in \"{}\"", settings.ciphers);
  }
  if (!settings.ciphersuites.empty() &&
      SSL_CTX_set_ciphersuites(ssl, settings.ciphersuites.c_str()) != 1) {
    return tls_failure("OpenSSL does not know all TLS 1.3 ciphersuites in \"{}\"",
                       settings.ciphersuites);
  }
  return settings.psk.empty() ? Status() : offer_psk_only(ssl, settings);
}

Status set_alpn(SSL_CTX* ssl, const TlsSettings& settings) {
  std::string wire;
  for (const std::string& name : settings.alpn) {
    if (name.empty() || name.size() > 255) {
      return tls_failure("an ALPN protocol has from 1 to 255 bytes, not {}", name.size());
    }
    wire += static_cast<char>(name.size());
    wire += name;
  }
  auto bytes = reinterpret_cast<const unsigned char*>(wire.data());
  if (!wire.empty()) SSL_CTX_set_alpn_protos(ssl, bytes, static_cast<unsigned>(wire.size()));
  return {};
}

unsigned give_psk(SSL* ssl, const char*, char* identity, unsigned identity_size, unsigned char* psk,
                  unsigned psk_size) {
  const Context& context = context_of(ssl);
  if (context.psk_identity.size() >= identity_size || context.psk.size() > psk_size) return 0;
  std::memcpy(identity, context.psk_identity.c_str(), context.psk_identity.size() + 1);
  std::memcpy(psk, context.psk.data(), context.psk.size());
  return static_cast<unsigned>(context.psk.size());
}

Status set_psk(Context& context, const TlsSettings& settings) {
  if (settings.psk.empty()) return {};
  auto bytes = decode_hex(settings.psk);
  if (!bytes) return tls_failure("the pre-shared key is not hexadecimal");
  if (bytes->size() > PSK_MAX_PSK_LEN) {
    return tls_failure("the pre-shared key has more than {} bytes", PSK_MAX_PSK_LEN);
  }
  if (settings.psk_identity.size() > PSK_MAX_IDENTITY_LEN) {
    return tls_failure("the identity of the pre-shared key has more than {} bytes",
                       PSK_MAX_IDENTITY_LEN);
  }
  context.psk = std::move(*bytes);
  context.psk_identity = settings.psk_identity;
  SSL_CTX_set_psk_client_callback(context.ssl.get(), give_psk);
  return {};
}

void log_key(const SSL* ssl, const char* line) {
  std::string text = std::string(line) + '\n';
  // One write a line: several processes may append to one file. A failure harms no connection.
  [[maybe_unused]] ssize_t size = write(context_of(ssl).key_log.get(), text.data(), text.size());
  OPENSSL_cleanse(text.data(), text.size());
}

Status set_key_log(Context& context, const TlsSettings& settings) {
  if (settings.key_log_file.empty()) return {};
  const int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC;
  context.key_log.reset(open(settings.key_log_file.c_str(), flags, 0600));
  if (!context.key_log) {
    return tls_failure("cannot write {}: {}", settings.key_log_file, system_text(errno));
  }
  SSL_CTX_set_keylog_callback(context.ssl.get(), log_key);
  return {};
}

void set_modes(SSL_CTX* ssl) {
  // An idle connection keeps no buffers; a record is read with one system call, not two.
  SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(ssl, 1);
  // MQTT frames itself, and brokers close without close_notify.
  SSL_CTX_set_options(ssl, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
}

}  // namespace

Context::~Context() {
  OPENSSL_cleanse(psk.data(), psk.size());
  OPENSSL_cleanse(settings.psk.data(), settings.psk.size());
  if (auto& password = settings.key_password) OPENSSL_cleanse(password->data(), password->size());
}

namespace {

Result<std::shared_ptr<Context>> make_context(const TlsSettings& settings) {
  ERR_clear_error();
  auto context = std::make_shared<Context>();
  context->settings = settings;
  context->ssl.reset(SSL_CTX_new(TLS_client_method()));
  context->bio_method = stream_bio_method();
  if (!context->ssl || !context->bio_method) return tls_failure("OpenSSL does not start");
  SSL_CTX* ssl = context->ssl.get();
  SSL_CTX_set_app_data(ssl, context.get());
  set_modes(ssl);
  Status status = set_trust(ssl, settings);
  if (status) status = set_versions(ssl, settings);
  if (status) status = set_ciphers(ssl, settings);
  if (status) status = set_alpn(ssl, settings);
  if (status) status = set_credentials(ssl, settings);
  if (status) status = set_psk(*context, settings);
  if (status) status = set_key_log(*context, settings);
  ERR_clear_error();
  if (!status) return tl::unexpected(status.error());
  return context;
}

}  // namespace

Result<std::shared_ptr<Context>> context_for(const TlsSettings& settings) {
  thread_local std::weak_ptr<Context> latest;
  if (auto context = latest.lock(); context && context->settings == settings) return context;
  auto made = make_context(settings);
  if (made) latest = *made;
  return made;
}

namespace {

/// What is no regular file, such as a pipe, may be read once only. One that is missing counts as
/// regular: its error is wanted.
bool is_regular(const std::string& path) {
  struct stat facts {};
  return stat(path.c_str(), &facts) != 0 || S_ISREG(facts.st_mode);
}

Status check_values(Context& context, const TlsSettings& settings) {
  SSL_CTX* ssl = context.ssl.get();
  return set_versions(ssl, settings)
      .and_then([&] { return set_ciphers(ssl, settings); })
      .and_then([&] { return set_alpn(ssl, settings); })
      .and_then([&] { return set_psk(context, settings); });
}

Status check_files(SSL_CTX* ssl, TlsSettings settings) {
  if (!is_regular(settings.ca_file)) settings.ca_file.clear();
  Status status = set_own_trust(ssl, settings);
  if (!status || !is_regular(settings.certificate_file) || !is_regular(settings.key_file))
    return status;
  return set_credentials(ssl, settings);
}

}  // namespace

Status check_settings(const TlsSettings& settings) {
  ERR_clear_error();
  Context context;
  context.ssl.reset(SSL_CTX_new(TLS_client_method()));
  if (!context.ssl) return tls_failure("OpenSSL does not start");
  const Status values = check_values(context, settings);
  const Status files = check_files(context.ssl.get(), settings);
  ERR_clear_error();
  if (!values) return fail(ExitCode::usage, values.error().text);
  if (!files) return fail(ExitCode::io, files.error().text);
  return {};
}

}  // namespace mqtt_toolbox::transport::tls
