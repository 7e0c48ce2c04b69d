#pragma once

#include <optional>
#include <string>
#include <sys/types.h>

#include "base/result.hpp"
#include "base/system.hpp"

namespace mqtt_toolbox::sandbox {

/// What the janitor tells.
struct JanitorReport {
  enum class Kind : int { folder_made, broker_started, broker_ended };
  Kind kind = Kind::folder_made;
  int value =
      0;  ///< errno of the folder or of starting the broker (0: done); wait status of its end
  pid_t broker = 0;
};

/// A process in a session of its own that makes the sandbox's folder, is the broker's parent, and
/// ends the broker and removes the folder when the other end of its socket closes, whatever became
/// of the process that held it. So nothing exists that would not be cleaned up.
class Janitor {
 public:
  struct Job {
    std::string folder;   ///< must not exist yet
    std::string program;  ///< the broker
    std::string configuration;
    std::string log;       ///< gets the broker's standard error
    std::string pid_file;  ///< says the broker's process at any time, for restarts
    bool restart = false;
  };

  /// ExitCode::io when the process or the folder cannot be made.
  static Result<Janitor> start(const Job& job);

  Janitor(Janitor&&) noexcept = default;
  Janitor& operator=(Janitor&&) = delete;
  /// Cleans up and waits until it is done.
  ~Janitor();

  /// Starts the broker; its configuration must be in place.
  Status start_broker();
  /// Readable when there is a report.
  int descriptor() const { return socket_.get(); }
  /// The next report; waits for it. None: the janitor itself was killed.
  std::optional<JanitorReport> next_report();

 private:
  Janitor(FileDescriptor socket, pid_t process, std::string folder);

  FileDescriptor socket_;
  pid_t process_;
  std::string folder_;
};

}  // namespace mqtt_toolbox::sandbox
