#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "protocol/reason.hpp"
#include "protocol/types.hpp"
#include "session/arena.hpp"
#include "session/handler.hpp"
#include "session/ring.hpp"

namespace mqtt_toolbox::session {

enum class Awaiting : std::uint8_t { nothing, puback, pubrec, pubcomp, suback, unsuback };

/// A PUBLISH at QoS 1 or 2, a SUBSCRIBE or an UNSUBSCRIBE without outcome.
struct InflightEntry {
  Token token = 0;
  std::uint64_t position = 0;  ///< of the encoded packet in the arena
  std::uint32_t size = 0;      ///< bytes stored there; the fixed and variable header if `borrowed`
  protocol::PacketIdentifier identifier = 0;
  Awaiting awaiting = Awaiting::nothing;
  protocol::Qos qos = protocol::Qos::at_most_once;
  bool borrowed = false;  ///< a BorrowedPayload stands behind the header
  bool may_be_duplicate = false;
  bool released_again = false;  ///< PUBREL was sent on more than one connection
  protocol::ReasonCode pubrec_reason = protocol::ReasonCode::success;

  bool is_publish() const {
    return awaiting == Awaiting::puback || awaiting == Awaiting::pubrec ||
           awaiting == Awaiting::pubcomp;
  }
};

/// A payload that stays with the caller.
struct BorrowedPayload {
  const char* data = nullptr;
  std::size_t size = 0;
  std::uint64_t written_at = 0;  ///< Output::written() when its last byte is on its way
};

/// Everything sent and unfinished, in the order of sending. Packet identifiers are given out in
/// sequence, so that an identifier finds its entry by arithmetic; entries and their bytes go when
/// the oldest ones are finished. When an old one is not, and many after it are, `compact` moves the
/// unfinished ones together, which then have to be searched for.
class Inflight {
 public:
  using Sequence = std::uint64_t;

  explicit Inflight(std::size_t bytes) : arena_(bytes), bound_(bytes) {}

  bool has_room(std::size_t size) const;
  /// Bytes for the next packet, for which there must be room; `push` says how many were used.
  std::span<char> reserve(std::size_t size) { return arena_.reserve(size); }
  protocol::PacketIdentifier next_identifier() const { return identifier_at(entries_.end()); }
  /// Fills in the position and the identifier; places that no identifier is free for may follow it.
  /// The entry's size counts without the BorrowedPayload
  /// behind it.
  InflightEntry& push(InflightEntry entry);

  /// Makes `id` the next identifier, with those between it and the last one free. False when it is
  /// in use. Sequences may change.
  bool continue_at(protocol::PacketIdentifier id);

  /// End of the entries when the identifier is not in use.
  Sequence find(protocol::PacketIdentifier id) const;
  Sequence begin() const { return entries_.begin(); }
  Sequence end() const { return entries_.end(); }
  InflightEntry& at(Sequence sequence) { return entries_.at(sequence); }
  const InflightEntry& at(Sequence sequence) const { return entries_.at(sequence); }
  protocol::PacketIdentifier identifier(Sequence sequence) const { return at(sequence).identifier; }

  char* packet(const InflightEntry& entry) { return arena_.at(entry.position); }
  BorrowedPayload borrowed_payload(const InflightEntry& entry) const;
  void set_borrowed_payload(const InflightEntry& entry, const BorrowedPayload& payload);

  void finish(Sequence sequence);
  /// Whether finished entries hold most of the memory, because an older one is unfinished.
  bool is_sparse() const;
  /// Gives the memory of finished entries back. Sequences change, their order does not.
  void compact() { compact(next_identifier()); }
  /// Unfinished entries.
  std::size_t size() const { return unfinished_; }
  void clear();
  void release_memory();

 private:
  /// An entry whose identifier is not the one of its place.
  struct Moved {
    protocol::PacketIdentifier identifier;
    Sequence sequence;
  };

  static constexpr std::size_t identifiers = 65'535;

  static protocol::PacketIdentifier identifier_at(Sequence sequence) {
    return static_cast<protocol::PacketIdentifier>(1 + sequence % identifiers);
  }
  static std::size_t stored_bytes(const InflightEntry& entry) {
    return entry.size + (entry.borrowed ? sizeof(BorrowedPayload) : 0);
  }
  Sequence find_in_place(protocol::PacketIdentifier id) const;
  Sequence find_moved(protocol::PacketIdentifier id) const;
  void push_gap();
  void skip_identifiers_in_use();
  void compact(protocol::PacketIdentifier next);

  Ring<InflightEntry> entries_;
  Arena arena_;
  std::size_t bound_;         ///< of the arena
  std::vector<Moved> moved_;  ///< by identifier; some may have gone
  std::size_t unfinished_ = 0;
  std::size_t unfinished_bytes_ = 0;
};

}  // namespace mqtt_toolbox::session
