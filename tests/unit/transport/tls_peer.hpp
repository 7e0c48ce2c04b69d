#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>

#include "unit/transport/memory_peer.hpp"
#include "unit/transport/tls_files.hpp"

namespace transport_test {

/// A TLS 1.3 server in memory, which can say what `openssl s_server` does not.
class TlsPeer final : public MemoryPeer {
 public:
  explicit TlsPeer(const TlsFiles& files)
      : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free), ssl_(make_ssl(files), SSL_free) {}

  void take(std::string_view bytes) override {
    BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
    if (SSL_is_init_finished(ssl_.get()) == 0) SSL_do_handshake(ssl_.get());
    pass_on();
  }
  void give_session_ticket() {
    REQUIRE(SSL_new_session_ticket(ssl_.get()) == 1);
    REQUIRE(SSL_do_handshake(ssl_.get()) == 1);
    pass_on();
  }
  void give_application_data(const std::string& text) {
    REQUIRE(SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())) > 0);
    pass_on();
  }

 private:
  SSL* make_ssl(const TlsFiles& files) {
    SSL_CTX* context = context_.get();
    REQUIRE(SSL_CTX_use_certificate_chain_file(context, (files / "server.crt").c_str()) == 1);
    REQUIRE(SSL_CTX_use_PrivateKey_file(context, (files / "server.key").c_str(),
                                        SSL_FILETYPE_PEM) == 1);
    SSL* ssl = SSL_new(context);
    SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(ssl);
    return ssl;
  }
  void pass_on() {
    char buffer[65536];
    BIO* written = SSL_get_wbio(ssl_.get());
    for (int size; (size = BIO_read(written, buffer, sizeof buffer)) > 0;) {
      give({buffer, static_cast<std::size_t>(size)});
    }
  }

  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
};

}  // namespace transport_test
