#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"

namespace mqtt_toolbox::session {

/// When PINGREQ is due and when a PINGRESP is missing (MQTT 5.0 section 3.1.2.10).
class KeepAlive {
 public:
  /// `interval` in seconds; 0: no PINGREQ is ever due. Without a `response_timeout` a PINGRESP has
  /// as long as the interval, within reason.
  void start(std::uint16_t interval, std::optional<Duration> response_timeout, Time now);
  void stop() { interval_ = Duration::zero(); }

  void sent(Time now) { last_sent_ = now; }
  /// Any packet is a sign of life.
  void received(Time now) { life_ = now; }
  /// So are bytes that leave at last; nothing more can be sent, nor be answered, before they have.
  void moved(Time time, bool are_more_waiting);
  void pingreq_sent(Time now);
  void pingresp_received() { waiting_ = false; }
  /// While paused nothing can be seen of a PINGRESP, so that its time-out rests.
  void pause(bool paused, Time now);

  bool pingreq_due(Time now) const { return now >= pingreq_time(); }
  bool pingresp_missing(Time now) const { return now >= pingresp_deadline(); }
  Time deadline() const;

 private:
  Time pingreq_time() const;
  Time pingresp_deadline() const;

  Duration interval_{0};
  Duration response_timeout_{0};
  Time last_sent_{0};
  Time life_{0};
  bool waiting_ = false;
  bool paused_ = false;
};

}  // namespace mqtt_toolbox::session
