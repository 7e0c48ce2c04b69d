#include "store/sqlite/directory.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "base/utf8.hpp"

namespace mqtt_toolbox::store {

namespace {

constexpr const char* file_name = "queue.db";
constexpr const char* lock_name = "lock";

tl::unexpected<Error> failed(const std::string& what, const std::string& path) {
  return fail(ExitCode::io, "cannot " + what + " " + printable(path) + ": " + system_text(errno));
}

Result<FileDescriptor> open_folder(const std::string& path, Access access) {
  const bool is_made = access == Access::exclusive && mkdir(path.c_str(), 0700) == 0;
  if (access == Access::exclusive && !is_made && errno != EEXIST)
    return failed("make the directory", path);
  FileDescriptor folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return failed("use the directory", path);
  if (!is_made) return folder;
  const FileDescriptor parent(openat(folder.get(), "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent) fsync(parent.get());
  return folder;
}

Result<FileDescriptor> take_lock(const FileDescriptor& folder, const std::string& path) {
  FileDescriptor lock(openat(folder.get(), lock_name, O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock) return failed("write in the directory", path);
  if (flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) return failed("lock the directory", path);
  return fail(ExitCode::io, "another mqtt-pub uses the store in " + printable(path) +
                                "; wait for its end, or name another directory");
}

}  // namespace

Result<Directory> open_directory(const std::string& path, Access access) {
  auto folder = open_folder(path, access);
  if (!folder) return tl::unexpected(std::move(folder.error()));
  Directory directory;
  directory.file = path + "/" + file_name;
  if (access == Access::listing) {
    if (faccessat(folder->get(), file_name, R_OK | W_OK, 0) == 0) return directory;
    if (errno != ENOENT) return failed("use", directory.file);
    return fail(ExitCode::io, "there is no store in " + printable(path));
  }
  auto lock = take_lock(*folder, path);
  if (!lock) return tl::unexpected(std::move(lock.error()));
  directory.lock = std::move(*lock);
  const FileDescriptor file(
      openat(folder->get(), file_name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return failed("use", directory.file);
  if (fsync(folder->get()) != 0) return failed("keep", path);
  return directory;
}

}  // namespace mqtt_toolbox::store
