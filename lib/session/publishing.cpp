#include <cstring>

#include "session/limits.hpp"
#include "session/state.hpp"

namespace mqtt_toolbox::session {

using protocol::PropertyId;
using protocol::Publish;
using protocol::Qos;

namespace {

/// Below this a copy is cheaper than one more piece of a gathering write.
constexpr std::size_t smallest_borrowed = 1024;

/// Fixed header 5, topic length 2, packet identifier 2, property length 4.
constexpr std::size_t header_bytes = 13;

bool is_copied(const Publish& message, Payload payload) {
  return payload == Payload::copied || message.payload.size() < smallest_borrowed;
}

std::size_t header_bound(const Publish& message) {
  return header_bytes + message.topic.size() + message.properties.encoded().size();
}

/// Room in the output.
std::size_t wire_bound(const Publish& message, Payload payload) {
  return header_bound(message) + (is_copied(message, payload) ? message.payload.size() : 0);
}

/// Room in the arena.
std::size_t stored_bound(const Publish& message, Bytes topic, Payload payload) {
  const std::size_t rest =
      is_copied(message, payload) ? message.payload.size() : sizeof(BorrowedPayload);
  return header_bound(message) - message.topic.size() + topic.size() + rest;
}

tl::unexpected<Error> unencodable(protocol::Fault fault) {
  return fail(ExitCode::usage, protocol::describe(fault));
}

/// Header and, if copied, payload; returns how many bytes.
tl::expected<std::size_t, protocol::Fault> encode_publish(const Publish& message, Payload payload,
                                                          protocol::Version version,
                                                          std::span<char> room) {
  const auto header = protocol::encode_publish_header(message, version, room);
  if (!header || !is_copied(message, payload)) return header;
  const Bytes body = message.payload;
  if (!body.empty()) std::memcpy(room.data() + *header, body.data(), body.size());
  return *header + body.size();
}

tl::unexpected<Error> too_large(const ServerLimits& limits, std::size_t size) {
  return tl::unexpected(check_packet_size(limits, size).error());
}

Bytes borrowed_part(const Publish& message, Payload payload) {
  return is_copied(message, payload) ? Bytes() : message.payload;
}

}  // namespace

Result<Submission> Session::State::publish(const Publish& given, Token token, Payload payload,
                                           Time time) {
  now = time;
  Publish message = given;
  message.dup = false;
  message.packet_identifier = 0;
  const bool is_stored = message.qos != Qos::at_most_once;
  if (phase != Phase::online)
    return block(is_stored ? stored_bound(message, message.topic, payload) : 0);
  if (!accepts(limits, message)) return tl::unexpected(check_publish(limits, message).error());
  if (!may_have_alias(message)) return send_new(message, token, payload, {});
  const auto alias = choose_alias(message);
  if (!alias) return tl::unexpected(alias.error());
  return send_new(message, token, payload, *alias);
}

/// Blocks, or sends `message` with its alias.
Result<Submission> Session::State::send_new(const Publish& message, Token token, Payload payload,
                                            OutgoingAliases::Choice alias) {
  const bool is_stored = message.qos != Qos::at_most_once;
  const Bytes topic = message.topic.empty() && alias.alias != 0
                          ? outgoing_aliases->topic(alias.alias)
                          : message.topic;
  const std::size_t room = is_stored ? stored_bound(message, topic, payload) : 0;
  if (!admits(room)) return block(room);
  if (alias.alias != 0) return send_aliased(message, topic, token, payload, alias);
  if (!is_stored) return send_unstored(message, payload);
  const auto stored = store_new(message, token, payload);
  if (!stored) return tl::unexpected(stored.error());
  send_stored(inflight.at(*stored));
  return Submission{Admission::accepted, inflight.identifier(*stored)};
}

/// What goes over the wire has the alias; what is kept for the next connection must not.
Result<Submission> Session::State::send_aliased(const Publish& message, Bytes topic, Token token,
                                                Payload payload, OutgoingAliases::Choice alias) {
  Publish wire = outgoing_aliases->apply(message, alias);
  const bool is_stored = message.qos != Qos::at_most_once;
  if (is_stored) wire.packet_identifier = inflight.next_identifier();
  const auto header = protocol::publish_header_size(wire, version);
  if (!header) return unencodable(header.error());
  const std::size_t whole = *header + wire.payload.size();
  if (whole > limits.maximum_packet_size) return too_large(limits, whole);
  if (is_stored) {
    const auto stored = store_new(outgoing_aliases->without_alias(message, topic), token, payload);
    if (!stored) return tl::unexpected(stored.error());
    note_borrowed(inflight.at(*stored), output.written() + output.pending() + whole);
  }
  if (!message.topic.empty()) outgoing_aliases->establish(alias.alias, topic);
  return send_unstored(wire, payload);
}

Result<Submission> Session::State::send_unstored(const Publish& wire, Payload payload) {
  const auto room = output.reserve(wire_bound(wire, payload));
  const auto size = encode_publish(wire, payload, version, room);
  if (!size) return unencodable(size.error());
  const Bytes borrowed = borrowed_part(wire, payload);
  const std::size_t whole = *size + borrowed.size();
  if (whole > limits.maximum_packet_size) return too_large(limits, whole);
  commit(room.data(), *size, borrowed);
  return Submission{Admission::accepted, wire.packet_identifier};
}

/// Encodes into the arena what is sent now and perhaps again.
Result<Inflight::Sequence> Session::State::store(const Publish& given, Token token,
                                                 Payload payload) {
  Publish message = given;
  message.packet_identifier = inflight.next_identifier();
  const auto room = inflight.reserve(stored_bound(message, message.topic, payload));
  const auto size = encode_publish(message, payload, version, room);
  if (!size) return unencodable(size.error());
  const std::size_t whole = *size + borrowed_part(message, payload).size();
  if (whole > limits.maximum_packet_size) return too_large(limits, whole);
  InflightEntry entry;
  entry.token = token;
  entry.size = static_cast<std::uint32_t>(*size);
  entry.qos = message.qos;
  entry.awaiting = message.qos == Qos::at_least_once ? Awaiting::puback : Awaiting::pubrec;
  entry.borrowed = !is_copied(message, payload);
  ++window_used;
  const Inflight::Sequence sequence = inflight.end();
  InflightEntry& stored = inflight.push(entry);
  if (entry.borrowed)
    inflight.set_borrowed_payload(stored, {message.payload.data(), message.payload.size(), 0});
  return sequence;
}

Result<Inflight::Sequence> Session::State::store_new(const Publish& message, Token token,
                                                     Payload payload) {
  auto stored = store(message, token, payload);
  if (stored && durable != nullptr)
    durable->sent(token, inflight.identifier(*stored), version, false);
  return stored;
}

Result<OutgoingAliases::Choice> Session::State::choose_alias(const Publish& message) {
  const auto given = message.properties.empty()
                         ? std::nullopt
                         : message.properties.number(PropertyId::topic_alias);
  const bool is_automatic = settings.use_topic_aliases && limits.topic_alias_maximum != 0;
  if (!given && !is_automatic) return OutgoingAliases::Choice{};
  if (!outgoing_aliases)
    outgoing_aliases = std::make_unique<OutgoingAliases>(limits.topic_alias_maximum);
  if (!given) return outgoing_aliases->choose(message.topic);
  if (auto status = check_topic_alias(limits, *given); !status)
    return tl::unexpected(std::move(status.error()));
  const bool is_established = message.topic.empty();
  if (is_established && outgoing_aliases->topic(*given).empty())
    return fail(ExitCode::usage,
                "the topic is empty, and its topic alias has no topic on this connection");
  return OutgoingAliases::Choice{static_cast<std::uint16_t>(*given), is_established};
}

/// Whether a PUBLISH that needs `room` in the arena (0: QoS 0) can be sent now.
bool Session::State::admits(std::size_t room) const {
  if (!is_resent() || output.pending() > settings.output_bytes) return false;
  return room == 0 || (window_used < window && inflight.has_room(room));
}

Submission Session::State::block(std::size_t room) {
  publish_blocked = true;
  blocked_room = room;
  watch_output();
  return Submission{Admission::would_block, 0};
}

/// There is room again only when a good part was written, lest it is asked for byte by byte.
void Session::State::watch_output() {
  if (output.pending() > settings.output_bytes) output.watch(this, settings.output_bytes / 2);
}

void Session::State::notify_ready() {
  if (!publish_blocked || phase != Phase::online) return;
  if (!admits(blocked_room)) return watch_output();
  publish_blocked = false;
  handler.on_ready();
}

void Session::State::output_drained() {
  continue_resending();
  notify_ready();
}

}  // namespace mqtt_toolbox::session
