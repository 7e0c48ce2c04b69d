#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/export.hpp"
#include "base/result.hpp"

namespace mqtt_toolbox::options {

/// What resolving options takes from the system, so that tests bring their own.
class MQTT_TOOLBOX_API Outside {
 public:
  virtual ~Outside() = default;

  /// Whether something is there under this path.
  virtual bool exists(const std::string& path) = 0;
  /// The whole file, as base/system.hpp read_file.
  virtual Result<std::string> read(const std::string& path, std::size_t limit) = 0;
  /// Whether others than the owner may read the file.
  virtual bool readable_by_others(const std::string& path) = 0;
  /// What a shell command writes to its stdout; ExitCode::io when it fails.
  virtual Result<std::string> output_of(const std::string& command, std::size_t limit) = 0;
  /// A line typed on the terminal without echo; ExitCode::io when there is no terminal.
  virtual Result<std::string> ask(std::string_view prompt) = 0;
  virtual int process_id() = 0;
};

class MQTT_TOOLBOX_API SystemOutside final : public Outside {
 public:
  bool exists(const std::string& path) override;
  Result<std::string> read(const std::string& path, std::size_t limit) override;
  bool readable_by_others(const std::string& path) override;
  Result<std::string> output_of(const std::string& command, std::size_t limit) override;
  Result<std::string> ask(std::string_view prompt) override;
  int process_id() override;
};

}  // namespace mqtt_toolbox::options
