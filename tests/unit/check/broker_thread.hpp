#pragma once

#include <future>
#include <thread>

#include "support/rule_breaker/broker.hpp"
#include "transport/inbox.hpp"

namespace mqtt_toolbox::check {

/// A broker in a thread of its own.
class BrokerThread {
 public:
  explicit BrokerThread(const rule_breaker::Settings& settings = {})
      : thread_([this, settings] { work(settings); }) {
    port_ = listening_.get_future().get();
  }
  ~BrokerThread() {
    inbox_->post([this] { loop_->stop(); });
  }

  std::uint16_t port() const { return port_; }

 private:
  void work(const rule_breaker::Settings& settings) {
    transport::Loop loop;
    transport::Inbox inbox(loop);
    loop_ = &loop;
    inbox_ = &inbox;
    const auto broker = rule_breaker::Broker::start(loop, settings);
    listening_.set_value(broker ? (*broker)->port() : std::uint16_t(0));
    loop.run_until(never);
  }

  transport::Loop* loop_ = nullptr;
  transport::Inbox* inbox_ = nullptr;
  std::promise<std::uint16_t> listening_;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

}  // namespace mqtt_toolbox::check
