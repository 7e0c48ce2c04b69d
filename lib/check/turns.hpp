#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>

namespace mqtt_toolbox::check {

/// Turns of those that have entered, one at a time, the lowest number first.
class Turns {
 public:
  /// One that has entered, until its end.
  class Place {
   public:
    Place(Turns& turns, std::size_t number) : turns_(turns), number_(number) { enter(); }
    ~Place() { leave(); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    /// Waits for its turn, which it has until it leaves. One that has left enters again.
    void take();
    /// Stands in nobody's way any more.
    void leave();

   private:
    void enter();

    Turns& turns_;
    std::size_t number_;
  };

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::size_t> entered_;
  std::optional<std::size_t> whose_;
};

}  // namespace mqtt_toolbox::check
