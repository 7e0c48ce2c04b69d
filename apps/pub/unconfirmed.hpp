#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/time.hpp"
#include "session/ring.hpp"

namespace mqtt_toolbox::pub {

/// The messages of QoS 0 that are not known to have been read. Nobody acknowledges them; but the
/// PINGRESP to a PINGREQ that was sent behind them says that the broker has read what stood before
/// (MQTT 5.0 section 4.6: one ordered stream). Pure: told of the time, and of the numbers that the
/// client gave to its PINGREQs.
class Unconfirmed {
 public:
  /// A message was taken; `place` is where in the input it stands, `bytes` its size. Whether
  /// `ping_due` may have changed, which it does with few of many.
  bool sent(std::uint64_t place, std::size_t bytes, Time now) {
    ++count_;
    open_bytes_ += bytes;
    if (open_.messages++ == 0) return first_sent(place, now);
    return open_bytes_ >= bytes_to_ping;
  }
  /// A PINGREQ was sent behind all of them.
  void pinged(std::uint64_t number);
  /// PINGRESP to that PINGREQ, and so to all before it.
  void answered(std::uint64_t number);
  void clear();

  /// Messages not known to have been read, and the place of the first of them.
  std::uint64_t count() const { return count_; }
  std::uint64_t first_place() const { return first_place_; }

  /// Whether messages stand behind the last PINGREQ.
  bool wants_ping() const { return open_.messages != 0 && pings_.size() < most_unanswered; }
  /// When a PINGREQ is due behind them: a second after the first, at once when they are many; never
  /// when there are none.
  Time ping_due() const;
  bool awaits_answer() const { return !pings_.empty(); }

  static constexpr Duration time_to_ping = std::chrono::seconds(1);

 private:
  /// What a PINGREQ says something about.
  struct Ping {
    std::uint64_t number = 0;
    std::uint64_t messages = 0;
    std::uint64_t first_place = 0;
  };

  bool first_sent(std::uint64_t place, Time now);

  static constexpr std::size_t bytes_to_ping = 64u << 10;
  /// So that a broker which does not answer costs no memory without end.
  static constexpr std::size_t most_unanswered = 1024;

  session::Ring<Ping> pings_;  ///< unanswered
  Ping open_;                  ///< the messages behind the last PINGREQ
  std::size_t open_bytes_ = 0;
  Time open_since_{0};
  std::uint64_t count_ = 0;
  std::uint64_t first_place_ = 0;
};

}  // namespace mqtt_toolbox::pub
