#include "support/rule_breaker/outbox.hpp"

#include <algorithm>
#include <utility>

namespace mqtt_toolbox::rule_breaker {
namespace {

using protocol::PacketIdentifier;
using protocol::Qos;

constexpr std::size_t longest_queue = 100'000;  // deliveries
constexpr std::uint64_t swap_every = 5;
constexpr Duration longest_swap = std::chrono::milliseconds(200);
constexpr Duration late = std::chrono::seconds(20);

bool repeats_dup(const Delivery& delivery, const Rules& rules) {
  return !rules.breaks(delivery.qos == Qos::at_least_once ? Breach::qos1_no_dup_flag
                                                          : Breach::qos2_dup_false_on_resend);
}

bool has_dup_at_first(const Delivery& delivery, const Rules& rules) {
  return (delivery.qos == Qos::at_least_once && rules.breaks(Breach::qos1_dup_on_first)) ||
         (delivery.qos == Qos::exactly_once && rules.breaks(Breach::qos2_dup_on_first));
}

bool is_lost_on_resume(const Delivery& delivery, const Rules& rules) {
  if (delivery.state == Delivery::State::released)
    return rules.breaks(Breach::qos2_pubrel_not_resent);
  return rules.breaks(delivery.qos == Qos::at_least_once ? Breach::qos1_not_redelivered
                                                         : Breach::qos2_not_redelivered);
}

}  // namespace

Outbox::Outbox(transport::Loop& loop, const Rules& rules)
    : loop_(loop),
      rules_(rules),
      longest_wait_(loop,
                    [this] {
                      if (!queue_.empty()) queue_.front().waits_for_next = false;
                      pump();
                    }),
      resending_(loop, [this] {
        holds_back_ = false;
        pump();
      }) {}

void Outbox::attach(Recipient& recipient) {
  recipient_ = &recipient;
  taken_room_ = 0;
  prepare_resume();
  holds_back_ = !sent_.empty() && rules_.breaks(Breach::resent_late);
  if (holds_back_) resending_.arm(loop_.now() + late);
  pump();
}

void Outbox::prepare_resume() {
  std::erase_if(sent_, [this](const Delivery& sent) { return is_lost_on_resume(sent, rules_); });
  if (rules_.breaks(Breach::qos1_redelivered_after_puback))
    sent_.insert(sent_.begin(), last_completed_.begin(), last_completed_.end());
  for (Delivery& delivery : sent_) prepare(delivery);
  if (rules_.breaks(Breach::order_swapped_on_resume)) std::reverse(sent_.begin(), sent_.end());
  if (rules_.breaks(Breach::resume_wrong_order)) std::reverse(queue_.begin(), queue_.end());
}

void Outbox::prepare(Delivery& delivery) {
  delivery.is_current = false;
  delivery.takes_room = false;
  if (delivery.state == State::released && rules_.breaks(Breach::qos2_publish_resent_after_pubrec))
    delivery.state = State::published;
  const bool is_unanswered =
      delivery.qos == Qos::exactly_once && delivery.state == State::published;
  if (!is_unanswered || !rules_.breaks(Breach::qos2_delivered_twice_on_resume)) return;
  delivery.state = State::unsent;
  delivery.packet_identifier = free_identifier();
}

void Outbox::add(Delivery delivery) {
  if (delivery.qos == Qos::at_most_once) return add_at_qos_0(delivery);
  if (recipient_ == nullptr && rules_.breaks(Breach::queued_lost_offline)) return;
  if (queue_.size() >= longest_queue) return;
  const bool is_beyond = recipient_ != nullptr && !has_room();
  if (is_beyond && rules_.breaks(Breach::lost_beyond_receive_maximum)) return;
  delivery.waits_for_next = is_to_be_swapped(delivery);
  queue_.push_back(std::move(delivery));
  pump();
}

void Outbox::add_at_qos_0(const Delivery& delivery) {
  if (recipient_ == nullptr) return;
  recipient_->publish(delivery, false);
  if (rules_.breaks(Breach::qos0_duplicated)) recipient_->publish(delivery, false);
}

bool Outbox::is_to_be_swapped(const Delivery& delivery) {
  const auto breach =
      delivery.qos == Qos::at_least_once ? Breach::order_swapped_qos1 : Breach::order_swapped_qos2;
  return rules_.breaks(breach) && ++swappable_ % swap_every == 0;
}

void Outbox::pump() {
  if (recipient_ == nullptr) return;
  if (!holds_back_) send_again();
  while (has_room() && !queue_.empty() && !waits_for_next()) send_next();
}

/// Whether the first message is held back; lets the next one pass it when there is one.
bool Outbox::waits_for_next() {
  if (!queue_.front().waits_for_next) return false;
  if (queue_.size() == 1) {
    longest_wait_.arm(loop_.now() + longest_swap);
    return true;
  }
  queue_.front().waits_for_next = false;
  std::swap(queue_[0], queue_[1]);
  return false;
}

/// What an earlier connection left, in the order of that one.
void Outbox::send_again() {
  for (auto delivery = sent_.begin(); delivery != sent_.end();) {
    if (delivery->is_current) {
      ++delivery;
    } else if (delivery->state != State::released && !has_room()) {
      return;
    } else {
      delivery = send_again(*delivery) ? delivery + 1 : sent_.erase(delivery);
    }
  }
}

bool Outbox::send_again(Delivery& delivery) {
  if (delivery.state != State::released) return publish(delivery);
  delivery.is_current = true;
  recipient_->release(delivery.packet_identifier);
  return true;
}

void Outbox::send_next() {
  Delivery delivery = std::move(queue_.front());
  queue_.pop_front();
  if (has_expired(*delivery.message, loop_.now(), rules_)) return;
  delivery.packet_identifier = identifier_for(delivery);
  if (publish(delivery)) sent_.push_back(std::move(delivery));
}

bool Outbox::publish(Delivery& delivery) {
  const bool is_again = delivery.state == State::published;
  const bool dup = is_again ? repeats_dup(delivery, rules_) : has_dup_at_first(delivery, rules_);
  if (!recipient_->publish(delivery, dup)) return false;
  delivery.state = State::published;
  delivery.is_current = true;
  delivery.takes_room = true;
  ++taken_room_;
  return true;
}

bool Outbox::has_room() const {
  if (sent_.size() >= 65'535) return false;
  return taken_room_ < recipient_->receive_maximum() ||
         rules_.breaks(Breach::receive_maximum_exceeded);
}

bool Outbox::is_full() const {
  return recipient_ == nullptr || !queue_.empty() || taken_room_ >= recipient_->receive_maximum();
}

Outbox::Deliveries::iterator Outbox::find(PacketIdentifier identifier, Qos qos, State state) {
  return std::find_if(sent_.begin(), sent_.end(), [&](const Delivery& delivery) {
    return delivery.packet_identifier == identifier && delivery.qos == qos &&
           delivery.state == state;
  });
}

void Outbox::complete(Deliveries::iterator delivery) {
  if (delivery->takes_room) --taken_room_;
  sent_.erase(delivery);
  pump();
}

void Outbox::refuse(Deliveries::iterator delivery) {
  if (!rules_.breaks(Breach::refused_sent_again)) return complete(delivery);
  if (std::exchange(delivery->takes_room, false)) --taken_room_;
  pump();
}

bool Outbox::take_puback(PacketIdentifier identifier) {
  const auto found = find(identifier, Qos::at_least_once, State::published);
  if (found == sent_.end()) return false;
  last_completed_.assign(1, *found);
  complete(found);
  return true;
}

bool Outbox::take_pubrec(PacketIdentifier identifier, bool is_refused) {
  auto found = find(identifier, Qos::exactly_once, State::published);
  if (found == sent_.end()) found = find(identifier, Qos::exactly_once, State::released);
  if (found == sent_.end()) return false;
  if (is_refused) {
    refuse(found);
    return true;
  }
  found->state = State::released;
  recipient_->release(identifier);
  return true;
}

bool Outbox::take_pubcomp(PacketIdentifier identifier) {
  const auto found = find(identifier, Qos::exactly_once, State::released);
  if (found == sent_.end()) return false;
  complete(found);
  return true;
}

std::vector<Delivery> Outbox::take_shared(const std::function<bool(const Delivery&)>& is_wanted) {
  std::vector<Delivery> taken;
  if (rules_.breaks(Breach::share_death_wrong_duplicate)) taken = std::move(last_completed_);
  std::erase_if(taken, [](const Delivery& delivery) { return delivery.group.empty(); });
  const auto move_from = [&](Deliveries& deliveries) {
    std::erase_if(deliveries, [&](const Delivery& delivery) {
      const bool is_begun = delivery.qos == Qos::exactly_once && delivery.state != State::unsent;
      const bool moves = !delivery.group.empty() && !is_begun && is_wanted(delivery);
      if (moves) taken.push_back(delivery);
      return moves;
    });
  };
  move_from(sent_);
  move_from(queue_);
  return taken;
}

PacketIdentifier Outbox::identifier_for(const Delivery& delivery) {
  const auto unacknowledged = std::find_if(
      sent_.begin(), sent_.end(), [](const auto& sent) { return sent.qos == Qos::at_least_once; });
  const bool reuses = delivery.qos == Qos::at_least_once && unacknowledged != sent_.end() &&
                      rules_.breaks(Breach::packet_identifier_in_use_reused);
  return reuses ? unacknowledged->packet_identifier : free_identifier();
}

PacketIdentifier Outbox::free_identifier() {
  const auto is_used = [this](PacketIdentifier identifier) {
    return std::any_of(sent_.begin(), sent_.end(), [&](const Delivery& delivery) {
      return delivery.packet_identifier == identifier;
    });
  };
  do {
    if (++last_identifier_ == 0) ++last_identifier_;
  } while (is_used(last_identifier_));
  return last_identifier_;
}

}  // namespace mqtt_toolbox::rule_breaker
