#include "transport/timer_queue.hpp"

#include <algorithm>

namespace mqtt_toolbox::transport {

void TimerQueue::arm(Entry& entry, Time deadline) {
  entry.deadline = deadline;
  entry.order = armed_++;
  if (deadline == never) return;
  // A time long past is as due as now: one that is always late must not stand in front of the
  // others.
  Slot slot{std::max(deadline, fired_at_), entry.order, &entry};
  if (entry.index == Entry::not_queued) {
    heap_.emplace_back();
    sift_up(heap_.size() - 1, slot);
  } else if (slot.due < heap_[entry.index].due) {
    sift_up(entry.index, slot);
  }
}

void TimerQueue::remove(Entry& entry) {
  if (entry.index == Entry::not_queued) return;
  std::size_t index = entry.index;
  entry.index = Entry::not_queued;
  Slot last = heap_.back();
  heap_.pop_back();
  if (index < heap_.size()) settle(index, last);
}

void TimerQueue::fire(Time now, const bool& stopped) {
  fired_at_ = now;
  const std::uint64_t newest = armed_;
  while (!stopped && !heap_.empty() && heap_.front().due <= now) {
    Entry& entry = *heap_.front().entry;
    if (entry.deadline == never) {
      remove(entry);
    } else if (entry.deadline > heap_.front().due || entry.order > heap_.front().order) {
      settle(0, Slot{entry.deadline, entry.order, &entry});
    } else if (entry.order >= newest) {
      return;  // armed by one of these callbacks for a time already past: the next turn's
    } else {
      remove(entry);
      entry.deadline = never;
      auto alive = entry.shared_from_this();
      alive->callback();
    }
  }
}

void TimerQueue::put(std::size_t index, const Slot& slot) {
  heap_[index] = slot;
  slot.entry->index = index;
}

void TimerQueue::settle(std::size_t index, const Slot& slot) {
  if (index > 0 && slot < heap_[(index - 1) / 2]) {
    sift_up(index, slot);
  } else {
    sift_down(index, slot);
  }
}

void TimerQueue::sift_up(std::size_t index, const Slot& slot) {
  while (index > 0 && slot < heap_[(index - 1) / 2]) {
    put(index, heap_[(index - 1) / 2]);
    index = (index - 1) / 2;
  }
  put(index, slot);
}

void TimerQueue::sift_down(std::size_t index, const Slot& slot) {
  for (std::size_t child; (child = 2 * index + 1) < heap_.size(); index = child) {
    if (child + 1 < heap_.size() && heap_[child + 1] < heap_[child]) ++child;
    if (!(heap_[child] < slot)) break;
    put(index, heap_[child]);
  }
  put(index, slot);
}

}  // namespace mqtt_toolbox::transport
