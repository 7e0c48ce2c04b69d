#include "pub/unconfirmed.hpp"

#include <utility>

namespace mqtt_toolbox::pub {

bool Unconfirmed::sent(std::uint64_t place, std::size_t bytes, Time now) {
  const bool is_first = open_.messages++ == 0;
  if (is_first) {
    open_.first_place = place;
    open_since_ = now;
  }
  open_bytes_ += bytes;
  if (count_++ == 0) first_place_ = place;
  return is_first || open_bytes_ >= bytes_to_ping;
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
