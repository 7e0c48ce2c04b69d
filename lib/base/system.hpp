#pragma once

#include <string>
#include <string_view>

#include "base/export.hpp"
#include "base/result.hpp"

namespace mqtt_toolbox {

/// The system's text for an errno value, in lower case: "connection refused".
MQTT_TOOLBOX_API std::string system_text(int error_number);

/// The whole file; ExitCode::io and "cannot read PATH: no such file or directory" otherwise (also
/// for a directory). At most `limit` bytes, else an error that names the limit.
MQTT_TOOLBOX_API Result<std::string> read_file(const std::string& path, std::size_t limit);

/// The whole text, waiting where it has to; the error's text is the cause alone.
MQTT_TOOLBOX_API Status write_all(int descriptor, std::string_view text);

/// A file descriptor that closes itself.
class MQTT_TOOLBOX_API FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  ~FileDescriptor() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() {
    int fd = fd_;
    fd_ = -1;
    return fd;
  }
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

/// An error, ExitCode::io, "cannot make WHAT: too many open files", unless the descriptor is open;
/// errno has the cause.
MQTT_TOOLBOX_API Status made(const FileDescriptor& descriptor, std::string_view what);

/// Takes a descriptor without which nothing can go on. Throws std::runtime_error, "cannot make
/// WHAT: too many open files", when there is none; errno has the cause.
MQTT_TOOLBOX_API FileDescriptor needed_descriptor(int descriptor, std::string_view what);

}  // namespace mqtt_toolbox
