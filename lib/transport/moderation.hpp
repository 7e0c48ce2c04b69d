#pragma once

#include "base/time.hpp"

namespace mqtt_toolbox::transport {

/// Lets small events gather: some brokers write each packet by itself, and a wake-up costs ten
/// times what the packet in it costs. When wake-ups follow each other closely, the loop rests
/// before it waits again, and finds several packets at once. Pure: the loop does the sleeping.
class Moderation {
 public:
  /// How long to rest; 0 is never.
  void set_pause(Duration pause) { pause_ = pause; }
  bool is_on() const { return pause_ > Duration(0); }

  /// How long to rest before a wait that has to end at `until`; 0 for not at all.
  Duration rest(Time until) const;
  void rested(Time now) { rest_end_ = now; }
  /// A wait has ended with something to do.
  void woken(Time now);

 private:
  Duration pause_{0};
  Time last_wake_up_{0};
  Time rest_end_{0};
  int close_wake_ups_ = 0;  ///< in a row
  bool resting_ = false;
};

}  // namespace mqtt_toolbox::transport
