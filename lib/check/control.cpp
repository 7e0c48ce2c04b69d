#include "check/control.hpp"

#include <optional>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "check/refusal.hpp"
#include "check/visit.hpp"
#include "client/client.hpp"

namespace mqtt_toolbox::check {

namespace {

constexpr std::string_view mend =
    "; name topics that you may use with --topic-prefix, or go on without this with --no-control";

class ControlClient final : private client::Handler {
 public:
  ControlClient(transport::Loop& loop, const std::string& topic, protocol::Qos qos,
                Duration timeout)
      : loop_(loop), topic_(topic), qos_(qos), timeout_(timeout), timer_(loop, [this] {
          give_up();
        }) {}

  Status run(Random& random, const client::ConnectPlan& plan) {
    client_ = client::make_native_client({loop_, random}, plan, *this);
    client_->connect();
    loop_.run_until(never);
    return result_.value_or(Status(fail(ExitCode::no, "interrupted")));
  }

 private:
  enum class Stage : std::uint8_t { connecting, subscribing, publishing };

  void on_connected(const client::Connected&) override {
    enter(Stage::subscribing);
    const protocol::Subscription subscription{topic_, protocol::Qos::at_most_once};
    if (const auto made = client_->subscribe({&subscription, 1}, {}, 1); !made)
      end(tl::unexpected<Error>(made.error()));
  }

  void on_subscribed(client::Token, const protocol::SubAck& suback) override {
    const protocol::ReasonCode code = suback.code(0);
    if (is_failure(code))
      return end(rejected("the broker refused a subscription to " + shown_topic() + ": " +
                          std::string(name(code, protocol::PacketType::suback)) +
                          reason_string_of(suback.properties)));
    enter(Stage::publishing);
    const protocol::Publish message{.topic = topic_, .payload = "mqtt-toolbox", .qos = qos_};
    if (const auto sent = client_->publish(message, 2, client::Payload::copied); !sent)
      end(tl::unexpected<Error>(sent.error()));
  }

  bool on_message(const protocol::Publish& message) override {
    if (message.topic == topic_) end({});
    return true;
  }

  void on_closed(const std::optional<Error>& error) override {
    timer_.disarm();
    if (!result_) result_ = why_closed(error);
    loop_.stop();
  }

  void on_reconnecting(const Error&, Duration) override {}
  void on_published(const client::PublishOutcome& outcome) override {
    if (is_failure(outcome.reason))
      end(rejected("the broker refused a message to " + shown_topic() + ": " +
                   std::string(name(outcome.reason, protocol::PacketType::puback)) +
                   reason_string_of(outcome.properties)));
  }
  void on_unsubscribed(client::Token, const protocol::UnsubAck&) override {}

  void enter(Stage stage) {
    stage_ = stage;
    timer_.arm(loop_.now() + timeout_);
  }

  void give_up() {
    if (stage_ == Stage::subscribing)
      return end(fail(ExitCode::lost, "the broker did not answer a subscription to " +
                                          shown_topic() + " within " + show_duration(timeout_)));
    end(rejected("a message to " + shown_topic() +
                 " did not come back to its own subscriber within " + show_duration(timeout_) +
                 ": the right to publish or to read there is missing, or the broker delivers "
                 "nothing"));
  }

  void end(Status result) {
    timer_.disarm();
    if (!result_) result_ = std::move(result);
    client_->close({}, std::chrono::seconds(1));
  }

  Status why_closed(const std::optional<Error>& error) const {
    if (!error) return fail(ExitCode::lost, "the connection ended");
    if (stage_ == Stage::connecting) return tl::unexpected<Error>(*error);
    return rejected(std::string("the connection ended at a ") +
                    (stage_ == Stage::subscribing ? "subscription" : "message") + " to " +
                    shown_topic() + ": " + error->text);
  }

  std::string shown_topic() const { return printable(topic_, 200); }
  static Status rejected(std::string text) {
    return fail(ExitCode::rejected, std::move(text += mend));
  }

  transport::Loop& loop_;
  const std::string& topic_;
  protocol::Qos qos_;
  Duration timeout_;
  transport::Loop::Timer timer_;
  std::unique_ptr<client::Client> client_;
  Stage stage_ = Stage::connecting;
  std::optional<Status> result_;
};

}  // namespace

Status send_control_message(console::World& world, const client::ConnectPlan& plan,
                            const std::string& topic, protocol::Qos qos, Duration timeout) {
  const client::ConnectPlan visit = plan_of_visit(plan, world.random);
  return ControlClient(world.loop, topic, qos, timeout).run(world.random, visit);
}

}  // namespace mqtt_toolbox::check
