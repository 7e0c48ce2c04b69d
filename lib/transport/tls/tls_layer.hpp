#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "transport/plugin.hpp"
#include "transport/tls/context.hpp"
#include "transport/tls/failure.hpp"
#include "transport/tls/openssl.hpp"
#include "transport/tls/stream_bio.hpp"

namespace mqtt_toolbox::transport::tls {

class TlsLayer final : public Layer, private StreamEvents {
 public:
  /// ExitCode::tls when the settings are at fault; `lower` then stays the caller's.
  static Result<std::unique_ptr<TlsLayer>> open(const TlsSettings& settings,
                                                const std::string& host, Stream* lower);
  ~TlsLayer() override;

  void begin(Ready ready) override;
  Io read(std::span<char> into) override;
  Io write(std::span<const std::string_view> pieces) override;
  void want(Interest interest) override;
  void set_events(StreamEvents* events) override { events_ = events; }
  Error error() const override { return error_; }
  void end(Ending ending) override;
  StreamFacts facts() const override;
  Transmission transmission() const override { return lower_->transmission(); }
  int descriptor() const override { return lower_->descriptor(); }

 private:
  TlsLayer(std::shared_ptr<Context> context, Subject subject);

  void on_readable() override;
  void on_writable() override;

  Status attach(const TlsSettings& settings, Stream* lower);
  Status set_name(bool verify);
  static int verified(int accepted, X509_STORE_CTX* store);

  void handshake();
  void handshake_succeeded();
  bool rests_on_psk() const;
  void handshake_failed();
  void tell(const Error& error);
  Io::Kind outcome(int result, bool& wants_other_direction, int other_direction);
  Io::Kind gone(Io::Kind kind, Error error);
  std::size_t write_some(std::string_view chunk, Io::Kind& kind);
  Io::Kind become_unwritable();
  bool has_buffered() const;
  void update_interest();

  std::shared_ptr<Context> context_;
  Subject subject_;
  std::unique_ptr<Stream> lower_;
  LowerEnd lower_end_;
  OwnedSsl ssl_;
  StreamEvents* events_ = nullptr;
  Ready ready_;
  Interest wanted_ = Interest::none;
  bool open_ = false;
  bool frozen_ = false;
  bool unwritable_ = false;
  bool read_wants_write_ = false;
  bool write_wants_read_ = false;
  bool read_is_due_ = false;  ///< buffered bytes that no event of the socket will tell of
  /// What is buffered is of no use before the socket brings more.
  bool record_is_incomplete_ = false;
  bool* gone_ = nullptr;  ///< tells a callback under way of the destruction
  std::optional<Io::Kind> over_;
  Error error_;
  std::string verification_failure_;
};

}  // namespace mqtt_toolbox::transport::tls
