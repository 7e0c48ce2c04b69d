#include "bench/spool.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

namespace mqtt_toolbox::bench {
namespace {

constexpr std::size_t part_bytes = 64u << 10;

tl::unexpected<Error> cannot_keep(int error_number) {
  return fail(ExitCode::io, "cannot keep the intervals of the run: " + system_text(error_number));
}

FileDescriptor open_unnamed(const std::string& folder) {
  FileDescriptor file(open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file) return file;
  // Not every file system knows files without a name.
  std::string path = folder + "/.mqtt-bench-XXXXXX";
  file = FileDescriptor(mkostemp(path.data(), O_CLOEXEC));
  if (file) unlink(path.c_str());
  return file;
}

}  // namespace

Result<Spool> Spool::create(const std::string& folder) {
  std::error_code none;
  for (const std::string& each : {folder, std::filesystem::temp_directory_path(none).string()}) {
    if (each.empty()) continue;
    if (FileDescriptor file = open_unnamed(each)) return Spool(std::move(file));
  }
  return cannot_keep(errno);
}

void Spool::append(std::string_view text) {
  if (!status_) return;
  if (const auto written = write_all(file_.get(), text); !written) {
    // What was written of it stays beyond the end of what counts.
    status_ = fail(ExitCode::io, "cannot keep the intervals of the run: " + written.error().text);
    return;
  }
  size_ += static_cast<off_t>(text.size());
}

Status Spool::copy_to(const TextSink& sink) const {
  std::string part(part_bytes, '\0');
  for (off_t at = 0; at < size_;) {
    const auto wanted = std::min(part.size(), static_cast<std::size_t>(size_ - at));
    const ssize_t read = pread(file_.get(), part.data(), wanted, at);
    if (read < 0 && errno == EINTR) continue;
    if (read <= 0) return cannot_keep(read < 0 ? errno : EIO);
    const auto got = static_cast<std::size_t>(read);
    if (auto taken = sink(std::string_view(part).substr(0, got)); !taken) return taken;
    at += read;
  }
  return {};
}

}  // namespace mqtt_toolbox::bench
