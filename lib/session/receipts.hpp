#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "protocol/types.hpp"
#include "session/ring.hpp"

namespace mqtt_toolbox::session {

/// The packet identifiers of QoS 2 messages received and not yet released by PUBREL, in order;
/// empty it owns no memory after `release_memory`.
class ReceivedIdentifiers {
 public:
  struct Entry {
    protocol::PacketIdentifier id = 0;
    bool counted = false;  ///< towards the Receive Maximum of this connection
  };

  /// The entry and whether it is new.
  struct Inserted {
    Entry* entry;
    bool is_new;
  };
  Inserted insert(protocol::PacketIdentifier id);
  /// Takes the entry out, if there; `id` is 0 otherwise.
  Entry remove(protocol::PacketIdentifier id);
  /// The quota of the last connection is forgotten (MQTT 5.0 section 4.9).
  void new_connection();
  void clear() { entries_.clear(); }
  void release_memory();

 private:
  std::vector<Entry>::iterator place(protocol::PacketIdentifier id);
  std::vector<Entry> entries_;
};

/// QoS 1 and 2 messages delivered and not yet acknowledged, in order of delivery.
class Deliveries {
 public:
  struct Entry {
    protocol::PacketIdentifier id = 0;
    protocol::Qos qos = protocol::Qos::at_most_once;
    bool current = false;  ///< sent on this connection, so that an acknowledgement is due on it
  };

  void push(protocol::PacketIdentifier id, protocol::Qos qos) { entries_.push({id, qos, true}); }
  Entry pop();
  std::size_t size() const { return entries_.size(); }
  /// The server has sent a QoS 2 message again while it waits here: it is of this connection now.
  /// False when it does not wait.
  bool renew(protocol::PacketIdentifier id);
  void new_connection();
  void clear() { entries_.clear(); }
  void release_memory() { entries_.release_memory(); }

 private:
  Ring<Entry> entries_;
};

}  // namespace mqtt_toolbox::session
