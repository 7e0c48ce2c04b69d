#pragma once

#include <cstdint>

#include "load/desk.hpp"
#include "load/link.hpp"
#include "session/backoff.hpp"

namespace mqtt_toolbox::load {

class Client;

/// Told by clients about their lives.
class ClientEvents {
 public:
  virtual ~ClientEvents() = default;
  /// Connected, and subscribed where it subscribes.
  virtual void on_ready(Client& client) = 0;
  virtual void on_offline(Client& client, bool was_online) = 0;
  virtual void on_closed(Client& client) = 0;
};

/// One MQTT client of a run: a link and what it is there for.
class Client : private LinkEvents {
 public:
  Client(Desk& desk, ClientEvents& events, std::uint32_t number);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() override = default;

  Link& link() { return link_; }
  const Link& link() const { return link_; }
  session::Backoff& backoff() { return backoff_; }
  bool is_ready() const { return ready_; }
  bool was_ever_ready() const { return was_ever_ready_; }
  /// Why its last connection, or attempt to connect, ended.
  ExitCode last_failure() const { return last_failure_; }

  /// The worker's marks on it.
  std::uint64_t attempts = 0;  ///< to connect
  bool was_attempted = false;  ///< the outcome of its first attempt is known
  bool is_dialling = false;    ///< the dialer waits for the outcome
  bool was_ready = false;
  bool leaves = false;  ///< and comes back: churn
  bool given_up = false;

  void on_message(const protocol::Publish& message, Time received) override;
  void on_published(const session::PublishOutcome&, Time) override {}
  void on_subscribed(const protocol::SubAck&) override {}
  void on_progress() override {}
  void on_online() override { become_ready(); }

 protected:
  void become_ready();
  Desk& desk() { return desk_; }
  const Desk& desk() const { return desk_; }

 private:
  void on_offline(const Error& error, bool was_online) final;
  void on_closed() final;

  Desk& desk_;
  ClientEvents& events_;
  session::Backoff backoff_;
  Link link_;
  ExitCode last_failure_ = ExitCode::done;
  bool ready_ = false;
  bool was_ever_ready_ = false;
  Time ready_since_{};
};

}  // namespace mqtt_toolbox::load
