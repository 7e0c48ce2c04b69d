#include <cstring>

#include "session/state.hpp"

namespace mqtt_toolbox::session {

using protocol::Fault;
using protocol::PacketIdentifier;
using protocol::PacketType;

/// Ends a packet that was encoded into reserved room; `borrowed` is the rest of it.
void Session::State::commit(const char* packet, std::size_t size, Bytes borrowed) {
  keep_alive.sent(now);
  if (settings.observe_packets) return commit_observed(packet, size, borrowed);
  output.commit(size);
  if (!borrowed.empty()) output.borrow(borrowed);
}

/// With a copy, because an observer may make the session send, and the output move.
void Session::State::commit_observed(const char* packet, std::size_t size, Bytes borrowed) {
  std::string whole(packet, size);
  whole += borrowed;
  output.commit(size);
  output.borrow(borrowed);
  const auto cut = protocol::next_frame(whole);
  if (cut && cut->frame) handler.on_packet(Direction::sent, *cut->frame, version);
}

tl::expected<void, Fault> Session::State::send(const protocol::Packet& packet) {
  const auto size = protocol::encoded_size(packet, version);
  if (!size) return tl::unexpected(size.error());
  const auto room = output.reserve(*size);
  const auto encoded = protocol::encode(packet, version, room);
  if (!encoded) return tl::unexpected(encoded.error());
  commit(room.data(), *encoded);
  return {};
}

void Session::State::send_acknowledgement(PacketType type, PacketIdentifier id) {
  constexpr std::size_t plain_size = 4;
  const auto room = output.reserve(plain_size);
  commit(room.data(), protocol::encode_plain_acknowledgement(type, id, room));
  note_answer(plain_size);
}

/// PUBREL or PUBCOMP for an identifier that is not in use; before 5.0 it can't say so.
void Session::State::answer_unknown(PacketType type, PacketIdentifier id) {
  if (version != protocol::Version::v5) return send_acknowledgement(type, id);
  constexpr auto reason = protocol::ReasonCode::packet_identifier_not_found;
  if (type == PacketType::pubrel) {
    answer(protocol::PubRel{id, reason, {}});
  } else {
    answer(protocol::PubComp{id, reason, {}});
  }
}

/// One that can be encoded and is not too large for any server.
void Session::State::answer(const protocol::Packet& packet) {
  const std::size_t before = output.pending();
  static_cast<void>(send(packet));
  note_answer(output.pending() - before);
}

void Session::State::send_stored(const InflightEntry& entry) {
  const auto room = output.reserve(entry.size);
  std::memcpy(room.data(), inflight.packet(entry), entry.size);
  if (!entry.borrowed) return commit(room.data(), entry.size);
  const BorrowedPayload payload = inflight.borrowed_payload(entry);
  note_borrowed(entry, output.written() + output.pending() + entry.size + payload.size);
  commit(room.data(), entry.size, Bytes(payload.data, payload.size));
}

/// Remembers at which state of the output the payload is no longer needed for writing.
void Session::State::note_borrowed(const InflightEntry& entry, std::uint64_t written_at) {
  if (!entry.borrowed) return;
  BorrowedPayload payload = inflight.borrowed_payload(entry);
  payload.written_at = written_at;
  inflight.set_borrowed_payload(entry, payload);
}

}  // namespace mqtt_toolbox::session
