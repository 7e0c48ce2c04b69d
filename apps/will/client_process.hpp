#pragma once

#include <map>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

#include "base/system.hpp"
#include "check/case_context.hpp"

namespace mqtt_toolbox::will {

/// A process of its own that connects when told, and does nothing else until it is killed.
class Victim {
 public:
  /// Connects in the child's scene; true when connected.
  using Connect = bool (*)(check::Scene&);

  /// Forks, so there must be one thread only. The child waits to be told. `play`: as of its scene.
  static Result<std::unique_ptr<Victim>> fork(const check::Ground& ground, check::Task task,
                                              unsigned play, Connect connect);
  /// Kills the process if it lives.
  ~Victim();
  Victim(const Victim&) = delete;
  Victim& operator=(const Victim&) = delete;

  /// Tells it to connect and waits until it has; false with the scene in trouble when it has not.
  bool connect(check::Scene& scene);
  /// SIGKILL. When that was.
  Time kill();

 private:
  Victim(pid_t process, FileDescriptor link) : process_(process), link_(std::move(link)) {}

  pid_t process_;
  FileDescriptor link_;
};

/// Those of a run, one for each play of each task with a process to kill; made before the run has
/// threads.
using Victims = std::map<std::pair<std::string, unsigned>, std::unique_ptr<Victim>>;

}  // namespace mqtt_toolbox::will
