#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/system.hpp"
#include "report/result.hpp"

namespace mqtt_toolbox::bench {

/// A file for a result, opened before the run: that it cannot be written is known before anything
/// was measured for nothing. What it held stays until `write`; a new one without it goes again.
class ResultFile {
 public:
  ResultFile(ResultFile&&) = default;
  ResultFile& operator=(ResultFile&&) = delete;
  ~ResultFile();

  /// An empty path is no file; ExitCode::io otherwise.
  static Result<ResultFile> open(const std::string& path);

  /// Whether what is written can be replaced: a pipe keeps all.
  bool is_plain() const;
  /// Replaces what the file held; ExitCode::io.
  Status write(std::string_view text);

 private:
  ResultFile() = default;

  std::string path_;
  FileDescriptor file_;
  bool is_unwritten_ = false;  ///< and new
};

/// The results of a file, one document a line, or of the files of a folder that end in .json, in
/// the order of their names. Errors name the file.
Result<std::vector<report::RunResult>> read_results(const std::string& path);

}  // namespace mqtt_toolbox::bench
