#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "load/prepared.hpp"
#include "load/stamp.hpp"
#include "protocol/reason.hpp"

namespace mqtt_toolbox::load {

/// How many of `messages` fall to publisher `number`; 0 in all is no bound.
inline std::uint64_t share_of(std::uint64_t messages, std::uint64_t publishers,
                              std::uint64_t number) {
  if (messages == 0) return UINT64_MAX;
  return messages / publishers + (number < messages % publishers ? 1 : 0);
}

inline protocol::Publish message_of(const Prepared& run, std::uint32_t stream,
                                    std::string_view payload) {
  const Publishing& publishing = run.plan.publishing;
  protocol::Publish message;
  message.topic = run.topics[stream];
  message.payload = payload;
  message.qos = publishing.qos;
  message.retain = publishing.retain;
  message.properties = publishing.properties.view();
  return message;
}

/// Writes the measuring header where there is room for it.
inline void stamp_payload(std::string& payload, const Stamp& stamp) {
  if (payload.size() >= Stamp::size) write_stamp(payload.data(), stamp);
}

inline Stamp stamp_of(std::uint32_t run, std::uint32_t stream, std::uint64_t sequence, Time due,
                      Time written) {
  return {run, stream, sequence, static_cast<std::uint64_t>(due.count()),
          stamp_lateness(written - due)};
}

/// How long a stamped message took, in nanoseconds.
struct Travel {
  std::uint64_t from_due = 0;
  std::uint64_t from_written = 0;
};

inline Travel travel_of(const Stamp& stamp, Time received) {
  const auto since_due = static_cast<std::uint64_t>(received.count()) - stamp.due;
  return {since_due, since_due - std::min(since_due, std::uint64_t{stamp.late} * 1000)};
}

inline Error refused_message(protocol::ReasonCode reason) {
  return {ExitCode::rejected, "the broker refused a message: " +
                                  std::string(name(reason, protocol::PacketType::puback))};
}

/// A message without its outcome when the run was over.
inline Error never_acknowledged() {
  return {ExitCode::no, "no acknowledgement by the end of the run, --drain included"};
}

inline Error refused_subscription(protocol::ReasonCode code) {
  return {ExitCode::rejected, "the broker refused a subscription: " +
                                  std::string(name(code, protocol::PacketType::suback))};
}

}  // namespace mqtt_toolbox::load
