#include "retain/backup.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "base/utf8.hpp"

namespace mqtt_toolbox::retain {

Result<Backup> Backup::create(const std::string& path) {
  Backup backup(path);
  backup.file_.reset(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (backup.file_) return backup;
  const std::string cause = errno == EEXIST
                                ? "it is there already; name a new file, or move it away"
                                : system_text(errno);
  return fail(ExitCode::io, "cannot write the backup " + printable(path, 200) + ": " + cause);
}

void Backup::add(const protocol::Publish& message, record::WallTime time) {
  writer_.append(lines_, message, time);
}

Status Backup::save() {
  Status saved = write_all(file_.get(), lines_);
  if (saved && fdatasync(file_.get()) != 0) saved = fail(ExitCode::io, system_text(errno));
  lines_.clear();
  return saved.map_error([&](const Error& error) {
    return Error{ExitCode::io,
                 "cannot write the backup " + printable(path_, 200) + ": " + error.text};
  });
}

}  // namespace mqtt_toolbox::retain
