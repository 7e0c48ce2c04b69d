#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/time.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::load {

class NullConnection;

/// Bytes that are to leave later than they could.
class NullDelays {
 public:
  /// `release` is called when the bytes are due; it may destroy the connection.
  using Release = std::function<void(NullConnection& connection, const std::string& bytes)>;

  NullDelays(transport::Loop& loop, Release release);

  void hold(NullConnection& connection, Time until, std::string bytes);
  void forget(NullConnection& connection);

 private:
  struct Held {
    NullConnection* connection;
    std::string bytes;
  };
  void release_due();

  transport::Loop& loop_;
  Release release_;
  std::multimap<Time, Held> held_;  ///< of one time: first come, first served
  transport::Loop::Timer timer_;
};

}  // namespace mqtt_toolbox::load
