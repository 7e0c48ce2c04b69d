#include "session/inflight.hpp"

#include <cstring>

namespace mqtt_toolbox::session {

bool Inflight::has_room(std::size_t size) const {
  return entries_.size() < identifiers && arena_.fits(size);
}

InflightEntry& Inflight::push(InflightEntry entry) {
  const std::size_t behind = entry.borrowed ? sizeof(BorrowedPayload) : 0;
  entry.position = arena_.commit(entry.size + behind);
  ++unfinished_;
  return entries_.push(entry);
}

bool Inflight::continue_at(protocol::PacketIdentifier id) {
  if (id == 0) return false;
  if (entries_.empty()) entries_.start_at(id - 1u);
  while (next_identifier() != id && entries_.size() < identifiers) {
    InflightEntry gap;
    gap.position = arena_.end();
    entries_.push(gap);
  }
  return entries_.size() < identifiers;
}

Inflight::Sequence Inflight::find(protocol::PacketIdentifier id) const {
  if (id == 0) return entries_.end();
  const std::uint64_t oldest = entries_.begin() % identifiers;
  const std::uint64_t distance = (id - 1u + identifiers - oldest) % identifiers;
  if (distance >= entries_.size()) return entries_.end();
  const Sequence sequence = entries_.begin() + distance;
  return entries_.at(sequence).awaiting == Awaiting::nothing ? entries_.end() : sequence;
}

BorrowedPayload Inflight::borrowed_payload(const InflightEntry& entry) const {
  BorrowedPayload payload;
  std::memcpy(&payload, arena_.at(entry.position) + entry.size, sizeof payload);
  return payload;
}

void Inflight::set_borrowed_payload(const InflightEntry& entry, const BorrowedPayload& payload) {
  std::memcpy(arena_.at(entry.position) + entry.size, &payload, sizeof payload);
}

void Inflight::finish(Sequence sequence) {
  entries_.at(sequence).awaiting = Awaiting::nothing;
  --unfinished_;
  while (!entries_.empty() && entries_.at(entries_.begin()).awaiting == Awaiting::nothing) {
    entries_.pop();
  }
  arena_.release_to(entries_.empty() ? arena_.end() : entries_.at(entries_.begin()).position);
}

void Inflight::clear() {
  entries_.clear();
  arena_.clear();
  unfinished_ = 0;
}

void Inflight::release_memory() {
  entries_.release_memory();
  arena_.release_memory();
}

}  // namespace mqtt_toolbox::session
