#include "console/trace.hpp"

#include <unistd.h>

namespace mqtt_toolbox::console {

void Trace::packet(session::Direction direction, const protocol::Frame& frame,
                   protocol::Version version) {
  auto shown =
      direction == session::Direction::sent ? record::Direction::sent : record::Direction::received;
  line_.clear();
  writer_.append(line_, shown, frame, version, clock_.now());
  [[maybe_unused]] auto written = write(STDERR_FILENO, line_.data(), line_.size());
}

}  // namespace mqtt_toolbox::console
