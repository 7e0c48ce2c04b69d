#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/client.hpp"
#include "message.hpp"

namespace mqtt_toolbox::contract {

/// A script cannot go on; `observed` is what it saw until then. Thrown by the steps of a Peer and
/// caught by the runner: a script stays a list of steps.
struct Stopped {
  std::string observed;
};

/// The engine cannot do what the script's plan asks for, and says so before it connects. Thrown and
/// caught in the same way.
struct EngineRefuses {
  std::string why;
};

/// The options of one topic filter.
struct Filter {
  std::string filter;
  int qos = 0;
  bool no_local = false;
  bool retain_as_published = false;
  protocol::RetainHandling retain_handling = protocol::RetainHandling::always;
};

/// A client that a script leads step by step: each step runs the loop until its answer is there.
class Peer final : private client::Handler {
 public:
  /// `surroundings` must outlive the peer. No step waits beyond `deadline`.
  Peer(client::Surroundings surroundings, client::ConnectPlan plan, Time deadline);

  /// Throws when the connection is not made.
  void connect();
  /// As `connect`, but says how it went: "connected", "refused: Not authorized".
  std::string try_connect();
  const client::Connected& connected() const { return *connected_; }
  bool session_present() const { return connected_->connack.session_present; }
  /// What CONNACK carried.
  protocol::Properties connack_properties() const {
    return protocol::Properties(connack_properties_);
  }

  /// The SUBACK's codes: "0 1 2", "0x8F".
  std::string subscribe(const std::vector<Filter>& filters, protocol::Properties properties = {});
  /// Throws when the filter is refused.
  void subscribe(const std::string& filter, int qos);
  void unsubscribe(const std::string& filter);

  /// Returns when the message is acknowledged; at QoS 0 at once. Throws when it is refused.
  void publish(const Message& message);
  /// As `publish`, but says how it went: "accepted", "accepted at QoS 1" (asked for 2),
  /// "refused: Quota exceeded", "not acknowledged".
  std::string try_publish(const Message& message);
  /// Without waiting for the acknowledgement, but for room.
  void send(const Message& message);
  /// Until everything sent is acknowledged.
  void settle();
  /// What became of messages that were sent: reasons of failure and how often.
  const std::map<std::string, int>& failures() const { return failures_; }

  /// Acknowledges by hand, in plans that ask for it.
  void acknowledge(std::size_t messages) { client_->acknowledge(messages); }

  /// DISCONNECT, and until the connection is over.
  void disconnect(protocol::ReasonCode reason = protocol::ReasonCode::success);

  /// Until the condition holds; false when time ran out first or the connection has ended.
  bool wait_until(const std::function<bool()>& condition, Duration patience);
  /// Until the connection is over: "lost: Session taken over", or "open" when it is not.
  std::string wait_for_end(Duration patience);
  /// Lets the time pass, for what should not come.
  void stay(Duration duration);

  /// Every message so far, in order.
  const std::vector<Received>& received() const { return received_; }
  /// The messages before one with the payload `last` comes, and what comes within a short while
  /// after it; the `last` is left out.
  std::vector<Received> received_until(const std::string& last);

  /// How often the connection was made.
  int connections() const { return connections_; }
  /// How many SUBACKs have come.
  int subscribed() const { return subscribed_; }
  bool online() const { return client_ && client_->online(); }
  /// How long an answer may take; a few seconds if not said.
  void be_patient(Duration patience) { patience_ = patience; }
  const client::ConnectPlan& plan() const { return plan_; }
  /// How it ended, when it did.
  const std::optional<std::string>& ended() const { return ended_; }

 private:
  void on_connected(const client::Connected& connected) override;
  void on_reconnecting(const Error& cause, Duration wait) override;
  void on_closed(const std::optional<Error>& error) override;
  bool on_message(const protocol::Publish& message) override;
  void on_published(const client::PublishOutcome& outcome) override;
  void on_subscribed(client::Token token, const protocol::SubAck& suback) override;
  void on_unsubscribed(client::Token token, const protocol::UnsubAck& unsuback) override;
  void on_ready() override;

  std::string how_it_stands(const std::string& missing) const;
  client::Token submit(const Message& message);
  std::string outcome_of(client::Token token);

  client::Surroundings surroundings_;
  client::ConnectPlan plan_;
  Time deadline_;
  Duration patience_ = std::chrono::seconds(5);
  std::unique_ptr<client::Client> client_;

  std::optional<client::Connected> connected_;
  std::string connack_properties_;
  std::string client_identifier_;
  std::optional<std::string> ended_;
  std::vector<Received> received_;
  std::map<client::Token, std::string> outcomes_;
  std::map<std::string, int> failures_;
  client::Token next_token_ = 1;
  std::map<client::Token, int> asked_;  ///< the QoS of messages without outcome
  int connections_ = 0;
  int subscribed_ = 0;
  bool ready_ = true;
};

/// "refused: Not authorized", "lost", "TLS": the kind of end and the reason code in its text, which
/// are the same in every engine. "closed" for an end that was asked for.
std::string describe_end(const std::optional<Error>& error);

}  // namespace mqtt_toolbox::contract
