#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "load/null_broker.hpp"
#include "protocol/codec.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::load {

/// Decides what becomes of each delivery of a null broker.
class NullFates {
 public:
  enum class Fate : std::uint8_t { normal, drop, duplicate, swap };

  NullFates(const NullFaults& faults, NullCounters& its_counters)
      : counters(its_counters), faults_(faults) {}

  Fate next();
  bool refuses_connect();

  NullCounters& counters;

 private:
  const NullFaults& faults_;
  std::uint64_t deliveries_ = 0;
  std::uint64_t connects_ = 0;
};

/// The PUBLISH packets to one subscriber: at most its Receive Maximum unacknowledged at QoS 1 and 2
/// (MQTT 5.0 section 3.1.2.11.3), the others wait here.
class NullDeliveries {
 public:
  struct Client {
    protocol::Version version;
    std::uint16_t receive_maximum;
  };

  /// Packets are appended to `out`; `late` is called after one was that nobody asked for now.
  NullDeliveries(transport::Loop& loop, NullFates& fates, Client client, std::string& out,
                 std::function<void()> late);

  /// `publisher` only tells one from another.
  void add(const protocol::Publish& message, protocol::Qos qos, const void* publisher);
  /// PUBACK, PUBREC, PUBCOMP. False when it is malformed.
  bool acknowledged(const protocol::Frame& frame);
  std::size_t waiting_bytes() const { return waiting_bytes_; }

 private:
  struct Swapped {
    std::string topic, payload, properties;
    protocol::Qos qos;
    const void* publisher;
  };
  struct Waiting {
    std::string packet;
    std::size_t identifier_at;
  };

  void append(protocol::Publish message, protocol::Qos qos);
  void hold(const protocol::Publish& message, protocol::Qos qos, const void* publisher);
  void append_held();
  void settle_one();
  protocol::PacketIdentifier next_identifier();

  transport::Loop& loop_;
  NullFates& fates_;
  Client client_;
  std::string& out_;
  std::function<void()> late_;
  std::uint16_t unacknowledged_ = 0;
  protocol::PacketIdentifier last_identifier_ = 0;
  std::deque<Waiting> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::optional<Swapped> held_;
  std::optional<transport::Loop::Timer> longest_hold_;
};

}  // namespace mqtt_toolbox::load
