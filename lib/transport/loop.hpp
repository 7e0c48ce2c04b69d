#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>

#include "base/export.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace mqtt_toolbox::transport {

enum class Interest : std::uint8_t { none = 0, read = 1, write = 2, both = 3 };

constexpr Interest operator&(Interest left, Interest right) {
  return static_cast<Interest>(static_cast<std::uint8_t>(left) & static_cast<std::uint8_t>(right));
}
constexpr Interest operator|(Interest left, Interest right) {
  return static_cast<Interest>(static_cast<std::uint8_t>(left) | static_cast<std::uint8_t>(right));
}

/// The event loop of one thread: descriptors, timers, signals. Callbacks run inside `run_until`
/// only; they may create and destroy watches and timers, their own included, but not call
/// `run_until`. Not thread-safe; outlives its watches, timers and signals.
class MQTT_TOOLBOX_API Loop {
 public:
  using Callback = std::function<void()>;

  Loop();
  /// ExitCode::io when the system had no descriptor for it; then nothing may be done with it.
  const Status& made() const;
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Monotonic; inside `run_until` read anew at most once for each batch of events.
  Time now() const;

  /// Waits and dispatches until `stop` was called (true) or `deadline` passed (false). `never`
  /// waits without end. Dispatches what is ready even when the deadline has already passed.
  bool run_until(Time deadline);
  /// Makes the `run_until` under way return after the current callback.
  void stop();

  /// When wake-ups come closer together than `pause` (below a second), the loop rests for that long
  /// before each wait, so that small packets are read together: much less CPU for that much more
  /// latency. 0 is off.
  void let_events_gather(Duration pause);

  /// Runs once before the loop next asks the system for events, after those it has; also before
  /// `run_until` returns at its deadline. For flushes.
  void before_wait(Callback callback);
  /// Runs in a later turn of the loop without waiting for anything.
  void defer(Callback callback);

  /// A descriptor's readiness, level-triggered. The descriptor is neither owned nor made
  /// non-blocking. Regular files count as always ready. Ends with its destruction,
  /// which comes before the descriptor is closed.
  class MQTT_TOOLBOX_API Watch {
   public:
    Watch(Loop& loop, int descriptor, std::function<void(Interest ready)> callback);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    void want(Interest interest);

   private:
    struct State;
    std::shared_ptr<State> state_;
  };

  class MQTT_TOOLBOX_API Timer {
   public:
    Timer(Loop& loop, Callback callback);
    ~Timer();
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    /// One shot; arming again moves it. `never` disarms.
    void arm(Time deadline);
    void disarm() { arm(never); }

   private:
    struct State;
    std::shared_ptr<State> state_;
  };

  /// The signals are blocked for the calling thread (and what it starts: a child resets its mask)
  /// for as long as the object lives; the callback gets each number inside the loop.
  class MQTT_TOOLBOX_API Signals {
   public:
    Signals(Loop& loop, std::initializer_list<int> numbers,
            std::function<void(int number)> callback);
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

   private:
    struct State;
    std::shared_ptr<State> state_;
  };

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mqtt_toolbox::transport
