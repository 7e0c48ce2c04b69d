#include <atomic>
#include <future>
#include <thread>

#include "bench/commands.hpp"
#include "bench/printing.hpp"
#include "bench/run.hpp"

namespace mqtt_toolbox::bench {
namespace {

/// A null broker on a thread of its own, until it is destroyed.
class BrokerThread {
 public:
  BrokerThread() : thread_([this] { serve(); }) {}
  ~BrokerThread() {
    ended_ = true;
    thread_.join();
  }
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
  std::thread thread_;
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
