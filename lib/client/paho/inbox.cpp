#include "client/paho/inbox.hpp"

#include <condition_variable>
#include <cstdint>
#include <iterator>
#include <mutex>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

namespace mqtt_toolbox::client::paho {

namespace {

/// One for all inboxes, because Paho has one lock for all its clients.
struct Gate {
  std::mutex mutex;
  std::condition_variable changed;
  int passages = 0;
};

/// Never destroyed: Paho's threads outlive the end of `main`.
Gate& gate() {
  static Gate& only = *new Gate;
  return only;
}

/// What an event occupies, about.
std::size_t size_of(const PahoEvent& event) {
  return sizeof event + event.text.size() + event.payload.size() + event.properties.size();
}

}  // namespace

Passage::Passage() {
  const std::lock_guard lock(gate().mutex);
  ++gate().passages;
  gate().changed.notify_all();
}

Passage::~Passage() {
  const std::lock_guard lock(gate().mutex);
  --gate().passages;
}

Inbox::Inbox()
    : wake_(needed_descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "an event counter")) {}

void Inbox::put(PahoEvent event) {
  std::unique_lock lock(gate().mutex);
  if (event.kind == PahoEvent::Kind::message) {
    gate().changed.wait(lock,
                        [&] { return bytes_ < most_bytes || gate().passages > 0 || closed_; });
  }
  if (closed_) return;
  bytes_ += size_of(event);
  events_.push_back(std::move(event));
  if (events_.size() > 1) return;
  const std::uint64_t one = 1;
  // It fails only when the counter is full, and then the reader is awake.
  (void)!write(wake_.get(), &one, sizeof one);
}

void Inbox::close() {
  const std::lock_guard lock(gate().mutex);
  closed_ = true;
  events_.clear();
  gate().changed.notify_all();
}

void Inbox::take(std::vector<PahoEvent>& events) {
  const std::lock_guard lock(gate().mutex);
  std::uint64_t count = 0;
  (void)!read(wake_.get(), &count, sizeof count);
  if (events.empty())
    events.swap(events_);
  else
    std::move(events_.begin(), events_.end(), std::back_inserter(events));
  events_.clear();
  bytes_ = 0;
  gate().changed.notify_all();
}

}  // namespace mqtt_toolbox::client::paho
