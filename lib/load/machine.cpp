#include "load/machine.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <unistd.h>

namespace mqtt_toolbox::load {

RunQueue::RunQueue() : file_(open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC)) {}

/// "CPU-TIME WAIT-TIME SLICES", both in nanoseconds.
double RunQueue::seconds() const {
  std::array<char, 96> text{};
  if (!file_ || pread(file_.get(), text.data(), text.size() - 1, 0) <= 0) return 0;
  char* end = nullptr;
  static_cast<void>(std::strtoull(text.data(), &end, 10));
  return static_cast<double>(std::strtoull(end, nullptr, 10)) / 1e9;
}

/// "cpu user nice system idle iowait irq softirq steal guest guest_nice": guests count as user.
MachineTime machine_time() {
  constexpr int columns = 8, steal = 7;
  std::ifstream file("/proc/stat");
  std::string name;
  file >> name;
  MachineTime time;
  for (int column = 0; column < columns; ++column) {
    double ticks = 0;
    if (!(file >> ticks)) return {};
    time.all += ticks;
    if (column == steal) time.stolen = ticks;
  }
  return time;
}

double steal_between(const MachineTime& before, const MachineTime& after) {
  const double all = after.all - before.all;
  return all <= 0 ? 0 : std::clamp((after.stolen - before.stolen) / all, 0.0, 1.0);
}

}  // namespace mqtt_toolbox::load
