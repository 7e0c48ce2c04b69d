#pragma once

#include <functional>
#include <string>
#include <vector>

#include "client/client.hpp"
#include "retain/plan.hpp"

namespace mqtt_toolbox::retain {

/// Reads what a broker retains for some filters: SUBSCRIBE, then a barrier (an UNSUBSCRIBE that is
/// answered after everything before it), then silence. Only messages with RETAIN set count: what is
/// published meanwhile has it clear (MQTT 5.0 section 3.3.1.3).
class Reader {
 public:
  struct Listener {
    /// False when it is no news: a topic that is published to all the time must not keep the
    /// broker from counting as silent.
    std::function<bool(const protocol::Publish&)> retained;
    /// Published while the subscription stands.
    std::function<void(const protocol::Publish&)> live;
    /// The subscription is undone.
    std::function<void()> ended;
    std::function<void(const Error&)> failed;
  };
  Reader(transport::Loop& loop, const Plan& plan, Listener listener);

  struct Request {
    std::vector<std::string> filters;
    protocol::Qos qos = protocol::Qos::at_most_once;
    std::uint64_t expected = UINT64_MAX;  ///< after so many there is no need to wait
    Duration stay{};                      ///< how long to listen to live messages afterwards
    /// From so many on, another reading follows anyhow: a tenth of the quiet time is enough.
    std::uint64_t many = UINT64_MAX;
    /// 5.0: what is published meanwhile keeps its RETAIN flag, and counts.
    bool retain_as_published = false;
  };
  void start(client::Client& client, Request request);

  /// Of the handler.
  void on_message(const protocol::Publish& message);
  void on_subscribed(const protocol::SubAck& suback);
  void on_unsubscribed(client::Token token);

 private:
  enum class Stage : std::uint8_t { idle, subscribing, barrier, quiet, staying, unsubscribing };

  void send_barrier();
  void wait_for_quiet();
  void quiet();
  void undo();
  void unanswered();
  void take(const Result<client::Submission>& submission, Stage stage);

  transport::Loop& loop_;
  const Plan& plan_;
  Listener listener_;
  transport::Loop::Timer quiet_;
  transport::Loop::Timer silence_;
  client::Client* client_ = nullptr;
  Request request_;
  std::uint64_t received_ = 0;
  Stage stage_ = Stage::idle;
};

}  // namespace mqtt_toolbox::retain
