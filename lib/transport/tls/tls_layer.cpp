#include "transport/tls/tls_layer.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <utility>

#include <openssl/err.h>

#include "base/utf8.hpp"
#include "transport/pieces.hpp"
#include "transport/tls/certificate_text.hpp"

namespace mqtt_toolbox::transport::tls {

namespace {

constexpr std::size_t largest_record = 16384;

/// Without the scope of an IPv6 address and the dot that ends an absolute name.
std::string bare_name(std::string name) {
  name.resize(std::min(name.size(), name.find('%')));
  if (!name.empty() && name.back() == '.') name.pop_back();
  return name;
}

bool is_address(const std::string& name) {
  in6_addr bytes;
  return inet_pton(AF_INET, name.c_str(), &bytes) == 1 ||
         inet_pton(AF_INET6, name.c_str(), &bytes) == 1;
}

std::string port_of(const std::string& peer) {
  std::size_t colon = peer.rfind(':');
  return peer.front() == '/' || colon == std::string::npos ? "" : peer.substr(colon + 1);
}

}  // namespace

TlsLayer::TlsLayer(std::shared_ptr<Context> context, Subject subject)
    : context_(std::move(context)), subject_(std::move(subject)) {}

TlsLayer::~TlsLayer() {
  if (gone_ != nullptr) *gone_ = true;
}

Result<std::unique_ptr<TlsLayer>> TlsLayer::open(const TlsSettings& settings,
                                                 const std::string& host, Stream* lower) {
  auto context = context_for(settings);
  if (!context) return tl::unexpected(context.error());
  Subject subject{bare_name(settings.server_name.empty() ? host : settings.server_name),
                  port_of(lower->facts().peer), settings.psk.empty() ? "" : settings.psk_identity,
                  !settings.certificate_file.empty(), !settings.psk.empty()};
  std::unique_ptr<TlsLayer> layer(new TlsLayer(*std::move(context), std::move(subject)));
  if (auto status = layer->attach(settings, lower); !status) return tl::unexpected(status.error());
  layer->lower_.reset(lower);
  return layer;
}

Status TlsLayer::attach(const TlsSettings& settings, Stream* lower) {
  lower_end_.stream = lower;
  ssl_.reset(SSL_new(context_->ssl.get()));
  OwnedBio bio = stream_bio(context_->bio_method.get(), lower_end_);
  if (!ssl_ || !bio) return tls_failure("OpenSSL has no memory for a connection");
  BIO* const owned_by_ssl = bio.release();
  SSL_set_bio(ssl_.get(), owned_by_ssl, owned_by_ssl);
  SSL_set_app_data(ssl_.get(), this);
  // With a pre-shared key no certificate will do, so that `verified` must be asked for each.
  const int mode = subject_.has_psk ? SSL_VERIFY_PEER : SSL_get_verify_mode(ssl_.get());
  SSL_set_verify(ssl_.get(), mode, &TlsLayer::verified);
  SSL_set_connect_state(ssl_.get());
  return set_name(!settings.insecure);
}

Status TlsLayer::set_name(bool verify) {
  const char* name = subject_.name.c_str();
  X509_VERIFY_PARAM* parameters = SSL_get0_param(ssl_.get());
  bool good = true;
  if (is_address(subject_.name)) {
    if (verify) good = X509_VERIFY_PARAM_set1_ip_asc(parameters, name) == 1;
  } else {
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (verify) good = X509_VERIFY_PARAM_set1_host(parameters, name, 0) == 1;
    good = good && SSL_set_tlsext_host_name(ssl_.get(), name) == 1;
  }
  if (!good) return tls_failure("\"{}\" is no name that TLS can ask for", subject_.name);
  return {};
}

/// OpenSSL forgets the certificate when it is refused, so the text is made on the spot.
int TlsLayer::verified(int accepted, X509_STORE_CTX* store) {
  auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* layer = static_cast<TlsLayer*>(SSL_get_app_data(ssl));
  if (layer->subject_.has_psk) {
    layer->verification_failure_ = psk_unused_text(layer->subject_);
    return 0;
  }
  if (accepted == 1) return 1;
  if (SSL_get_verify_mode(ssl) == SSL_VERIFY_NONE) return 0;
  layer->verification_failure_ = verification_text(
      X509_STORE_CTX_get_error(store), X509_STORE_CTX_get_current_cert(store), layer->subject_);
  return 0;
}

void TlsLayer::begin(Ready ready) {
  ready_ = std::move(ready);
  lower_->set_events(this);
  handshake();
}

void TlsLayer::handshake() {
  ERR_clear_error();
  lower_end_.reads_left = LowerEnd::reads_per_turn;
  int result = SSL_do_handshake(ssl_.get());
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_NONE: return handshake_succeeded();
    case SSL_ERROR_WANT_READ: return lower_->want(Interest::read);
    case SSL_ERROR_WANT_WRITE: return lower_->want(Interest::write);
    default: return handshake_failed();
  }
}

