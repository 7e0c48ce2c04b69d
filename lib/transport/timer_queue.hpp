#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/time.hpp"

namespace mqtt_toolbox::transport {

/// Timers as a heap. Arming a queued timer later only notes the time: it moves when its old place
/// comes up, so that a keep-alive moved with each packet costs a store.
class TimerQueue {
 public:
  struct Entry : std::enable_shared_from_this<Entry> {
    std::function<void()> callback;

   private:
    friend class TimerQueue;
    static constexpr std::size_t not_queued = SIZE_MAX;
    Time deadline = never;
    std::uint64_t order = 0;  ///< of arming: equal deadlines fire first come, first served
    std::size_t index = not_queued;
  };

  void arm(Entry& entry, Time deadline);
  void remove(Entry& entry);

  /// When `fire` wants to be called next; may be too early, never too late.
  Time earliest() const { return heap_.empty() ? never : heap_.front().due; }
  /// Calls back for every timer due at `now`, until `stopped`.
  void fire(Time now, const bool& stopped);

 private:
  struct Slot {
    Time due;
    std::uint64_t order;
    Entry* entry;
    bool operator<(const Slot& other) const {
      return due != other.due ? due < other.due : order < other.order;
    }
  };
  void put(std::size_t index, const Slot& slot);
  void sift_up(std::size_t index, const Slot& slot);
  void sift_down(std::size_t index, const Slot& slot);
  void settle(std::size_t index, const Slot& slot);

  std::vector<Slot> heap_;
  std::uint64_t armed_ = 0;
  Time fired_at_{};
};

}  // namespace mqtt_toolbox::transport
