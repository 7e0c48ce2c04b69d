#include "load/null_stalls.hpp"

#include <cerrno>
#include <time.h>

namespace mqtt_toolbox::load {
namespace {

void sleep_until(Time end) {
  constexpr std::int64_t second = 1'000'000'000;
  const timespec at{static_cast<time_t>(end.count() / second),
                    static_cast<long>(end.count() % second)};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr) == EINTR) {
  }
}

}  // namespace

NullStalls::NullStalls(transport::Loop& loop, const NullFaults& faults, std::uint64_t& count)
    : faults_(faults),
      count_(count),
      next_(loop.now() + faults.stall_every - faults.stall),
      timer_(loop, [this] { halt(); }) {
  if (faults_.stall.count() > 0) timer_.arm(next_);
}

void NullStalls::halt() {
  ++count_;
  sleep_until(next_ + faults_.stall);
  next_ += faults_.stall_every;
  timer_.arm(next_);
}

}  // namespace mqtt_toolbox::load
