#include "console/interrupts.hpp"

#include <cerrno>
#include <exception>
#include <initializer_list>
#include <unistd.h>

#include "console/reporter.hpp"

namespace mqtt_toolbox::console {

namespace {

bool is_ignored(int number) {
  struct sigaction action {};
  return sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

Interrupts::Interrupts(transport::Loop& loop, std::function<void(int)> first)
    : first_(std::move(first)) {
  // An exception may not pass into the program, which may have a C++ runtime of its own; and
  // whoever waits for signals has not begun to do anything yet.
  try {
    receive(loop);
  } catch (const std::exception& exception) {
    Reporter(program_invocation_short_name).error(exception.what());
    _exit(static_cast<int>(ExitCode::io));
  }
}

void Interrupts::receive(transport::Loop& loop) {
  const auto take_one = [this](int number) { take(number); };
  if (is_ignored(SIGHUP))
    signals_.emplace(loop, std::initializer_list<int>{SIGINT, SIGTERM}, take_one);
  else
    signals_.emplace(loop, std::initializer_list<int>{SIGINT, SIGTERM, SIGHUP}, take_one);
}

void Interrupts::take(int number) {
  if (received_ != 0) end_by_signal(number);
  received_ = number;
  first_(number);
}

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
