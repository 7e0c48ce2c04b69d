#pragma once

#include <cstddef>
#include <vector>

#include "base/system.hpp"
#include "client/paho_link.hpp"

namespace mqtt_toolbox::client::paho {

/// While one lives, no inbox is full. Whoever calls into Paho holds one: a callback that waits for
/// room holds Paho's only lock, which that call may want.
class Passage {
 public:
  Passage();
  ~Passage();
  Passage(const Passage&) = delete;
  Passage& operator=(const Passage&) = delete;
};

/// What Paho's threads leave for the thread that drives the client. Messages wait outside when it
/// is full; what is an answer, and so bounded by the requests, never does.
class Inbox {
 public:
  Inbox();

  /// From any thread.
  void put(PahoEvent event);
  /// Whatever comes from now on is forgotten.
  void close();

  int descriptor() const { return wake_.get(); }
  void take(std::vector<PahoEvent>& events);

 private:
  static constexpr std::size_t most_bytes = 1u << 20;

  FileDescriptor wake_;
  std::vector<PahoEvent> events_;
  std::size_t bytes_ = 0;
  bool closed_ = false;
};

}  // namespace mqtt_toolbox::client::paho
