#include "store/sqlite/reserve.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <utility>

#include "base/system.hpp"

namespace mqtt_toolbox::store {

namespace {

constexpr std::size_t reserve_bytes = 4u << 20;
/// What is left beside the reserve for whatever is small.
constexpr std::uint64_t margin_bytes = 256u << 10;
/// A message is written to the log and then to the file, each with what stands around it.
constexpr std::uint64_t written_for_each_byte = 3;
constexpr std::size_t grant_bytes = 1u << 20;

/// UINT64_MAX where the file system does not say.
std::uint64_t free_bytes(const std::string& directory) {
  struct statvfs facts {};
  if (statvfs(directory.c_str(), &facts) != 0 || facts.f_blocks == 0) return UINT64_MAX;
  return static_cast<std::uint64_t>(facts.f_bavail) * facts.f_frsize;
}

bool may_grow_so_large() {
  rlimit limit{};
  return getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur >= reserve_bytes;
}

std::string file_in(const std::string& directory) {
  return directory + "/reserve";
}

}  // namespace

Reserve::Reserve(std::string directory) : directory_(std::move(directory)) {}

bool Reserve::take() {
  if (is_taken_ || !may_grow_so_large()) return is_taken_ = true;
  const FileDescriptor file(
      open(file_in(directory_).c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  const int error = file ? posix_fallocate(file.get(), 0, reserve_bytes) : errno;
  is_taken_ = error != ENOSPC && error != EDQUOT;
  if (!is_taken_) release();
  return is_taken_;
}

bool Reserve::grants(std::size_t bytes) {
  if (bytes > granted_) {
    if (!take()) return false;
    const std::uint64_t free = free_bytes(directory_);
    const std::uint64_t usable = free > margin_bytes ? free - margin_bytes : 0;
    granted_ =
        std::min<std::uint64_t>(usable / written_for_each_byte, std::max(bytes, grant_bytes));
  }
  if (bytes > granted_) return false;
  granted_ -= bytes;
  return true;
}

bool Reserve::is_disk_full() const {
  return free_bytes(directory_) < margin_bytes;
}

void Reserve::release() {
  is_taken_ = false;
  granted_ = 0;
  unlink(file_in(directory_).c_str());
}

}  // namespace mqtt_toolbox::store
