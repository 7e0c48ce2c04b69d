#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.hpp"
#include "session/output.hpp"

namespace mqtt_toolbox::session {

/// The answers to a server's packets that wait to be written. A server that sends without reading
/// makes them grow with all that is read from it, so that reading has to stop at some point.
class Answers {
 public:
  /// A new connection.
  void start() { *this = {}; }
  /// The last `size` bytes of the output are an answer; `most` bytes of them may wait.
  void add(std::size_t size, std::size_t most, const Output& output, Time now);
  /// Whether more of them wait; from then on until no more than half of `most` do.
  bool are_too_many(std::size_t most, const Output& output);
  /// Bytes last left the socket at this time.
  void moved(Time time);
  /// When the server counts as one that does not read; `never` while there are not too many.
  Time deadline(Duration timeout) const { return too_many_ ? still_since_ + timeout : never; }

 private:
  std::size_t unsent(const Output& output) const;

  std::size_t bytes_ = 0;  ///< since all before them had been written
  std::uint64_t end_ = 0;  ///< the place of the last one, as Output::written counts
  Time still_since_{0};
  bool too_many_ = false;
};

}  // namespace mqtt_toolbox::session
