#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/client.hpp"
#include "console/tool.hpp"
#include "retained/state.hpp"
#include "sub/plan.hpp"
#include "sub/requests.hpp"

namespace mqtt_toolbox::sub {

/// Reads what is retained, to the end and by name where the QoS matters: with --retained-only on
/// the user's connection, which then has nothing else to do, and with --record on one of its own,
/// so that live messages and retained ones do not take each other's room, and none comes twice.
class RetainedState final : private client::Handler {
 public:
  struct Listener {
    std::function<bool(const protocol::Publish&)> wants;
    std::function<void(const protocol::Publish&)> message;
    /// On the user's connection: what a filter was granted.
    std::function<void(const Request&, protocol::ReasonCode)> granted;
    /// On the user's connection: all filters were answered.
    std::function<void()> subscribed;
    /// Of the connection of its own: the moment to write output.
    std::function<void()> batch_end;
    /// `code` is ExitCode::no when something may be missing, which was said.
    std::function<void(ExitCode code)> ended;
    /// There is no connection for it.
    std::function<void(const Error&)> no_connection;
    std::function<void(const Error&)> failed;
  };
  /// Plans and properties must outlive it.
  RetainedState(console::World& world, const Plan& plan, const client::ConnectPlan& connect_plan,
                const Properties& properties, Listener listener);
  ~RetainedState() override;

  void read_on(client::Client& client, const client::Connected& connected);
  /// `is_wanted`: filters that the user's connection was granted.
  void read_beside(const std::function<bool(const Request&)>& is_wanted);
  bool is_beside() const { return own_ != nullptr; }
  void stop();
  void pause_reading(bool paused);
  /// While it is being read: how far that has come, for people.
  std::optional<std::string> unread() const;

  /// Of a message on the user's connection, when another reads the state. Also before it is begun:
  /// what waited in a kept session comes first.
  void note_live(const protocol::Publish& message) {
    if (stage_ != Stage::over) state_.note_live(message);
  }
  /// The user's connection was lost.
  void forget_live() { state_.forget_live(); }
  /// For the handler of the user's connection.
  retained::Reader& reader() { return state_.reader(); }

 private:
  enum class Stage : std::uint8_t { not_begun, connecting, reading, over };

  void on_connected(const client::Connected& connected) override;
  void on_reconnecting(const Error&, Duration) override {}
  void on_closed(const std::optional<Error>& error) override;
  bool on_message(const protocol::Publish& message) override;
  void on_published(const client::PublishOutcome&) override {}
  void on_subscribed(client::Token token, const protocol::SubAck& suback) override;
  void on_unsubscribed(client::Token token, const protocol::UnsubAck& unsuback) override;
  void on_pingresp(std::uint64_t number) override;
  void on_batch_end() override { listener_.batch_end(); }
  void on_packet(session::Direction direction, const protocol::Frame& frame,
                 protocol::Version version) override;

  void make_own_plan();
  void start(client::Client& client, const client::Connected& connected);
  void subscribed(std::size_t first, const protocol::SubAck& suback);
  void ended(const retained::Reading& reading);
  void failed(const Error& error);

  console::World& world_;
  const Plan& plan_;
  const client::ConnectPlan& connect_plan_;
  const Properties& properties_;
  Listener listener_;
  const retained::Patience patience_;
  retained::StateReader state_;
  client::ConnectPlan own_plan_;
  std::unique_ptr<client::Client> own_;
  std::vector<const Request*> requests_;  ///< whose messages are read
  std::size_t unanswered_ = 0;            ///< of them
  Stage stage_ = Stage::not_begun;
};

/// Whether what is retained for it is read on a connection of its own, so that the user's is to ask
/// for none.
bool is_read_beside(const Plan& plan, const Request& request);

}  // namespace mqtt_toolbox::sub
