#include "base/system.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.hpp"

namespace mqtt_toolbox {
namespace {

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

tl::unexpected<Error> cannot_read(const std::string& path, const std::string& cause) {
  return fail(ExitCode::io, "cannot read " + printable(path) + ": " + cause);
}

}  // namespace

std::string system_text(int error_number) {
  std::array<char, 256> buffer{};
  std::string text = strerror_r(error_number, buffer.data(), buffer.size());
  // "RPC version wrong" keeps its capitals.
  const bool is_acronym = text.size() > 1 && is_upper(text[1]);
  if (!text.empty() && is_upper(text[0]) && !is_acronym) text[0] = static_cast<char>(text[0] + 32);
  return text;
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return cannot_read(path, system_text(errno));
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return cannot_read(path, system_text(errno));
  // One byte more than the file says, so that its end shows without a second allocation; pipes and
  // /proc say 0.
  const auto expected = status.st_size > 0 ? static_cast<std::size_t>(status.st_size) : 4096;
  std::string content(std::min(expected, limit) + 1, '\0');
  std::size_t size = 0;
  while (true) {
    const ssize_t got = ::read(file.get(), content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot_read(path, system_text(errno));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
    if (size > limit) return cannot_read(path, "larger than " + std::to_string(limit) + " bytes");
    if (size == content.size()) content.resize(std::min(size * 2, limit + 1));
  }
  content.resize(size);
  return content;
}

Status write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = ::write(descriptor, text.data(), text.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return fail(ExitCode::io, system_text(errno));
    text.remove_prefix(static_cast<std::size_t>(size));
  }
  return {};
}

void FileDescriptor::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

Status made(const FileDescriptor& descriptor, std::string_view what) {
  if (descriptor.get() >= 0) return {};
  return fail(ExitCode::io, "cannot make " + std::string(what) + ": " + system_text(errno));
}

FileDescriptor needed_descriptor(int descriptor, std::string_view what) {
  FileDescriptor taken(descriptor);
  if (auto status = made(taken, what); !status) throw std::runtime_error(status.error().text);
  return taken;
}

}  // namespace mqtt_toolbox
