#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/system.hpp"

namespace mqtt_toolbox::bench {

/// Takes the next part of a text.
using TextSink = std::function<Status(std::string_view part)>;

/// A text in a file without a name: what grows with a run and is not to be kept in memory. It is
/// gone when the process is, however that ends.
class Spool {
 public:
  /// In `folder`, or where that takes no such file, in the system's for temporary ones;
  /// ExitCode::io.
  static Result<Spool> create(const std::string& folder);

  /// All of `text` or nothing of it; after a failure nothing any more.
  void append(std::string_view text);
  /// The first failure of `append`, ExitCode::io.
  const Status& status() const { return status_; }
  bool is_empty() const { return size_ == 0; }
  /// Everything, in parts of bounded size.
  Status copy_to(const TextSink& sink) const;

 private:
  explicit Spool(FileDescriptor file) : file_(std::move(file)) {}

  FileDescriptor file_;
  off_t size_ = 0;
  Status status_;
};

}  // namespace mqtt_toolbox::bench
