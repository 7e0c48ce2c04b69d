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
  ready_ = true;
  backoff_.reset();
  events_.on_ready(*this);
}

void Client::on_offline(const Error&, bool was_online) {
  ready_ = false;
  events_.on_offline(*this, was_online);
}

}  // namespace mqtt_toolbox::load
