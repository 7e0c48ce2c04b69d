#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/system.hpp"
#include "bench/spool.hpp"
#include "report/result.hpp"

namespace mqtt_toolbox::bench {

/// The folder that a file is in; empty for none.
std::string folder_of(const std::string& path);

/// A file for a result, opened before the run: that it cannot be written is known before anything
/// was measured for nothing. The result is written beside it under another name, which then takes
/// its place, so that there is never half of one; a pipe or a device is written as it is.
class ResultFile {
 public:
  ResultFile(ResultFile&& other) noexcept;
  ResultFile& operator=(ResultFile&&) = delete;
  ~ResultFile();

  /// An empty path is no file; ExitCode::io otherwise.
  static Result<ResultFile> open(const std::string& path);

  /// Whether what is written can be replaced: a pipe keeps all.
  bool is_plain() const;
  /// Replaces what the file held by all that `produce` gives out; ExitCode::io.
  Status write(const std::function<Status(const TextSink& sink)>& produce);
  Status write(std::string_view text);

 private:
  ResultFile() = default;
  Status open_aside();
  Status open_in_place();
  Status take_place();

  std::string path_;
  std::string aside_;  ///< the other name; empty: written in place
  FileDescriptor file_;
};

/// The results of a file, one document a line, or of the files of a folder that end in .json, in
/// the order of their names. Errors name the file.
Result<std::vector<report::RunResult>> read_results(const std::string& path);

}  // namespace mqtt_toolbox::bench
