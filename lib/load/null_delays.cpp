#include "load/null_delays.hpp"

#include <iterator>
#include <utility>

namespace mqtt_toolbox::load {

NullDelays::NullDelays(transport::Loop& loop, Release release)
    : loop_(loop), release_(std::move(release)), timer_(loop, [this] { release_due(); }) {}

void NullDelays::hold(NullConnection& connection, Time until, std::string bytes) {
  held_.emplace(until, Held{&connection, std::move(bytes)});
  timer_.arm(held_.begin()->first);
}

void NullDelays::forget(NullConnection& connection) {
  for (auto held = held_.begin(); held != held_.end();) {
    held = held->second.connection == &connection ? held_.erase(held) : std::next(held);
  }
}

void NullDelays::release_due() {
  while (!held_.empty() && held_.begin()->first <= loop_.now()) {
    const Held due = std::move(held_.begin()->second);
    held_.erase(held_.begin());
    release_(*due.connection, due.bytes);
  }
  if (!held_.empty()) timer_.arm(held_.begin()->first);
}

}  // namespace mqtt_toolbox::load
