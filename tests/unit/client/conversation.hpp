#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "client/client.hpp"
#include "support/scripted_broker.hpp"

namespace mqtt_toolbox::client {

/// For a test of what the paho engine does not tell, cannot, or does in another way: all others
/// hold for both engines. Which one a Conversation takes says MQTT_TEST_ENGINE.
inline const doctest::test_suite native_only("native");

/// Writes down what a client tells, one line an event.
class Recorder final : public Handler {
 public:
  std::vector<std::string> events;
  std::optional<Error> end;
  bool closed = false;

  std::function<void(const Connected&)> connected = [](const Connected&) {};
  std::function<bool(const protocol::Publish&)> message = [](const protocol::Publish&) {
    return true;
  };
  std::function<void(const PublishOutcome&)> published = [](const PublishOutcome&) {};
  std::function<void(Token)> subscribed = [](Token) {};
  std::function<void()> reconnecting = [] {};
  std::function<void()> ready = [] {};
  std::function<void()> batch_end = [] {};
  std::function<void()> ended = [] {};

  void on_connected(const Connected& event) override;
  void on_reconnecting(const Error& cause, Duration wait) override;
  void on_closed(const std::optional<Error>& error) override;
  bool on_message(const protocol::Publish& event) override;
  void on_published(const PublishOutcome& outcome) override;
  void on_subscribed(Token token, const protocol::SubAck& suback) override;
  void on_unsubscribed(Token token, const protocol::UnsubAck& unsuback) override;
  void on_ready() override { ready(); }
  void on_batch_end() override { batch_end(); }

  /// How many events begin so.
  std::size_t count(std::string_view beginning) const;
};

/// A client and a scripted broker on one loop.
struct Conversation {
  explicit Conversation(std::string_view script);

  /// The client of the plan's engine.
  void make(Handler& handler);
  void make() { make(recorder); }
  /// Connects and runs until the client has ended, at most ten seconds. True when it did.
  bool run();
  /// Runs until the broker's script has ended too.
  bool run_to_the_end();
  /// Runs until `done` is true; it is asked after each turn of the loop.
  bool run_until(const std::function<bool()>& done);

  /// One message of a few bytes.
  Result<Submission> publish(std::string_view topic, std::string_view payload, int qos,
                             Token token = 1);
  Result<Submission> subscribe(std::string_view filter, int qos, Token token);
  void close(Duration grace = std::chrono::seconds(5)) { client->close({}, grace); }

  /// The broker's failures, joined; empty when the script was met.
  std::string failures() const;
  /// The text of the error at the end; empty without one.
  std::string text() const { return recorder.end ? recorder.end->text : std::string(); }
  ExitCode code() const { return recorder.end ? recorder.end->code : ExitCode::done; }
  std::string target() const { return "127.0.0.1:" + std::to_string(plan.transport.port); }

  transport::Loop loop;
  Random random{1};
  ConnectPlan plan;
  Recorder recorder;
  std::unique_ptr<support::ScriptedBroker> broker;
  std::unique_ptr<Client> client;
};

}  // namespace mqtt_toolbox::client
