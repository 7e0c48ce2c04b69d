#include <atomic>
#include <future>
#include <thread>

#include "base/thread.hpp"
#include "bench/commands.hpp"
#include "bench/printing.hpp"
#include "bench/run.hpp"

namespace mqtt_toolbox::bench {
namespace {

/// A null broker on a thread of its own, until it is destroyed.
class BrokerThread {
 public:
  BrokerThread() {
    if (auto thread = start_thread([this] { serve(); }))
      thread_ = *std::move(thread);
    else
      port_.set_value(tl::unexpected<Error>(thread.error()));
  }
  ~BrokerThread() { ended_ = true; }
  BrokerThread(const BrokerThread&) = delete;
  BrokerThread& operator=(const BrokerThread&) = delete;

  Result<std::uint16_t> port() { return port_.get_future().get(); }

 private:
  void serve() {
    constexpr Duration look_up = std::chrono::milliseconds(50);
    transport::Loop loop;
    const auto broker = load::NullBroker::start(loop, {});
    port_.set_value(broker.map([](const auto& started) { return started->port(); }));
    while (broker && !ended_) loop.run_until(loop.now() + look_up);
  }

  std::promise<Result<std::uint16_t>> port_;
  std::atomic<bool> ended_{false};
  std::jthread thread_;  ///< last: it uses the others until it is joined
};

}  // namespace

console::Ended run_calibrate(console::World& world, Settings& settings) {
  BrokerThread broker;
  const auto port = broker.port();
  if (!port) return failed(world, port.error());
  auto& transport = settings.work.clients.transport;
  transport = {};
  transport.host = "127.0.0.1";
  transport.port = *port;
  settings.plan.transport = transport;
  return run_once(world, settings);
}

}  // namespace mqtt_toolbox::bench
