#include "transport/tls/credentials.hpp"

#include <algorithm>
#include <cstring>

#include <openssl/crypto.h>
#include <openssl/pem.h>

#include "base/system.hpp"
#include "transport/tls/failure.hpp"

namespace mqtt_toolbox::transport::tls {

namespace {

constexpr std::size_t largest_pem = 4u << 20;

struct PasswordRequest {
  const std::optional<std::string>& password;
  bool asked = false;
};

int answer_password(char* into, int size, int, void* user) {
  auto& request = *static_cast<PasswordRequest*>(user);
  request.asked = true;
  if (!request.password) return -1;
  auto length = std::min(request.password->size(), static_cast<std::size_t>(size));
  std::memcpy(into, request.password->data(), length);
  return static_cast<int>(length);
}

tl::unexpected<Error> key_failure(const std::string& path, const PasswordRequest& request) {
  if (!request.asked) return tls_failure("{} holds no private key in PEM form", path);
  if (!request.password) {
    return tls_failure("the private key in {} is encrypted; give --key-password", path);
  }
  return tls_failure("the password of the private key in {} is wrong", path);
}

Result<OwnedKey> read_key(const std::string& path, const TlsSettings& settings) {
  auto pem = read_file(path, largest_pem);
  if (!pem) return tl::unexpected(Error{ExitCode::tls, pem.error().text});
  PasswordRequest request{settings.key_password};
  OwnedBio bio(BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())));
  OwnedKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, answer_password, &request));
  OPENSSL_cleanse(pem->data(), pem->size());
  if (!key) return key_failure(path, request);
  return key;
}

}  // namespace

Status readable_pem(const std::string& path) {
  auto pem = read_file(path, largest_pem);
  if (!pem) return tl::unexpected(Error{ExitCode::tls, pem.error().text});
  return {};
}

Status set_credentials(SSL_CTX* ssl, const TlsSettings& settings) {
  const std::string& certificate = settings.certificate_file;
  if (certificate.empty()) {
    if (settings.key_file.empty()) return {};
    return tls_failure("the private key {} needs its certificate; give --cert", settings.key_file);
  }
  if (auto readable = readable_pem(certificate); !readable) return readable;
  if (SSL_CTX_use_certificate_chain_file(ssl, certificate.c_str()) != 1) {
    return tls_failure("{} holds no certificate in PEM form", certificate);
  }
  const std::string& path = settings.key_file.empty() ? certificate : settings.key_file;
  auto key = read_key(path, settings);
  if (!key) return tl::unexpected(key.error());
  if (SSL_CTX_use_PrivateKey(ssl, key->get()) != 1 || SSL_CTX_check_private_key(ssl) != 1) {
    return tls_failure("the private key in {} does not belong to the certificate in {}", path,
                       certificate);
  }
  return {};
}

}  // namespace mqtt_toolbox::transport::tls
