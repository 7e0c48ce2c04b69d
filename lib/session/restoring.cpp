#include "session/state.hpp"

namespace mqtt_toolbox::session {

using protocol::Publish;
using protocol::Qos;

Status Session::State::restore() {
  if (durable == nullptr) return {};
  version = durable->version().value_or(version);
  return durable->each_unfinished(
      [this](const Unfinished& unfinished) { return restore(unfinished); });
}

/// As if the message had been sent on a connection before. The bound on the memory was kept when it
/// was, and gives way now where it has become smaller.
Status Session::State::restore(const Unfinished& unfinished) {
  if (!inflight.continue_at(unfinished.packet_identifier))
    return fail(ExitCode::io, "two stored messages have the same packet identifier");
  Publish message = unfinished.message;
  message.dup = false;
  const auto stored = store(message, unfinished.token, Payload::copied);
  if (!stored) return tl::unexpected(stored.error());
  InflightEntry& entry = inflight.at(*stored);
  if (unfinished.released && message.qos == Qos::exactly_once) entry.awaiting = Awaiting::pubcomp;
  entry.may_be_duplicate = unfinished.may_be_duplicate;
  return {};
}

}  // namespace mqtt_toolbox::session
