#pragma once

#include <string>

#include "base/result.hpp"
#include "base/system.hpp"
#include "protocol/packet.hpp"
#include "record/message_json.hpp"

namespace mqtt_toolbox::retain {

/// Retained messages as JSON lines, from which mqtt-pub --from-json makes them again.
class Backup {
 public:
  /// A new file: ExitCode::io when it exists or cannot be made.
  static Result<Backup> create(const std::string& path);

  void add(const protocol::Publish& message, record::WallTime time);
  /// Everything added is on the disk when it succeeds.
  Status save();

 private:
  explicit Backup(std::string path) : path_(std::move(path)) {}

  std::string path_;
  FileDescriptor file_;
  record::MessageWriter writer_;
  std::string lines_;
};

}  // namespace mqtt_toolbox::retain
