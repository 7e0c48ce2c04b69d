#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

namespace mqtt_toolbox::check {

/// What a broker can make all clients of a run keep together: messages, notes of packets, packets
/// that are not whole. From any thread.
class Allowance {
 public:
  static constexpr std::size_t usual = 32u << 20;  ///< bytes
  /// A packet from this size on is not counted, but only one client at a time may be at one.
  static constexpr std::size_t large_packet = 1u << 20;  ///< bytes

  /// For what the user has asked for beside the usual.
  void widen(std::size_t bytes) { most_ += bytes; }
  /// Replaces `before` by `after` bytes of one holder; false: together they are too many.
  bool change(std::size_t before, std::size_t after) { return (held_ += after - before) <= most_; }
  bool begin_large_packet() { return !is_large_packet_under_way_.exchange(true); }
  void end_large_packet() { is_large_packet_under_way_ = false; }

 private:
  std::atomic<std::size_t> most_ = usual;
  std::atomic<std::size_t> held_ = 0;
  std::atomic<bool> is_large_packet_under_way_ = false;
};

/// One holder's part of an allowance, which it gives back at its end.
class Holding {
 public:
  explicit Holding(std::shared_ptr<Allowance> allowance) : allowance_(std::move(allowance)) {}
  ~Holding();
  Holding(const Holding&) = delete;
  Holding& operator=(const Holding&) = delete;

  /// From now on it holds so many bytes; false: all holders together hold too many.
  bool set(std::size_t bytes);
  bool add(std::size_t bytes) { return set(bytes_ + bytes); }
  /// Whether it may receive a packet of at least Allowance::large_packet; until `end_large_packet`.
  bool begin_large_packet();
  void end_large_packet();

 private:
  std::shared_ptr<Allowance> allowance_;
  std::size_t bytes_ = 0;
  bool is_at_large_packet_ = false;
};

/// What an element of a growing vector takes at most: while it grows, the old elements and twice as
/// much room for the new ones stand side by side.
template <typename Element>
constexpr std::size_t bytes_in_vector = 3 * sizeof(Element);

}  // namespace mqtt_toolbox::check
