#include "check/greeting.hpp"

#include "check/visit.hpp"
#include "client/client.hpp"

namespace mqtt_toolbox::check {

namespace {

class Visitor final : private client::Handler {
 public:
  explicit Visitor(transport::Loop& loop) : loop_(loop) {}

  Result<Greeting> visit(Random& random, const client::ConnectPlan& plan) {
    client_ = client::make_native_client({loop_, random}, plan, *this);
    begin_ = SystemClock().now();
    client_->connect();
    loop_.run_until(never);
    return std::move(greeting_);
  }

 private:
  void on_connected(const client::Connected& connected) override {
    greeting_ = Greeting{connected.version, connected.limits, SystemClock().now() - begin_};
    client_->close({}, std::chrono::seconds(1));
  }
  void on_reconnecting(const Error&, Duration) override {}
  void on_closed(const std::optional<Error>& error) override {
    if (error && !greeting_) greeting_ = tl::unexpected<Error>(*error);
    loop_.stop();
  }
  bool on_message(const protocol::Publish&) override { return true; }
  void on_published(const client::PublishOutcome&) override {}
  void on_subscribed(client::Token, const protocol::SubAck&) override {}
  void on_unsubscribed(client::Token, const protocol::UnsubAck&) override {}

  transport::Loop& loop_;
  std::unique_ptr<client::Client> client_;
  Time begin_{};
  Result<Greeting> greeting_ = fail(ExitCode::no, "interrupted");
};

}  // namespace

Result<Greeting> greet(console::World& world, const client::ConnectPlan& plan) {
  const client::ConnectPlan first = plan_of_visit(plan, world.random);
  return Visitor(world.loop).visit(world.random, first);
}

}  // namespace mqtt_toolbox::check
