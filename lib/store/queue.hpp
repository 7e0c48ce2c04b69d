#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/export.hpp"
#include "base/result.hpp"
#include "protocol/packet.hpp"
#include "session/store.hpp"

namespace mqtt_toolbox::store {

/// Microseconds since 1970-01-01 00:00 UTC.
using Instant = std::int64_t;

/// A message as the queue holds it. Views live until the queue is called again.
struct Kept {
  session::Token number = 0;  ///< from 1, never used again
  protocol::Publish message;  ///< without packet identifier and DUP
  protocol::Bytes id;         ///< empty: none
  Instant accepted = 0;
  /// Of a message that was sent, perhaps.
  protocol::PacketIdentifier packet_identifier = 0;  ///< 0: it still waits to be sent
  bool released = false;                             ///< PUBREC came
  bool may_be_duplicate = false;
  /// Why it was set aside; empty: it was not.
  protocol::Bytes set_aside;
};

struct Added {
  bool is_known = false;      ///< the id was added before, and the message was not taken
  bool has_no_room = false;   ///< the disk is too full; what the queue holds goes on
  session::Token number = 0;  ///< of a message that was taken
};

enum class Selection : std::uint8_t { all, sent };

struct Count {
  std::uint64_t messages = 0;   ///< without outcome, and to be sent
  std::uint64_t sent = 0;       ///< of these
  std::uint64_t set_aside = 0;  ///< without outcome, and not to be sent
};

/// Messages to be published that outlive the process: in order, QoS 1 and 2, each until it has its
/// outcome. The numbers are the session's tokens. What is added lasts from the next `commit` on, in
/// one step with everything else since the last one; a process that ends leaves what was committed.
/// A reserve on the disk is kept for outcomes: nothing is added that would need it, and what
/// becomes of the messages in the queue can still be written down when the disk is full. Not
/// thread-safe. Errors are ExitCode::io, name the file, and are the same from the first one on.
class Queue : public session::Store {
 public:
  /// An empty `id` is none.
  virtual Result<Added> add(const protocol::Publish& message, protocol::Bytes id, Instant now) = 0;
  /// The oldest message behind `number` that was never sent.
  virtual Result<std::optional<Kept>> next_waiting(session::Token number) = 0;
  /// What has no outcome, oldest first. Errors of `visit` end it and come back.
  virtual Status each(Selection selection, const std::function<Status(const Kept&)>& visit) = 0;
  virtual Result<Count> count() = 0;

  /// The message is not sent any more until `take_back`, and `reason` (not empty) says why. It
  /// counts as never sent, and the session must not have it any more.
  virtual Status set_aside(session::Token number, protocol::Bytes reason) = 0;
  /// All that was set aside waits again. How many.
  virtual Result<std::uint64_t> take_back() = 0;
  /// Takes a message out for good, in whatever state. False: there is none of this number.
  virtual Result<bool> drop(session::Token number) = 0;

  /// Under which the messages in flight were sent; empty: not said yet.
  virtual Result<std::string> client_identifier() = 0;
  virtual Status set_client_identifier(const std::string& identifier) = 0;

  /// Forgets the ids that were added before `instant` and whose messages have their outcome: they
  /// would be taken again. How many.
  virtual Result<std::uint64_t> forget_ids(Instant instant) = 0;
};

enum class Access : std::uint8_t {
  exclusive,  ///< made if it is not there; refused while another process has it so
  listing,    ///< must be there; also beside a process that has it
};

/// The queue in a directory (mode 0700, files 0600), through the SQLite module, which is opened
/// now. ExitCode::io: the module is missing, the directory cannot be used, the file is foreign,
/// damaged or of a newer version, or another process has it.
MQTT_TOOLBOX_API Result<std::unique_ptr<Queue>> open_queue(const std::string& directory,
                                                           Access access);

/// The entry point of the module: 0 for success, else `error` is set. No exception crosses.
extern "C" {
using OpenQueue = int (*)(const std::string* directory, Access access, Queue** queue,
                          Error* error) noexcept;
}
inline constexpr const char* open_queue_symbol = "mqtt_toolbox_open_queue";

}  // namespace mqtt_toolbox::store
