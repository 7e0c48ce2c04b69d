#pragma once

#include <functional>

#include "base/system.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::console {

/// Notices that the other side of a pipe, a socket or a terminal is gone (POLLHUP, POLLERR) while
/// nothing is read or written. A regular file has none.
class HangUp {
 public:
  /// `gone` is called once, inside the loop. The descriptor must outlive this.
  HangUp(transport::Loop& loop, int descriptor, std::function<void()> gone);

 private:
  FileDescriptor epoll_;
  transport::Loop::Watch watch_;
};

}  // namespace mqtt_toolbox::console
