#include "session/inflight.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace mqtt_toolbox::session {

namespace {

/// Finished entries that are not worth moving the others for.
constexpr std::size_t finished_kept = 4096;
/// Identifiers left out that are passed over one by one.
constexpr std::size_t most_gaps = 4096;

}  // namespace

bool Inflight::has_room(std::size_t size) const {
  return entries_.size() < identifiers && arena_.fits(size);
}

InflightEntry& Inflight::push(InflightEntry entry) {
  entry.position = arena_.commit(stored_bytes(entry));
  entry.identifier = next_identifier();
  ++unfinished_;
  unfinished_bytes_ += stored_bytes(entry);
  const Sequence sequence = entries_.end();
  entries_.push(entry);
  skip_identifiers_in_use();
  return entries_.at(sequence);
}

void Inflight::push_gap() {
  InflightEntry gap;
  gap.position = arena_.end();
  entries_.push(gap);
}

/// Those of moved entries come round while they are still in use.
void Inflight::skip_identifiers_in_use() {
  while (!moved_.empty() && entries_.size() < identifiers &&
         find_moved(next_identifier()) != entries_.end()) {
    push_gap();
  }
}

bool Inflight::continue_at(protocol::PacketIdentifier id) {
  if (id == 0 || find(id) != entries_.end()) return false;
  if (entries_.empty()) entries_.start_at(id - 1u);
  const auto distance = (id + identifiers - next_identifier()) % identifiers;
  if (distance > most_gaps) compact(id);
  while (next_identifier() != id) push_gap();
  return true;
}

Inflight::Sequence Inflight::find(protocol::PacketIdentifier id) const {
  const Sequence in_place = find_in_place(id);
  return in_place != entries_.end() || moved_.empty() ? in_place : find_moved(id);
}

Inflight::Sequence Inflight::find_moved(protocol::PacketIdentifier id) const {
  const auto found = std::lower_bound(moved_.begin(), moved_.end(), id,
                                      [](const Moved& moved, protocol::PacketIdentifier wanted) {
                                        return moved.identifier < wanted;
                                      });
  if (found == moved_.end() || found->identifier != id) return entries_.end();
  if (found->sequence < entries_.begin()) return entries_.end();
  const bool is_unfinished = entries_.at(found->sequence).awaiting != Awaiting::nothing;
  return is_unfinished ? found->sequence : entries_.end();
}

Inflight::Sequence Inflight::find_in_place(protocol::PacketIdentifier id) const {
  if (id == 0) return entries_.end();
  const std::uint64_t oldest = entries_.begin() % identifiers;
  const std::uint64_t distance = (id - 1u + identifiers - oldest) % identifiers;
  if (distance >= entries_.size()) return entries_.end();
  const Sequence sequence = entries_.begin() + distance;
  const InflightEntry& entry = entries_.at(sequence);
  const bool is_it = entry.awaiting != Awaiting::nothing && entry.identifier == id;
  return is_it ? sequence : entries_.end();
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
  unfinished_bytes_ -= stored_bytes(entries_.at(sequence));
  while (!entries_.empty() && entries_.at(entries_.begin()).awaiting == Awaiting::nothing) {
    entries_.pop();
  }
  arena_.release_to(entries_.empty() ? arena_.end() : entries_.at(entries_.begin()).position);
}

bool Inflight::is_sparse() const {
  const bool in_entries = entries_.size() > finished_kept + 2 * unfinished_;
  const bool in_bytes = arena_.used() > bound_ / 2 && arena_.used() > 4 * unfinished_bytes_;
  return in_entries || in_bytes;
}

void Inflight::compact(protocol::PacketIdentifier next) {
  Ring<InflightEntry> entries;
  Arena arena(bound_);
  // The place behind the last entry is the one of the next identifier.
  const Sequence earliest = entries_.end() + unfinished_;
  const auto ahead = (next - identifier_at(earliest) + identifiers) % identifiers;
  entries.start_at(entries_.end() + ahead);
  moved_.clear();
  for (Sequence sequence = entries_.begin(); sequence != entries_.end(); ++sequence) {
    InflightEntry entry = entries_.at(sequence);
    if (entry.awaiting == Awaiting::nothing) continue;
    const std::size_t size = stored_bytes(entry);
    std::memcpy(arena.reserve(size).data(), arena_.at(entry.position), size);
    entry.position = arena.commit(size);
    moved_.push_back({entry.identifier, entries.end()});
    entries.push(entry);
  }
  std::sort(moved_.begin(), moved_.end(),
            [](const Moved& a, const Moved& b) { return a.identifier < b.identifier; });
  entries_ = std::move(entries);
  arena_ = std::move(arena);
  skip_identifiers_in_use();
}

void Inflight::clear() {
  entries_.clear();
  arena_.clear();
  moved_.clear();
  unfinished_ = unfinished_bytes_ = 0;
}

void Inflight::release_memory() {
  entries_.release_memory();
  arena_.release_memory();
}

}  // namespace mqtt_toolbox::session
