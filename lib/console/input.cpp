#include "console/input.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "protocol/types.hpp"

namespace mqtt_toolbox::console {
namespace {

constexpr std::size_t mapped_from = 1u << 20;

tl::unexpected<Error> cannot_read(const std::string& name, int error_number) {
  return fail(ExitCode::io, "cannot read " + name + ": " + system_text(error_number));
}

tl::unexpected<Error> too_large(const std::string& path) {
  return fail(ExitCode::io, "cannot publish " + path + ": it is larger than the " +
                                std::to_string(protocol::maximum_remaining_length) +
                                " bytes that MQTT can carry");
}

Result<std::string> read_all(int descriptor, const std::string& path) {
  std::string bytes;
  char block[65536];
  for (;;) {
    ssize_t size = ::read(descriptor, block, sizeof block);
    if (size == 0) return bytes;
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return cannot_read(path, errno);
    bytes.append(block, static_cast<std::size_t>(size));
    if (bytes.size() > protocol::maximum_remaining_length) return too_large(path);
  }
}

}  // namespace

Input::Input(transport::Loop& loop, int descriptor, std::string name,
             std::function<void()> readable)
    : descriptor_(descriptor),
      name_(std::move(name)),
      watch_(loop, descriptor, [this, ready = std::move(readable)](transport::Interest) {
        if (wanted_) ready();
      }) {}

void Input::want(bool wanted) {
  if (wanted == wanted_) return;
  wanted_ = wanted;
  watch_.want(wanted ? transport::Interest::read : transport::Interest::none);
}

Result<std::size_t> Input::read(std::span<char> into) {
  for (;;) {
    ssize_t size = ::read(descriptor_, into.data(), into.size());
    if (size >= 0) return static_cast<std::size_t>(size);
    if (errno != EINTR) return cannot_read(name_, errno);
  }
}

Result<FilePayload> FilePayload::open(const std::string& path, FileUse use) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat facts {};
  if (!file || fstat(file.get(), &facts) != 0) return cannot_read(path, errno);
  if (S_ISDIR(facts.st_mode)) return cannot_read(path, EISDIR);
  const bool is_regular = S_ISREG(facts.st_mode);
  auto size = static_cast<std::size_t>(facts.st_size);
  if (is_regular && size > protocol::maximum_remaining_length) return too_large(path);

  FilePayload payload(path);
  if (is_regular && size >= mapped_from && use == FileUse::mapped) {
    auto mapped = MappedFile::map(file.get(), path, size);
    if (!mapped)
      return fail(mapped.error().code, "cannot read " + path + ": " + mapped.error().text);
    payload.mapped_.emplace(std::move(*mapped));
    return payload;
  }
  return read_all(file.get(), path).map([&](std::string&& bytes) {
    payload.owned_ = std::move(bytes);
    return std::move(payload);
  });
}

std::string_view FilePayload::bytes() const {
  return mapped_ ? mapped_->bytes() : std::string_view(owned_);
}

Status FilePayload::check() const {
  if (!mapped_ || !mapped_->is_cut()) return {};
  return fail(ExitCode::io,
              "cannot publish " + path_ + ": the file became shorter while it was published");
}

}  // namespace mqtt_toolbox::console
