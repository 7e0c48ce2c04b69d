#include "pub/unconfirmed.hpp"

#include <utility>

namespace mqtt_toolbox::pub {

/// Behind the last PINGREQ; always such that a PINGREQ becomes due.
bool Unconfirmed::first_sent(std::uint64_t place, Time now) {
  open_.first_place = place;
  open_since_ = now;
  if (count_ == 1) first_place_ = place;
  return true;
}

void Unconfirmed::pinged(std::uint64_t number) {
  open_.number = number;
  pings_.push(std::exchange(open_, {}));
  open_bytes_ = 0;
}

void Unconfirmed::answered(std::uint64_t number) {
  while (!pings_.empty() && pings_.at(pings_.begin()).number <= number) {
    count_ -= pings_.at(pings_.begin()).messages;
    pings_.pop();
  }
  first_place_ = pings_.empty() ? open_.first_place : pings_.at(pings_.begin()).first_place;
}

void Unconfirmed::clear() {
  pings_.clear();
  open_ = {};
  open_bytes_ = 0;
  count_ = 0;
}

Time Unconfirmed::ping_due() const {
  if (!wants_ping()) return never;
  return open_bytes_ >= bytes_to_ping ? open_since_ : open_since_ + time_to_ping;
}

}  // namespace mqtt_toolbox::pub
