#pragma once

#include <cstdint>

#include "load/null_broker.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::load {

/// Halts the thread of the loop as often and as long as the faults say; each halt begins on an
/// absolute schedule.
class NullStalls {
 public:
  NullStalls(transport::Loop& loop, const NullFaults& faults, std::uint64_t& count);

 private:
  void halt();

  const NullFaults& faults_;
  std::uint64_t& count_;
  Time next_;
  transport::Loop::Timer timer_;
};

}  // namespace mqtt_toolbox::load
