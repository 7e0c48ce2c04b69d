#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "base/export.hpp"
#include "base/mapped_file.hpp"
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

/// Whether the bytes of a large file are mapped; for whoever copies them at once they are read.
enum class FileUse : std::uint8_t { mapped, read };

/// A whole file as a payload: mapped when large, so that its size costs no memory of ours; read
/// when small or not a regular file. At most 268,435,455 bytes (MQTT 5.0 section 2.1.4).
class MQTT_TOOLBOX_API FilePayload {
 public:
  /// ExitCode::io with the path and the cause; a directory is an error.
  static Result<FilePayload> open(const std::string& path, FileUse use = FileUse::mapped);

  std::string_view bytes() const;
  /// ExitCode::io with the path when the file has become shorter than `bytes`, which is then no
  /// longer what it was.
  Status check() const;

 private:
  explicit FilePayload(std::string path) : path_(std::move(path)) {}

  std::string path_;
  std::string owned_;
  std::optional<MappedFile> mapped_;
};

}  // namespace mqtt_toolbox::console
