#include "console/interrupts.hpp"

#include <unistd.h>

namespace mqtt_toolbox::console {

Interrupts::Interrupts(transport::Loop& loop, std::function<void(int)> first)
    : first_(std::move(first)), signals_(loop, {SIGINT, SIGTERM}, [this](int number) {
        if (received_ != 0) end_by_signal(number);
        received_ = number;
        first_(number);
      }) {}

void end_by_signal(int number) {
  signal(number, SIG_DFL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, number);
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
  raise(number);
  _exit(128 + number);
}

}  // namespace mqtt_toolbox::console