void TlsLayer::handshake_succeeded() {
  if (subject_.has_psk && !rests_on_psk()) {
    verification_failure_ = psk_unused_text(subject_);
    return handshake_failed();
  }
  open_ = true;
  update_interest();
  tell({});
}

/// Whether the peer has proved that it knows the pre-shared key, and by nothing else who it is. In
/// TLS 1.3 a key that is used counts as a session resumed, and no other session is ever offered.
bool TlsLayer::rests_on_psk() const {
  if (SSL_get0_peer_certificate(ssl_.get()) != nullptr) return false;
  if (SSL_version(ssl_.get()) >= TLS1_3_VERSION) return SSL_session_reused(ssl_.get()) == 1;
  return SSL_CIPHER_get_auth_nid(SSL_get_current_cipher(ssl_.get())) == NID_auth_psk;
}

void TlsLayer::handshake_failed() {
  lower_->want(Interest::none);
  error_.code = ExitCode::tls;
  if (!verification_failure_.empty()) {
    error_.text = verification_failure_;
  } else if (lower_end_.ended || lower_end_.failed) {
    error_.text = ended_in_handshake_text(lower_->error().text, subject_);
  } else {
    error_.text = error_text(subject_);
  }
  over_ = Io::Kind::failed;
  tell(Error(error_));
}

void TlsLayer::tell(const Error& error) {
  std::exchange(ready_, nullptr)(error);
}

Io TlsLayer::read(std::span<char> into) {
  if (frozen_) return {Io::Kind::would_block, 0, true};
  lower_end_.reads_left = LowerEnd::reads_per_turn;
  std::size_t total = 0;
  while (total < into.size() && !over_) {
    std::size_t size = 0;
    ERR_clear_error();
    int result = SSL_read_ex(ssl_.get(), into.data() + total, into.size() - total, &size);
    record_is_incomplete_ = result != 1;
    if (result != 1) {
      Io::Kind kind = outcome(result, read_wants_write_, SSL_ERROR_WANT_WRITE);
      if (kind == Io::Kind::would_block && total == 0) return {kind, 0, true};
      if (kind == Io::Kind::would_block) return {Io::Kind::done, total, true};
      break;
    }
    total += size;
    if (lower_end_.drained && !has_buffered()) return {Io::Kind::done, total, true};
  }
  if (over_ && total == 0) return {*over_, 0, true};
  return {Io::Kind::done, total, false};
}

Io TlsLayer::write(std::span<const std::string_view> pieces) {
  if (frozen_) return {Io::Kind::would_block, 0, false};
  if (unwritable_ || over_ == Io::Kind::failed) return {Io::Kind::failed, 0, false};
  std::array<char, largest_record> scratch;
  PieceCursor cursor(pieces);
  Io io;
  while (io.kind == Io::Kind::done) {
    std::string_view chunk = cursor.chunk(scratch);
    if (chunk.empty()) break;
    std::size_t size = write_some(chunk, io.kind);
    cursor.advance(size);
    io.size += size;
  }
  if (io.size > 0) io.kind = Io::Kind::done;
  return io;
}

std::size_t TlsLayer::write_some(std::string_view chunk, Io::Kind& kind) {
  std::size_t size = 0;
  ERR_clear_error();
  int result = SSL_write_ex(ssl_.get(), chunk.data(), chunk.size(), &size);
  if (result == 1) return size;
  if (lower_end_.failed) {
    kind = become_unwritable();
  } else {
    kind = outcome(result, write_wants_read_, SSL_ERROR_WANT_READ);
    if (kind == Io::Kind::end) kind = Io::Kind::failed;
  }
  return 0;
}

