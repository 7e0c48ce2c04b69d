#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "base/export.hpp"
#include "base/result.hpp"
#include "base/system.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::console {

/// A descriptor to read from as its bytes come, without waiting and without changing its flags.
class MQTT_TOOLBOX_API Input {
 public:
  /// `name` is for errors: "standard input". `readable` is called inside the loop while wanted.
  Input(transport::Loop& loop, int descriptor, std::string name, std::function<void()> readable);

  void want(bool wanted);
  /// One read, only from inside `readable`. 0 is the end; ExitCode::io otherwise.
  Result<std::size_t> read(std::span<char> into);

 private:
  int descriptor_;
  std::string name_;
  bool wanted_ = false;
  transport::Loop::Watch watch_;
};

/// A whole file as a payload: mapped when large, so that its size costs no memory of ours; read
/// when small or not a regular file. At most 268,435,455 bytes (MQTT 5.0 section 2.1.4).
class MQTT_TOOLBOX_API FilePayload {
 public:
  /// ExitCode::io with the path and the cause; a directory is an error.
  static Result<FilePayload> open(const std::string& path);
  FilePayload(FilePayload&& other) noexcept;
  FilePayload& operator=(FilePayload&&) = delete;
  ~FilePayload();

  std::string_view bytes() const;

 private:
  FilePayload() = default;
  std::string owned_;
  void* mapped_ = nullptr;
  std::size_t mapped_size_ = 0;
};

}  // namespace mqtt_toolbox::console
