#pragma once

#include <cstdint>
#include <vector>

#include "load/client.hpp"
#include "load/tracker.hpp"

namespace mqtt_toolbox::load {

/// Subscribes to its filters and keeps the account of what comes.
class Subscriber final : public Client {
 public:
  /// `index`: among the subscribers.
  Subscriber(Desk& desk, ClientEvents& events, std::uint32_t number, std::uint32_t index);

  void on_online() override;
  void on_message(const protocol::Publish& message, Time received) override;
  void on_subscribed(const protocol::SubAck& suback) override;

  /// Adds what became of the streams of its ordinary filters; `sent` by stream. Shared
  /// subscriptions count as `reordered` only here.
  void add_delivery(const std::vector<std::uint64_t>& sent, Delivery& delivery) const;

 private:
  /// The highest sequence number plus one that this member of a group saw, by the stream's place.
  struct Membership {
    std::uint32_t group;
    std::vector<std::uint64_t> next;
  };

  void give_up(const Error& error);
  bool match(std::uint32_t stream, std::uint64_t sequence);
  bool match_in_groups(std::uint32_t stream, std::uint64_t sequence);

  const Subscriptions& wanted_;
  std::vector<StreamTracker> streams_;
  std::vector<Membership> memberships_;
  std::uint64_t reordered_in_groups_ = 0;
  bool was_subscribed_ = false;
};

}  // namespace mqtt_toolbox::load
