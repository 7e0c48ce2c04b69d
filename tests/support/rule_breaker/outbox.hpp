#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "support/rule_breaker/message.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::rule_breaker {

/// The connection of a session, for what goes out to the client.
class Recipient {
 public:
  virtual ~Recipient() = default;
  /// False when the client does not take packets that large.
  virtual bool publish(const Delivery& delivery, bool dup) = 0;
  virtual void release(protocol::PacketIdentifier identifier) = 0;
  /// The client's Receive Maximum.
  virtual std::uint16_t receive_maximum() const = 0;
};

/// The messages to the client of one session, over all its connections: those that wait, and those
/// that are not acknowledged (MQTT 5.0 sections 4.3, 4.4 and 4.9).
class Outbox {
 public:
  Outbox(transport::Loop& loop, const Rules& rules);

  void attach(Recipient& recipient);
  void detach() { recipient_ = nullptr; }

  void add(Delivery delivery);

  /// False when there is no such packet identifier.
  bool take_puback(protocol::PacketIdentifier identifier);
  bool take_pubrec(protocol::PacketIdentifier identifier, bool is_refused);
  bool take_pubcomp(protocol::PacketIdentifier identifier);

  /// Whether more would have to wait.
  bool is_full() const;

  /// Removes and returns the messages of shared subscriptions that another member may get: of what
  /// was sent, QoS 1 only (MQTT 5.0 section 4.8.2).
  std::vector<Delivery> take_shared(const std::function<bool(const Delivery&)>& is_wanted);

 private:
  using State = Delivery::State;
  using Deliveries = std::deque<Delivery>;

  void add_at_qos_0(const Delivery& delivery);
  void prepare_resume();
  void prepare(Delivery& delivery);
  void pump();
  void send_again();
  bool send_again(Delivery& delivery);
  void send_next();
  bool publish(Delivery& delivery);
  bool has_room() const;
  bool waits_for_next();
  bool is_to_be_swapped(const Delivery& delivery);
  Deliveries::iterator find(protocol::PacketIdentifier identifier, protocol::Qos qos, State state);
  void complete(Deliveries::iterator delivery);
  void refuse(Deliveries::iterator delivery);
  protocol::PacketIdentifier identifier_for(const Delivery& delivery);
  protocol::PacketIdentifier free_identifier();

  transport::Loop& loop_;
  const Rules& rules_;
  Recipient* recipient_ = nullptr;
  Deliveries queue_;
  Deliveries sent_;
  std::size_t taken_room_ = 0;
  protocol::PacketIdentifier last_identifier_ = 0;
  std::vector<Delivery> last_completed_;  ///< the last one at QoS 1, for the breaches that need it
  std::uint64_t swappable_ = 0;
  transport::Loop::Timer longest_wait_;
  bool holds_back_ = false;  ///< what is to be sent again, until `resending_`
  transport::Loop::Timer resending_;
};

}  // namespace mqtt_toolbox::rule_breaker
