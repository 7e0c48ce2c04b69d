#include "session/send_progress.hpp"

#include <algorithm>

namespace mqtt_toolbox::session {

namespace {

constexpr Duration shortest_pause = std::chrono::milliseconds(20);
constexpr Duration longest_pause = std::chrono::seconds(1);

}  // namespace

void SendProgress::look(std::uint64_t sent, std::size_t waiting, Time now) {
  unsent_ = waiting != 0;
  // A Unix socket counts its own overhead, so that the number may fall.
  if (sent <= sent_) return;
  sent_ = sent;
  if (unsent_) last_progress_ = now;
}

Time SendProgress::next_look(Time limit, Time now) const {
  if (!unsent_ || limit <= now || limit == never) return limit;
  return now + std::min(limit - now, std::clamp((limit - now) / 4, shortest_pause, longest_pause));
}

}  // namespace mqtt_toolbox::session
