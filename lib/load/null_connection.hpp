#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "base/system.hpp"
#include "load/flood.hpp"
#include "load/null_broker.hpp"
#include "protocol/codec.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::load {

struct NullCounters {
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
  std::uint64_t accepted = 0;
};

/// What all connections of a null broker share.
struct NullShared {
  transport::Loop& loop;
  const NullBrokerSettings& settings;
  NullCounters& counters;
  /// An incomplete packet in front, then what one read brings.
  std::span<char> buffer;
};

/// One client of the null broker. An incomplete packet is kept here; the payload of a large PUBLISH
/// is not, only counted off.
class NullConnection {
 public:
  /// `closed` is called last, inside the loop; it may destroy the connection.
  NullConnection(NullShared& shared, FileDescriptor socket, std::function<void()> closed);

  /// The most bytes that are kept of an incomplete packet.
  static constexpr std::size_t largest_partial = 1u << 20;
  static constexpr std::size_t read_bytes = 256u << 10;

 private:
  enum class State : std::uint8_t { open, blocked, over };

  void on_ready(transport::Interest ready);
  void read_turn();
  bool read_once();
  std::size_t skip(protocol::Bytes bytes);
  void take_frames(protocol::Bytes bytes);
  bool keep(protocol::Bytes rest, std::size_t needed);
  bool start_skipping(protocol::Bytes rest, std::size_t needed);

  bool take(const protocol::Frame& frame);
  bool take_publish(const protocol::Frame& frame);
  bool take_pubrel(const protocol::Frame& frame);
  bool take_decoded(const protocol::Frame& frame);
  void answer(const protocol::Connect& connect);
  void answer(const protocol::Subscribe& subscribe);
  void answer(const protocol::Unsubscribe& unsubscribe);

  void acknowledge(protocol::PacketType type, protocol::PacketIdentifier id);
  void reply(const protocol::Packet& packet);
  void write_replies();
  void write_flood();
  void update_interest();

  NullShared& shared_;
  FileDescriptor socket_;
  std::function<void()> closed_;
  transport::Loop::Watch watch_;
  protocol::Version version_ = protocol::Version::v311;
  State state_ = State::open;
  bool connected_ = false;
  std::string partial_;
  std::string replies_;
  std::string held_reply_;    ///< to the PUBLISH that is being skipped
  std::size_t skipping_ = 0;  ///< bytes
  Flood flood_;
};

}  // namespace mqtt_toolbox::load
