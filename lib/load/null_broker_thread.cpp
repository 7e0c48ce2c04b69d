#include "load/null_broker_thread.hpp"

#include <exception>
#include <utility>

#include "base/thread.hpp"
#include "load/null_broker.hpp"

namespace mqtt_toolbox::load {

NullBrokerThread::NullBrokerThread() {
  if (auto thread = start_thread([this] { work(); }))
    thread_ = *std::move(thread);
  else
    port_.set_value(tl::unexpected<Error>(thread.error()));
}

/// What is thrown comes before there is a port: the loop has no descriptors.
void NullBrokerThread::work() {
  try {
    serve();
  } catch (const std::exception& exception) {
    port_.set_value(fail(ExitCode::io, exception.what()));
  }
}

void NullBrokerThread::serve() {
  constexpr Duration look_up = std::chrono::milliseconds(50);
  transport::Loop loop;
  const auto broker = NullBroker::start(loop, {});
  port_.set_value(broker.map([](const auto& started) { return started->port(); }));
  while (broker && !ended_) loop.run_until(loop.now() + look_up);
}

}  // namespace mqtt_toolbox::load
