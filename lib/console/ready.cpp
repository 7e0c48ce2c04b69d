#include "console/ready.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "base/system.hpp"

namespace mqtt_toolbox::console {
namespace {

constexpr char line[] = "ready\n";

tl::unexpected<Error> cannot_write(const std::string& place) {
  return fail(ExitCode::io, "cannot say ready on " + place + ": " + system_text(errno));
}

}  // namespace

Status announce_ready(int descriptor, const std::string& path) {
  if (descriptor >= 0 && write(descriptor, line, sizeof line - 1) < 0)
    return cannot_write("descriptor " + std::to_string(descriptor));
  // A reader that waits for the end of file instead of a line is served as well.
  if (descriptor > STDERR_FILENO) close(descriptor);
  if (path.empty()) return {};
  FileDescriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!file || write(file.get(), line, sizeof line - 1) < 0) return cannot_write(path);
  return {};
}

}  // namespace mqtt_toolbox::console
