#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "load/desk.hpp"
#include "load/names.hpp"
#include "session/session.hpp"
#include "transport/connector.hpp"
#include "transport/stream.hpp"

namespace mqtt_toolbox::load {

/// Told by a link, which may be used from inside.
class LinkEvents {
 public:
  virtual ~LinkEvents() = default;
  virtual void on_online() = 0;
  /// `received`: when its bytes were read.
  virtual void on_message(const protocol::Publish& message, Time received) = 0;
  virtual void on_published(const session::PublishOutcome& outcome, Time received) = 0;
  virtual void on_subscribed(const protocol::SubAck& suback) = 0;
  /// Something was read or written, so that more may be sent now.
  virtual void on_progress() = 0;
  /// The attempt failed, or (`was_online`) the connection was lost.
  virtual void on_offline(const Error& error, bool was_online) = 0;
  /// After `close`: nothing more comes.
  virtual void on_closed() = 0;
};

/// A client's session over one connection after the other, with the worker's buffer.
class Link final : private session::Handler, private transport::StreamEvents {
 public:
  enum class Stage : std::uint8_t { idle, opening, handshaking, online, closing, closed };

  Link(Desk& desk, LinkEvents& events, std::uint32_t number);

  void connect();
  /// Ends an attempt or a connection from this side; `on_offline` follows at once.
  void abandon(const Error& error);
  /// DISCONNECT; then waits for the broker's end. `on_closed` may follow at once.
  void close();
  /// Without waiting any longer.
  void cut();

  Stage stage() const { return stage_; }
  bool is_online() const { return stage_ == Stage::online; }
  bool is_connecting() const { return stage_ == Stage::opening || stage_ == Stage::handshaking; }
  /// Whether the socket took everything so far.
  bool is_writable() const { return is_online() && !blocked_; }
  /// The last connection ended in a way in which the next one would end too.
  bool ended_for_good() const { return is_final_; }
  /// The last attempt was refused for a reason that does not pass.
  bool refused_for_good() const { return refused_for_good_; }
  session::Session& session() { return session_; }
  session::Output& output() { return output_; }
  std::uint32_t number() const { return number_; }
  /// The number of the shared password that the broker refused at the last attempt.
  std::optional<std::uint32_t> refused_password() const { return refused_password_; }
  /// Of this connection, as seen now and earlier.
  const session::SendProgress& send_progress(Time now);

  /// Writes as far as the socket takes it.
  void flush();
  /// Keep-alive; to be called now and then.
  void advance(Time now);

 private:
  void on_connected(const session::Connected& connected) override;
  void on_refused(const protocol::ConnAck& connack) override;
  bool on_message(const protocol::Publish& message) override;
  void on_published(const session::PublishOutcome& outcome) override;
  void on_subscribed(session::Token token, const protocol::SubAck& suback) override;
  void on_unsubscribed(session::Token, const protocol::UnsubAck&) override {}
  void on_disconnect(const protocol::Disconnect& disconnect) override;
  void on_auth(const protocol::Auth&) override {}

  void on_readable() override;
  void on_writable() override;

  void opened(Result<transport::Connection> connection);
  void prefer_address();
  void handshake();
  enum class Reading : std::uint8_t { drained, more, gone };
  Reading read_some();
  transport::Io read_once();
  bool takes_arrival_times() const;
  void took(protocol::Bytes bytes);
  void after_session();
  void acknowledge_quickly();
  void lose(const Error& error);
  void drop();
  void update_interest();
  void update_reading();
  Error how_session_ended() const;
  std::string target() const;

  Desk& desk_;
  LinkEvents& events_;
  session::Output output_;
  session::Session session_;
  std::unique_ptr<transport::Connector> connector_;
  std::unique_ptr<transport::Stream> stream_;
  session::SendProgress send_progress_;
  std::optional<Duration> waited_;  ///< how long ago what was read last had arrived
  Time received_{};                 ///< when it had arrived, or else when it was read
  Time upgraded_{};
  std::unique_ptr<Error> ended_;  ///< as the session told it
  std::optional<std::uint32_t> refused_password_;
  std::uint32_t password_ = 0;  ///< its number
  std::uint32_t number_;
  Stage stage_ = Stage::idle;
  bool blocked_ = false;
  bool has_failed_ = false;  ///< what the broker said before may still be read
  bool rests_ = false;       ///< nothing is read until the broker has read what it was answered
  bool is_final_ = false;
  bool refused_for_good_ = false;
  bool quick_ = false;
  bool has_arrival_times_ = false;
};

}  // namespace mqtt_toolbox::load
