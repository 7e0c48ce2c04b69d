#include <csignal>
#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <utility>

#include "base/system.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::transport {

/// Blocked signals and a signalfd need nothing global. A signal that is ignored comes all the same:
/// the kernel keeps what is blocked.
struct Loop::Signals::State {
  std::function<void(int number)> callback;
  sigset_t before{};
  FileDescriptor descriptor;
  std::unique_ptr<Watch> watch;

  void read_one();
};

void Loop::Signals::State::read_one() {
  signalfd_siginfo info{};
  if (read(descriptor.get(), &info, sizeof info) == sizeof info) {
    callback(static_cast<int>(info.ssi_signo));
  }
}

Loop::Signals::Signals(Loop& loop, std::initializer_list<int> numbers,
                       std::function<void(int number)> callback)
    : state_(std::make_shared<State>()) {
  sigset_t set;
  sigemptyset(&set);
  for (int number : numbers) sigaddset(&set, number);
  state_->descriptor =
      needed_descriptor(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC), "a receiver of signals");
  pthread_sigmask(SIG_BLOCK, &set, &state_->before);
  state_->callback = std::move(callback);
  // The callback may destroy this object: the state stays for as long as it runs.
  state_->watch = std::make_unique<Watch>(loop, state_->descriptor.get(),
                                          [weak = std::weak_ptr<State>(state_)](Interest) {
                                            if (auto state = weak.lock()) state->read_one();
                                          });
  state_->watch->want(Interest::read);
}

Loop::Signals::~Signals() {
  state_->watch.reset();
  pthread_sigmask(SIG_SETMASK, &state_->before, nullptr);
}

}  // namespace mqtt_toolbox::transport
