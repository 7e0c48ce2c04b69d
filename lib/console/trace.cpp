#include "console/trace.hpp"

#include <utility>

namespace mqtt_toolbox::console {

void Trace::packet(session::Direction direction, const protocol::Frame& frame,
                   protocol::Version version) {
  line(text(direction, frame, version));
}

std::string Trace::text(session::Direction direction, const protocol::Frame& frame,
                        protocol::Version version) {
  auto shown =
      direction == session::Direction::sent ? record::Direction::sent : record::Direction::received;
  std::string text;
  writer_.append(text, shown, frame, version, clock_.now());
  return text;
}

void Trace::line(std::string_view text) {
  if (!output_.has_room(text.size())) {
    ++missing_;
    return;
  }
  end_gap();
  output_.line(text);
}

void Trace::finish() {
  end_gap();
}

void Trace::end_gap() {
  if (missing_ == 0) return;
  std::string gap;
  writer_.append_gap(gap, std::exchange(missing_, 0), clock_.now());
  output_.line(gap);
}

}  // namespace mqtt_toolbox::console
