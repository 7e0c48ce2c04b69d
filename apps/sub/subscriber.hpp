#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/answer_timeout.hpp"
#include "client/client.hpp"
#include "console/interrupts.hpp"
#include "console/output.hpp"
#include "console/tool.hpp"
#include "sub/plan.hpp"
#include "sub/printer.hpp"
#include "sub/requests.hpp"
#include "sub/retained_state.hpp"
#include "sub/selector.hpp"

namespace mqtt_toolbox::sub {

/// Subscribes, and prints what arrives. A message is acknowledged when its output was written; a
/// slow reader of standard output slows the broker down and nothing is dropped.
class Subscriber final : public client::Handler {
 public:
  /// The plans and property lists must outlive the subscriber.
  Subscriber(console::World& world, const Plan& plan, const client::ConnectPlan& connect_plan,
             const Properties& properties);

  console::Ended run();

 private:
  void on_connected(const client::Connected& connected) override;
  void on_reconnecting(const Error& cause, Duration wait) override;
  void on_closed(const std::optional<Error>& error) override;
  bool on_message(const protocol::Publish& message) override;
  void on_published(const client::PublishOutcome& outcome) override;
  void on_subscribed(client::Token token, const protocol::SubAck& suback) override;
  void on_unsubscribed(client::Token token, const protocol::UnsubAck& unsuback) override;
  void on_ready() override;
  void on_pingresp(std::uint64_t number) override {
    if (plan_.retained_only) state_.reader().on_pinged(number);
  }
  void on_batch_end() override;
  void on_packet(session::Direction direction, const protocol::Frame& frame,
                 protocol::Version version) override;

  void set_timers();
  void subscribe(const client::Connected& connected);
  void answered(const Request& request, protocol::ReasonCode code, Requests::Answer kind);
  void subscribed();
  void refused(const Request& request, const std::string& cause);
  void wait_for_answer();
  RetainedState::Listener state_listener();
  void granted(const Request& request, protocol::ReasonCode code);
  void read_retained_beside();
  void read_retained_here(const Error& cause);
  void state_ended(ExitCode code);
  void tell_unread();
  void take(const protocol::Publish& message);
  void pause_reading(bool paused);
  void handle(const protocol::Publish& message);
  void count_reached();
  void print(const protocol::Publish& message);
  void cannot_print(const protocol::Publish& message, const Error& error);
  void warn_of_characters(const protocol::Publish& message);
  void clear_retained(const protocol::Publish& message);
  void flush();
  void output_written();
  void acknowledge();
  void finish(ExitCode code);
  /// The time given is over, or a signal came: what was printed has the grace time to be written.
  void finish_soon(ExitCode code);
  void finish_when_cleared();
  void close();
  void timed_out();
  void went_idle();
  void show_rate();
  void fail_with(const Error& error);

  console::World& world_;
  const Plan& plan_;
  const client::ConnectPlan& connect_plan_;
  const Properties& properties_;
  Selector selector_;
  Requests requests_;
  RetainedState state_;
  console::Output output_;
  std::optional<Printer> printer_;
  record::WallTime batch_time_{};
  bool batch_open_ = false;         ///< batch_time_ is the present batch's
  std::size_t unacknowledged_ = 0;  ///< QoS 1 and 2 messages handled, not acknowledged yet
  std::uint64_t counted_ = 0;
  std::uint64_t rate_count_ = 0;
  std::uint64_t clearing_ = 0;  ///< --remove-retained: publishes without outcome
  std::vector<std::string> to_clear_;
  bool has_warned_of_characters_ = false;
  bool is_granted_ = false;  ///< --retained-only: all filters were answered
  bool is_ready_ = false;    ///< as announced
  bool finishing_ = false;   ///< nothing more is to be printed
  bool hurried_ = false;
  bool grace_over_ = false;
  bool closing_ = false;
  ExitCode exit_ = ExitCode::done;
  transport::Loop::Timer timeout_;
  transport::Loop::Timer idle_;
  client::AnswerTimeout silence_;
  transport::Loop::Timer rate_;
  transport::Loop::Timer grace_;
  console::Interrupts interrupts_;
  std::unique_ptr<client::Client> client_;
};

}  // namespace mqtt_toolbox::sub
