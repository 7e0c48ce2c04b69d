#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/system.hpp"
#include "load/flood.hpp"
#include "load/null_broker.hpp"
#include "load/null_delays.hpp"
#include "load/null_deliveries.hpp"
#include "load/null_router.hpp"
#include "protocol/codec.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::load {

class NullConnection;

/// What all connections of a null broker share.
struct NullShared {
  transport::Loop& loop;
  const NullBrokerSettings& settings;
  NullCounters& counters;
  /// An incomplete packet in front, then what one read brings.
  std::span<char> buffer;
  NullFates fates;
  NullRouter router;
  NullDelays delays;
  /// Has deliveries to be written at the end of the loop's turn, so that those of many publishers
  /// go in one write.
  std::vector<NullConnection*> unwritten;
  transport::Loop::Timer write_deliveries;
  /// Publishers that are not read until subscribers have taken most of what waits for them.
  std::vector<NullConnection*> pausing;
  std::size_t pressing = 0;  ///< subscribers that did not
};

/// One client of the null broker. An incomplete packet is kept here; the payload of a large PUBLISH
/// is not, only counted off.
class NullConnection {
 public:
  /// `closed` is called last, inside the loop; it may destroy the connection.
  NullConnection(NullShared& shared, FileDescriptor socket, std::function<void()> closed);
  ~NullConnection();
  NullConnection(const NullConnection&) = delete;
  NullConnection& operator=(const NullConnection&) = delete;

  /// Appends a message of another connection; written at the end of the loop's turn.
  void deliver(const protocol::Publish& message, protocol::Qos qos, const NullConnection& from);
  /// Writes what `deliver` appended; may call `closed`.
  void write_now();
  /// Writes delayed bytes; may call `closed`.
  void write_delayed(const std::string& bytes);
  void resume();

  /// The most bytes that are kept of an incomplete packet.
  static constexpr std::size_t largest_partial = 1u << 20;
  static constexpr std::size_t read_bytes = 256u << 10;
  /// While more waits for a subscriber, those who publish to it are not read.
  static constexpr std::size_t most_unwritten = 4u << 20;

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
  bool forward(const protocol::Frame& frame);
  bool take_acknowledgement(const protocol::Frame& frame);
  bool take_pubrel(const protocol::Frame& frame);
  bool take_decoded(const protocol::Frame& frame);
  void answer(const protocol::Connect& connect);
  void answer(const protocol::Subscribe& subscribe);
  void answer(const protocol::Unsubscribe& unsubscribe);

  void reply(const protocol::Packet& packet);
  void refuse();
  void write_replies();
  void write(std::string& bytes);
  void subscribe(const protocol::Subscription& subscription);
  void plan_write();
  void pause();
  /// Whether too much waits for this subscriber; until `relieve`.
  bool presses();
  void relieve();
  std::size_t unwritten() const;
  void finish_turn();
  bool reads() const;
  void write_flood();
  void update_interest();

  NullShared& shared_;
  FileDescriptor socket_;
  std::function<void()> closed_;
  transport::Loop::Watch watch_;
  protocol::Version version_ = protocol::Version::v311;
  State state_ = State::open;
  bool connected_ = false;
  bool planned_ = false;  ///< in NullShared::unwritten
  bool paused_ = false;   ///< in NullShared::pausing
  bool pressing_ = false;
  std::uint16_t receive_maximum_ = 65'535;
  std::string partial_;
  std::string replies_;
  std::string delayed_;       ///< was held back, may go now
  std::string held_reply_;    ///< to the PUBLISH that is being skipped
  std::size_t skipping_ = 0;  ///< bytes
  Flood flood_;
  std::optional<NullDeliveries> deliveries_;  ///< of a subscriber
};

}  // namespace mqtt_toolbox::load
