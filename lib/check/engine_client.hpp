#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "check/allowance.hpp"
#include "check/message.hpp"
#include "check/timeout.hpp"
#include "client/client.hpp"

namespace mqtt_toolbox::check {

class CaseContext;

/// A client of the engine that the user chose, which only publishes and observes; what a case does
/// to the protocol itself is done by a ScriptedClient. Each step runs the context's loop until its
/// answer is there; a step that cannot be taken aborts the case. It does not connect again.
class EngineClient final : private client::Handler {
 public:
  EngineClient(CaseContext& context, client::ConnectPlan plan);
  ~EngineClient() override;

  bool connect();
  /// The case is aborted (unsupported) when less than this QoS is granted.
  bool subscribe(const std::string& filter, protocol::Qos qos);
  /// Without waiting for the acknowledgement.
  bool send(const Message& message);
  /// Until everything sent is acknowledged.
  bool settle();
  bool publish(const Message& message) { return send(message) && settle(); }

  /// In order of arrival.
  const std::vector<Message>& received() const { return received_; }
  /// Until a message with this payload has come.
  bool wait_for(std::string_view payload, Timeout timeout);

 private:
  void on_connected(const client::Connected& connected) override;
  void on_reconnecting(const Error&, Duration) override {}
  void on_closed(const std::optional<Error>& error) override;
  void on_violation(const session::Failure& failure) override;
  bool on_message(const protocol::Publish& message) override;
  void on_published(const client::PublishOutcome& outcome) override;
  void on_subscribed(client::Token token, const protocol::SubAck& suback) override;
  void on_unsubscribed(client::Token, const protocol::UnsubAck&) override {}
  void on_ready() override;

  bool connect_once();
  bool has_new_password();
  std::string why_closed() const;

  CaseContext& context_;
  client::ConnectPlan plan_;
  std::unique_ptr<client::Client> client_;
  client::Token next_token_ = 1;
  std::uint32_t password_number_ = 0;  ///< of the run's, where that may grow old
  bool online_ = false;
  bool ready_ = false;
  bool closed_ = false;
  std::optional<Error> error_;
  std::size_t outstanding_ = 0;
  std::optional<protocol::ReasonCode> refusal_;
  std::optional<protocol::ReasonCode> granted_;
  std::string said_;  ///< of the last refusal, see `reason_string_of`
  std::vector<Message> received_;
  std::vector<std::string> filters_;
  std::size_t received_bytes_ = 0;
  Holding holding_;
};

}  // namespace mqtt_toolbox::check
