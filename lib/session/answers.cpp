#include "session/answers.hpp"

#include <algorithm>

namespace mqtt_toolbox::session {

void Answers::add(std::size_t size, std::size_t most, const Output& output, Time now) {
  if (output.written() >= end_) bytes_ = 0;
  bytes_ += size;
  end_ = output.written() + output.pending();
  if (too_many_ || unsent(output) <= most) return;
  too_many_ = true;
  still_since_ = now;
}

bool Answers::are_too_many(std::size_t most, const Output& output) {
  if (too_many_ && unsent(output) <= most / 2) too_many_ = false;
  return too_many_;
}

void Answers::moved(Time time) {
  still_since_ = std::max(still_since_, time);
}

/// What else waits, as messages of this side's, is not the server's doing.
std::size_t Answers::unsent(const Output& output) const {
  return output.written() < end_ ? std::min(bytes_, output.pending()) : 0;
}

}  // namespace mqtt_toolbox::session
