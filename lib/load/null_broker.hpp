#pragma once

#include <cstdint>
#include <memory>

#include "base/export.hpp"
#include "base/result.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::load {

/// A broker that only answers: CONNACK, acknowledgements, SUBACK, PINGRESP; published messages are
/// counted and dropped. On a SUBSCRIBE it can flood the subscriber. Costs so little that a client
/// under measurement is the limit.
struct NullBrokerSettings {
  std::uint16_t port = 0;            ///< 0: a free one
  std::uint64_t flood_messages = 0;  ///< QoS 0 messages sent to each subscriber after its SUBACK
  std::uint32_t flood_bytes = 64;    ///< payload of each
  bool close_after_flood = false;
};

class MQTT_TOOLBOX_API NullBroker {
 public:
  /// Listens on 127.0.0.1; ExitCode::unreachable when the port is taken.
  static Result<std::unique_ptr<NullBroker>> start(transport::Loop& loop,
                                                   const NullBrokerSettings& settings);
  ~NullBroker();

  std::uint16_t port() const;
  std::uint64_t messages_received() const;
  std::uint64_t messages_sent() const;
  std::uint64_t connections_accepted() const;
  std::uint64_t connections_open() const;

 private:
  struct State;
  explicit NullBroker(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace mqtt_toolbox::load
