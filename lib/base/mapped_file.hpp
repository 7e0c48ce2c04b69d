#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/export.hpp"
#include "base/result.hpp"

namespace mqtt_toolbox {

/// The bytes of a regular file, mapped, so that its size costs no memory of ours. Another process
/// may make the file shorter meanwhile: a system call that reads what is gone fails with EFAULT,
/// and this process reads zeros there instead of being ended by SIGBUS. Mapped and unmapped in one
/// thread.
class MQTT_TOOLBOX_API MappedFile {
 public:
  /// The first `size` bytes, at least one, of what stands at `path`. ExitCode::io with the cause
  /// alone.
  static Result<MappedFile> map(int descriptor, const std::string& path, std::size_t size);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();

  std::string_view bytes() const;
  /// Whether the file, unless it has been replaced by another, is shorter than `bytes` by now.
  bool is_cut() const;

  /// Whether anything in this process has read zeros in the place of bytes that were gone. It stays
  /// so, and nothing may leave the process any more that might have been made of them.
  static bool has_read_zeros();

 private:
  struct Region;
  explicit MappedFile(std::unique_ptr<Region> region);
  std::unique_ptr<Region> region_;
};

}  // namespace mqtt_toolbox
