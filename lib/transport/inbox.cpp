#include "transport/inbox.hpp"

#include <cstdint>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

namespace mqtt_toolbox::transport {

Inbox::Inbox(Loop& loop)
    : wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      made_(mqtt_toolbox::made(wake_, "an event counter")),
      watch_(loop, wake_.get(), [this](Interest) { run_all(); }) {
  constexpr std::size_t usual_posts = 64;
  posted_.reserve(usual_posts);
  running_.reserve(usual_posts);
  if (made_) watch_.want(Interest::read);
}

void Inbox::post(std::function<void()> function) {
  {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(function));
  }
  const std::uint64_t one = 1;
  // It can only fail when 2^64 posts wait already.
  (void)!write(wake_.get(), &one, sizeof one);
}

void Inbox::run_all() {
  std::uint64_t count = 0;
  (void)!read(wake_.get(), &count, sizeof count);
  {
    const std::lock_guard lock(mutex_);
    std::swap(posted_, running_);
  }
  for (auto& function : running_) function();
  running_.clear();
}

}  // namespace mqtt_toolbox::transport
