#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "base/export.hpp"
#include "base/result.hpp"
#include "base/system.hpp"
#include "console/hang_up.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::console {

/// Data on its way to standard output. Writing never waits for a slow reader: what does not fit
/// stays, and the caller stops taking input until it is told that all is written. O_NONBLOCK is
/// never set on the inherited descriptor, which the shell and others share; pipes and terminals are
/// opened anew.
class MQTT_TOOLBOX_API Output {
 public:
  enum class State { written, blocked, closed };

  /// `written` is called, inside the loop, when a blocked flush has finished; `failed` when it
  /// cannot.
  Output(transport::Loop& loop, int descriptor, std::function<void()> written,
         std::function<void(const Error&)> failed);
  ~Output();

  /// Calls `gone` inside the loop once nobody reads the pipe or socket any more, which otherwise
  /// only a write would tell; `closed` is true then. A blocked flush tells it through `written`.
  void watch_reader(std::function<void()> gone);

  /// Append here, then flush.
  std::string& buffer() { return buffer_; }
  bool is_terminal() const { return terminal_; }
  /// The reader has closed the pipe, or a write has failed: everything from now on is dropped.
  bool closed() const { return closed_; }
  bool blocked() const { return blocked_; }
  /// Bytes that are still to be written.
  std::size_t waiting() const { return buffer_.size() - begin_; }

  /// Writes as much as goes. `closed` is not an error; a full disk is ExitCode::io.
  Result<State> flush();
  /// Writes the rest, waiting for the reader until `deadline` (monotonic).
  Status finish(Time deadline);

 private:
  Result<State> write_some();
  long write_once(const char* data, std::size_t size);
  void prepare();
  void wait_for_reader();

  enum class Kind { plain, reopened, socket, polled };

  transport::Loop& loop_;
  int descriptor_;
  std::function<void()> written_;
  std::function<void(const Error&)> failed_;
  std::string buffer_;
  std::size_t begin_ = 0;
  FileDescriptor own_;
  std::unique_ptr<transport::Loop::Watch> watch_;
  std::unique_ptr<HangUp> reader_;
  Kind kind_ = Kind::plain;
  bool terminal_ = false;
  bool closed_ = false;
  bool blocked_ = false;
};

}  // namespace mqtt_toolbox::console
