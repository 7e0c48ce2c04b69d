#pragma once

#include "base/system.hpp"

namespace mqtt_toolbox::load {

/// How long the calling thread was able to run while others had the core: `seconds` counts from the
/// thread's start. Where the kernel does not say (no schedstat) it stays 0.
class RunQueue {
 public:
  RunQueue();
  /// To be called in the thread that made it.
  double seconds() const;

 private:
  FileDescriptor file_;
};

/// The time of all cores of this machine since its start, in ticks of the kernel.
struct MachineTime {
  double all = 0;
  double stolen = 0;  ///< given to others by the host of a virtual machine
};
/// Nothing where the kernel does not say.
MachineTime machine_time();
/// The share that was stolen in between, 0 to 1.
double steal_between(const MachineTime& before, const MachineTime& after);

}  // namespace mqtt_toolbox::load
