#include "load/null_stalls.hpp"

#include <thread>

namespace mqtt_toolbox::load {
NullStalls::NullStalls(transport::Loop& loop, const NullFaults& faults, std::uint64_t& count)
    : faults_(faults),
      count_(count),
      next_(loop.now() + faults.stall_every - faults.stall),
      timer_(loop, [this] { halt(); }) {
  if (faults_.stall.count() > 0) timer_.arm(next_);
}

void NullStalls::halt() {
  ++count_;
  // On a busy machine it begins late, and is no shorter for that.
  std::this_thread::sleep_for(faults_.stall);
  next_ += faults_.stall_every;
  timer_.arm(next_);
}

}  // namespace mqtt_toolbox::load
