#include "base/thread.hpp"

#include <system_error>
#include <utility>

#include "base/system.hpp"

namespace mqtt_toolbox {

Result<std::jthread> start_thread(std::function<void()> work) {
  try {
    return std::jthread(std::move(work));
  } catch (const std::system_error& error) {
    return fail(ExitCode::io, "cannot start a thread: " + system_text(error.code().value()) +
                                  "; the limit on processes (ulimit -u, or the container's) may be "
                                  "reached");
  }
}

}  // namespace mqtt_toolbox