/// What the peer said before it went, an alert above all, can still be read.
Io::Kind TlsLayer::become_unwritable() {
  ERR_clear_error();
  unwritable_ = true;
  lower_end_.failed = false;
  error_ = lower_->error();
  return Io::Kind::failed;
}

Io::Kind TlsLayer::outcome(int result, bool& wants_other_direction, int other_direction) {
  int why = SSL_get_error(ssl_.get(), result);
  if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) {
    if (why == other_direction) {
      wants_other_direction = true;
      update_interest();
    }
    return Io::Kind::would_block;
  }
  if (why == SSL_ERROR_ZERO_RETURN && !lower_end_.ended) {
    return gone(Io::Kind::end, {ExitCode::lost, lower_->facts().peer + " closed the connection"});
  }
  if (lower_end_.ended) return gone(Io::Kind::end, lower_->error());
  if (lower_end_.failed) return gone(Io::Kind::failed, lower_->error());
  return gone(Io::Kind::failed, {ExitCode::tls, "TLS failed: " + error_text(subject_)});
}

Io::Kind TlsLayer::gone(Io::Kind kind, Error error) {
  ERR_clear_error();
  error_ = std::move(error);
  over_ = kind;
  return kind;
}

bool TlsLayer::has_buffered() const {
  return SSL_has_pending(ssl_.get()) == 1;
}

void TlsLayer::want(Interest interest) {
  wanted_ = interest;
  if (!open_) return;
  const bool reading = (interest & Interest::read) != Interest::none;
  read_is_due_ = reading && !over_ && !record_is_incomplete_ && has_buffered();
  update_interest();
}

void TlsLayer::update_interest() {
  bool reading = (wanted_ & Interest::read) != Interest::none;
  bool writing = (wanted_ & Interest::write) != Interest::none;
  Interest lower = wanted_;
  if (reading && (read_wants_write_ || read_is_due_)) lower = lower | Interest::write;
  if (writing && write_wants_read_) lower = lower | Interest::read;
  lower_->want(lower);
}

void TlsLayer::on_readable() {
  if (!open_) return handshake();
  record_is_incomplete_ = false;
  bool gone = false;
  gone_ = &gone;
  bool write_too = std::exchange(write_wants_read_, false);
  if (write_too) update_interest();
  if ((wanted_ & Interest::read) != Interest::none && events_ != nullptr) events_->on_readable();
  if (gone) return;
  gone_ = nullptr;
  if (write_too && events_ != nullptr) events_->on_writable();
}

void TlsLayer::on_writable() {
  if (!open_) return handshake();
  bool gone = false;
  gone_ = &gone;
  bool read_too = std::exchange(read_wants_write_, false);
  read_too = std::exchange(read_is_due_, false) || read_too;
  if (read_too) update_interest();
  if (read_too && events_ != nullptr) events_->on_readable();
  if (gone) return;
  gone_ = nullptr;
  if ((wanted_ & Interest::write) != Interest::none && events_ != nullptr) events_->on_writable();
}

void TlsLayer::end(Ending ending) {
  // A second SSL_shutdown would read.
  const bool said = (SSL_get_shutdown(ssl_.get()) & SSL_SENT_SHUTDOWN) != 0;
  if (ending == Ending::graceful && open_ && over_ != Io::Kind::failed && !said) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
  }
  frozen_ = frozen_ || ending == Ending::freeze;
  lower_->end(ending);
}

StreamFacts TlsLayer::facts() const {
  StreamFacts facts = lower_->facts();
  if (!open_) return facts;
  facts.tls_version = SSL_get_version(ssl_.get());
  facts.tls_cipher = SSL_get_cipher_name(ssl_.get());
  const unsigned char* protocol = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &protocol, &size);
  if (protocol != nullptr) facts.tls_alpn.assign(reinterpret_cast<const char*>(protocol), size);
  STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl_.get());
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    facts.certificates.push_back(pem_text(sk_X509_value(chain, i)));
  }
  return facts;
}

}  // namespace mqtt_toolbox::transport::tls
