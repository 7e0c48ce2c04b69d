#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/export.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "protocol/reason.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::load {

/// What a null broker does wrong on purpose, so that a measurement can be compared with what was
/// there to be measured. Every Nth is counted over all connections, in the order in which things
/// happen; 0 is never.
struct NullFaults {
  Duration delay{};          ///< acknowledgements and deliveries leave this much later
  Duration connack_delay{};  ///< CONNACK leaves this much later, instead
  /// Nothing is read or written for `stall` in each `stall_every`, first at the end of one.
  Duration stall{};
  Duration stall_every = std::chrono::seconds(1);
  std::uint32_t drop_every = 0;       ///< a delivery is left out
  std::uint32_t duplicate_every = 0;  ///< a delivery comes twice
  /// A delivery comes after the next one of the same publisher and topic to the same subscriber;
  /// when none follows within `longest_swap` it comes in its order, and is not counted.
  std::uint32_t swap_every = 0;
  static constexpr Duration longest_swap = std::chrono::milliseconds(200);
  std::uint32_t refuse_every = 0;  ///< a CONNECT is answered with `refuse_reason`
  protocol::ReasonCode refuse_reason = protocol::ReasonCode::server_busy;
};

/// A broker that only answers: CONNACK, acknowledgements, SUBACK, PINGRESP; published messages are
/// counted and dropped. On a SUBSCRIBE it can flood the subscriber. Costs so little that a client
/// under measurement is the limit.
struct NullBrokerSettings {
  std::uint16_t port = 0;            ///< 0: a free one
  std::uint64_t flood_messages = 0;  ///< QoS 0 messages sent to each subscriber after its SUBACK
  std::uint32_t flood_bytes = 64;    ///< payload of each
  bool close_after_flood = false;
  /// Messages go to those who subscribed, a copy for each subscription that matches, at the lower
  /// of both QoS; the members of a shared subscription get them in turn. Nothing is retained, and
  /// no session outlives its connection. Messages above a mebibyte are counted only.
  bool route = false;
  NullFaults faults;
  /// Called once, when there are no descriptors left for another connection.
  std::function<void()> out_of_files = [] {};
};

/// What a null broker did so far.
struct NullCounters {
  std::uint64_t received = 0;  ///< messages
  std::uint64_t sent = 0;      ///< messages of floods and deliveries, duplicates included
  std::uint64_t accepted = 0;  ///< connections
  std::uint64_t refused = 0;   ///< CONNECTs
  std::uint64_t dropped = 0;   ///< deliveries left out
  std::uint64_t duplicated = 0;
  std::uint64_t swapped = 0;  ///< deliveries that came after their successor
  std::uint64_t stalls = 0;
  std::uint64_t out_of_files = 0;  ///< times that there was no descriptor for a connection
};

class MQTT_TOOLBOX_API NullBroker {
 public:
  /// Listens on 127.0.0.1; ExitCode::unreachable when the port is taken, ExitCode::io when there is
  /// no descriptor for a socket.
  static Result<std::unique_ptr<NullBroker>> start(transport::Loop& loop,
                                                   const NullBrokerSettings& settings);
  ~NullBroker();

  std::uint16_t port() const;
  const NullCounters& counters() const;
  std::uint64_t messages_received() const { return counters().received; }
  std::uint64_t messages_sent() const { return counters().sent; }
  std::uint64_t connections_accepted() const { return counters().accepted; }
  std::uint64_t connections_open() const;

 private:
  struct State;
  explicit NullBroker(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace mqtt_toolbox::load
