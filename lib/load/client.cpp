#include "load/client.hpp"

namespace mqtt_toolbox::load {

Client::Client(Desk& desk, ClientEvents& events, std::uint32_t number)
    : desk_(desk),
      events_(events),
      backoff_(desk.run.plan.clients.reconnect),
      link_(desk, *this, number) {}

void Client::on_message(const protocol::Publish& message, Time) {
  ++desk_.counters().received;
  desk_.counters().received_bytes += message.payload.size();
}

void Client::become_ready() {
  ready_ = was_ever_ready_ = true;
  ready_since_ = desk_.clock.now();
  events_.on_ready(*this);
}

void Client::on_offline(const Error& error, bool was_online) {
  last_failure_ = error.code;
  backoff_.connection_ended(ready_ ? desk_.clock.now() - ready_since_ : Duration::zero());
  ready_ = false;
  events_.on_offline(*this, was_online);
}

void Client::on_closed() {
  // Who leaves by itself was not sent away.
  if (leaves) backoff_.connection_ended(Duration::max());
  events_.on_closed(*this);
}

}  // namespace mqtt_toolbox::load
