#include "load/file_limit.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/resource.h>
#include <utility>

#include <fmt/format.h>

#include "base/system.hpp"

namespace mqtt_toolbox::load {

namespace {
/// What else a program has open: its loops, its output, a null broker's listener.
constexpr std::uint64_t others = 128;
}  // namespace

Status allow_open_files(std::uint64_t files) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return fail(ExitCode::usage, "the limit of open files cannot be read: " + system_text(errno));
  const rlim_t needed = files + others;
  if (limit.rlim_cur >= needed) return {};
  const rlim_t allowed = limit.rlim_max;
  limit.rlim_cur = needed;
  limit.rlim_max = std::max(needed, allowed);
  if (setrlimit(RLIMIT_NOFILE, &limit) == 0) return {};
  return fail(ExitCode::usage,
              fmt::format("{} connections need {} open files, but the limit is {}: raise it with "
                          "\"ulimit -Hn {}\" as root, or LimitNOFILE= of the service",
                          files, needed, allowed, needed));
}

std::uint64_t allow_most_files() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlim_t before = std::exchange(limit.rlim_cur, limit.rlim_max);
  return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : before;
}

}  // namespace mqtt_toolbox::load
