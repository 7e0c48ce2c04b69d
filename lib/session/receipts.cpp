#include "session/receipts.hpp"

#include <algorithm>

#include "session/memory.hpp"

namespace mqtt_toolbox::session {

using protocol::PacketIdentifier;

std::vector<ReceivedIdentifiers::Entry>::iterator ReceivedIdentifiers::place(PacketIdentifier id) {
  return std::lower_bound(
      entries_.begin(), entries_.end(), id,
      [](const Entry& entry, PacketIdentifier wanted) { return entry.id < wanted; });
}

ReceivedIdentifiers::Inserted ReceivedIdentifiers::insert(PacketIdentifier id) {
  auto position = place(id);
  const bool is_new = position == entries_.end() || position->id != id;
  if (is_new) position = entries_.insert(position, Entry{id, false});
  return {&*position, is_new};
}

ReceivedIdentifiers::Entry ReceivedIdentifiers::remove(PacketIdentifier id) {
  const auto position = place(id);
  if (position == entries_.end() || position->id != id) return {};
  const Entry entry = *position;
  entries_.erase(position);
  return entry;
}

void ReceivedIdentifiers::new_connection() {
  for (Entry& entry : entries_) entry.counted = false;
}

void ReceivedIdentifiers::release_memory() {
  if (entries_.empty()) give_back(entries_);
}

Deliveries::Entry Deliveries::pop() {
  const Entry entry = entries_.at(entries_.begin());
  entries_.pop();
  return entry;
}

bool Deliveries::renew(PacketIdentifier id) {
  for (auto sequence = entries_.end(); sequence != entries_.begin(); --sequence) {
    Entry& entry = entries_.at(sequence - 1);
    if (entry.id != id || entry.qos != protocol::Qos::exactly_once) continue;
    entry.current = true;
    return true;
  }
  return false;
}

void Deliveries::new_connection() {
  for (auto sequence = entries_.begin(); sequence != entries_.end(); ++sequence)
    entries_.at(sequence).current = false;
}

}  // namespace mqtt_toolbox::session
