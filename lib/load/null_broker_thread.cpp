#include "load/null_broker_thread.hpp"

#include <utility>

#include "base/thread.hpp"
#include "load/null_broker.hpp"

namespace mqtt_toolbox::load {

NullBrokerThread::NullBrokerThread() {
  if (auto thread = start_thread([this] { serve(); }))
    thread_ = *std::move(thread);
  else
    port_.set_value(tl::unexpected<Error>(thread.error()));
}

void NullBrokerThread::serve() {
  constexpr Duration look_up = std::chrono::milliseconds(50);
  transport::Loop loop;
  if (!loop.made()) return port_.set_value(tl::unexpected<Error>(loop.made().error()));
  const auto broker = NullBroker::start(loop, {});
  port_.set_value(broker.map([](const auto& started) { return started->port(); }));
  while (broker && !ended_) loop.run_until(loop.now() + look_up);
}

}  // namespace mqtt_toolbox::load
