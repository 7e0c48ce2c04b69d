#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "base/export.hpp"
#include "base/system.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::transport {

/// Functions from any thread, run inside one loop in the order they came. For what happens once a
/// second or less; a function of at most two pointers costs no memory.
class MQTT_TOOLBOX_API Inbox {
 public:
  explicit Inbox(Loop& loop);
  /// ExitCode::io when the system had no descriptor for it; then nothing may be posted.
  const Status& made() const { return made_; }

  void post(std::function<void()> function);

 private:
  void run_all();

  FileDescriptor wake_;
  Status made_;
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
  std::vector<std::function<void()>> running_;
  Loop::Watch watch_;
};

}  // namespace mqtt_toolbox::transport
