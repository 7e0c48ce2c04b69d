#include "transport/poller.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/timerfd.h>

#include <climits>

namespace mqtt_toolbox::transport {

namespace {

constexpr Duration far_away = std::chrono::milliseconds(100);

bool includes(Interest interest, Interest direction) {
  return (interest & direction) != Interest::none;
}

std::uint32_t epoll_bits(Interest interest) {
  return (includes(interest, Interest::read) ? EPOLLIN | EPOLLRDHUP : 0u) |
         (includes(interest, Interest::write) ? EPOLLOUT : 0u);
}

/// Errors and hang-ups count as readiness for whatever is wanted: the next read or write tells.
Interest ready_interest(std::uint32_t bits, Interest wanted) {
  Interest ready = Interest::none;
  if (bits & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) ready = ready | Interest::read;
  if (bits & (EPOLLOUT | EPOLLHUP | EPOLLERR)) ready = ready | Interest::write;
  return ready & wanted;
}

int milliseconds_rounded_up(Duration timeout) {
  auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
  return static_cast<int>(std::min<std::int64_t>(milliseconds, INT_MAX));
}

}  // namespace

Poller::Poller(Clock& clock)
    : clock_(clock),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      made_(mqtt_toolbox::made(epoll_, "an event queue")) {}

void Poller::want(Entry& entry, Interest interest) {
  entry.wanted = interest;
  if (entry.changed || interest == entry.registered) return;
  entry.changed = true;
  entry.changed_index = changed_.size();
  changed_.push_back(&entry);
}

void Poller::remove(Entry& entry) {
  if (entry.changed) changed_[entry.changed_index] = nullptr;
  if (entry.place == Entry::Place::epoll) {
    epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, entry.descriptor, nullptr);
  } else if (entry.place == Entry::Place::always) {
    std::replace(always_ready_.begin(), always_ready_.end(), &entry, static_cast<Entry*>(nullptr));
  }
  for (int i = next_event_; i < event_count_; ++i) {
    if (events_[static_cast<std::size_t>(i)].data.ptr == &entry) {
      events_[static_cast<std::size_t>(i)].data.ptr = nullptr;
    }
  }
}

void Poller::apply_changes() {
  for (Entry* entry : changed_) {
    if (entry != nullptr) apply(*entry);
  }
  changed_.clear();
  std::erase(always_ready_, nullptr);
}

void Poller::apply(Entry& entry) {
  entry.changed = false;
  if (entry.wanted == entry.registered) return;
  if (entry.place == Entry::Place::nowhere) {
    place(entry, EPOLL_CTL_ADD);
  } else if (entry.place == Entry::Place::epoll && entry.wanted == Interest::none) {
    // Left in with no bits, a hang-up would wake every wait.
    place(entry, EPOLL_CTL_DEL);
  } else if (entry.place == Entry::Place::epoll) {
    place(entry, EPOLL_CTL_MOD);
  }
  entry.registered = entry.wanted;
}

void Poller::place(Entry& entry, int operation) {
  epoll_event event{};
  event.events = epoll_bits(entry.wanted);
  event.data.ptr = &entry;
  int outcome = epoll_ctl(epoll_.get(), operation, entry.descriptor, &event);
  if (operation == EPOLL_CTL_DEL) {
    entry.place = Entry::Place::nowhere;
  } else if (outcome == 0) {
    entry.place = Entry::Place::epoll;
  } else {
    // A regular file (EPERM), or one epoll cannot take: reading and writing it tells the rest.
    entry.place = Entry::Place::always;
    always_ready_.push_back(&entry);
  }
}

bool Poller::any_always_ready() const {
  return std::any_of(always_ready_.begin(), always_ready_.end(), [](const Entry* entry) {
    return entry != nullptr && entry->wanted != Interest::none;
  });
}

void Poller::wait(Time until) {
  apply_changes();
  next_event_ = 0;
  event_count_ = std::max(0, any_always_ready() ? ask_for(Duration(0)) : ask(until));
}

/// A far deadline, such as a keep-alive, is left to an alarm that stays set from wait to wait: a
/// wait without end costs 0.2 us less than one with a time. An alarm set too early only wakes too
/// early.
int Poller::ask(Time until) {
  if (until == never || alarm_time_ <= until) return ask_for(never);
  Duration timeout = std::max(until, Time(0)) - clock_.now();
  if (timeout > far_away && set_alarm(until)) return ask_for(never);
  return ask_for(timeout);
}

int Poller::ask_for(Duration timeout) {
  const int size = static_cast<int>(events_.size());
  if (timeout <= Duration(0)) return epoll_wait(epoll_.get(), events_.data(), size, 0);
  if (timeout == never) return epoll_wait(epoll_.get(), events_.data(), size, -1);
  if (precise_wait_) {
    auto seconds = std::chrono::floor<std::chrono::seconds>(timeout);
    timespec wait{seconds.count(), (timeout - seconds).count()};
    int count = epoll_pwait2(epoll_.get(), events_.data(), size, &wait, nullptr);
    if (count >= 0 || errno == EINTR) return count;
    precise_wait_ = false;  // a kernel before 5.11, or a filter of system calls
  }
  return epoll_wait(epoll_.get(), events_.data(), size, milliseconds_rounded_up(timeout));
}

bool Poller::set_alarm(Time at) {
  if (!alarm_) {
    alarm_.reset(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET;  // never read: setting it again clears it
    event.data.ptr = this;
    if (!alarm_ || epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, alarm_.get(), &event) != 0) return false;
  }
  auto seconds = std::chrono::floor<std::chrono::seconds>(at);
  itimerspec time{{}, {seconds.count(), (at - seconds).count()}};
  if (timerfd_settime(alarm_.get(), TFD_TIMER_ABSTIME, &time, nullptr) != 0) return false;
  alarm_time_ = at;
  return true;
}

void Poller::dispatch(const bool& stopped) {
  while (next_event_ < event_count_ && !stopped) {
    const epoll_event& event = events_[static_cast<std::size_t>(next_event_++)];
    if (event.data.ptr == this) alarm_time_ = never;
    if (event.data.ptr == nullptr || event.data.ptr == this) continue;
    auto& entry = *static_cast<Entry*>(event.data.ptr);
    Interest ready = ready_interest(event.events, entry.wanted);
    if (ready == Interest::none) continue;
    auto alive = entry.shared_from_this();
    alive->callback(ready);
  }
  if (next_event_ < event_count_) alarm_time_ = never;  // its event may be among those let go
  event_count_ = 0;
  dispatch_always_ready(stopped);
}

void Poller::dispatch_always_ready(const bool& stopped) {
  for (std::size_t i = 0; i < always_ready_.size() && !stopped; ++i) {
    Entry* entry = always_ready_[i];
    if (entry == nullptr || entry->wanted == Interest::none) continue;
    auto alive = entry->shared_from_this();
    alive->callback(entry->wanted);
  }
}

}  // namespace mqtt_toolbox::transport
