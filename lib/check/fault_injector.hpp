#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "check/scripted_client.hpp"

namespace mqtt_toolbox::check {

/// A packet at which a connection is cut, and whether it still gets where it is going.
struct FaultPoint {
  session::Direction direction{};
  protocol::PacketType type{};
  Fate fate = Fate::cut_before;
};

/// A PUBLISH that the broker sent.
struct Sighting {
  std::size_t connection = 1;  ///< on which of the client's connections, from 1
  std::string payload{};
  protocol::PacketIdentifier packet_identifier = 0;
  bool dup = false;
};

/// Sits on a connected client, sees each PUBLISH of the broker, and cuts the connection at a chosen
/// packet.
class FaultInjector {
 public:
  FaultInjector(CaseContext& context, ScriptedClient& client);
  ~FaultInjector() { client_.set_hook({}); }
  FaultInjector(const FaultInjector&) = delete;
  FaultInjector& operator=(const FaultInjector&) = delete;

  /// From now on: cuts at the `first` such packet, counted from 1, and then whenever one with the
  /// same packet identifier comes by, `times` in all.
  void arm(FaultPoint point, std::size_t first, unsigned times);
  /// From now on: cuts at each of the next `row` such packets, lets `between` pass, and so on,
  /// `times` in all.
  void arm_rows(FaultPoint point, std::size_t row, std::size_t between, unsigned times);
  /// No more cuts.
  void disarm() { cuts_left_ = 0; }
  unsigned cuts() const { return cuts_; }
  unsigned cuts_left() const { return cuts_left_; }
  /// The packet identifier of the packet that was cut last; 0: none yet.
  protocol::PacketIdentifier target() const { return target_; }

  /// In order, over all connections.
  const std::vector<Sighting>& sightings() const { return sightings_; }
  /// How often the broker sent PUBREL for the packet identifier on connections after the first.
  std::size_t releases_later(protocol::PacketIdentifier identifier) const;

 private:
  Fate see(session::Direction direction, const protocol::Frame& frame);
  void note(const protocol::Frame& frame);
  bool is_to_be_cut(session::Direction direction, protocol::PacketType type);

  CaseContext& context_;
  ScriptedClient& client_;
  FaultPoint point_{};
  std::size_t left_ = 0;  ///< such packets until the next cut, itself included
  std::size_t row_ = 0;   ///< cuts one behind the other; 0: by the packet identifier
  std::size_t between_ = 0;
  unsigned cuts_left_ = 0;
  unsigned cuts_ = 0;
  std::size_t connection_ = 1;
  std::size_t packets_before_ = 0;
  protocol::PacketIdentifier target_ = 0;
  std::vector<Sighting> sightings_;
  Holding holding_;
};

}  // namespace mqtt_toolbox::check
