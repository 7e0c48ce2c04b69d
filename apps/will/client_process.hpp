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
class ClientProcess {
 public:
  /// Connects in the child's context; true when connected.
  using Connect = bool (*)(check::CaseContext&);

  /// Forks, so there must be one thread only. The child waits to be told. `play`: as of its
  /// context.
  static Result<std::unique_ptr<ClientProcess>> fork(const check::RunContext& run, check::Task task,
                                                     unsigned play, Connect connect);
  /// Kills the process if it lives.
  ~ClientProcess();
  ClientProcess(const ClientProcess&) = delete;
  ClientProcess& operator=(const ClientProcess&) = delete;

  /// Tells it to connect and waits until it has; false and the case is aborted when it has not.
  bool connect(check::CaseContext& context);
  /// SIGKILL. When that was.
  Time kill();

 private:
  ClientProcess(pid_t process, FileDescriptor link) : process_(process), link_(std::move(link)) {}

  pid_t process_;
  FileDescriptor link_;
};

/// Those of a run, one for each play of each task with a process to kill; made before the run has
/// threads.
using ClientProcesses = std::map<std::pair<std::string, unsigned>, std::unique_ptr<ClientProcess>>;

}  // namespace mqtt_toolbox::will
