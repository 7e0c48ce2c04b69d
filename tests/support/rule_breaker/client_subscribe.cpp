#include <algorithm>

#include "protocol/topic.hpp"
#include "support/rule_breaker/broker.hpp"
#include "support/rule_breaker/client.hpp"

namespace mqtt_toolbox::rule_breaker {

using protocol::PropertyId;
using protocol::ReasonCode;
using protocol::RetainHandling;

namespace {

Subscription subscription_of(const protocol::Subscription& entry, std::uint32_t identifier) {
  Subscription subscription;
  const auto shared = protocol::shared_subscription(entry.filter);
  subscription.filter = shared ? shared->filter : entry.filter;
  if (shared) subscription.share = shared->share_name;
  subscription.qos = entry.qos;
  subscription.no_local = entry.no_local;
  subscription.retain_as_published = entry.retain_as_published;
  subscription.identifier = identifier;
  return subscription;
}

}  // namespace

void Client::on(const protocol::Subscribe& subscribe_packet) {
  const auto identifier = subscribe_packet.properties.number(PropertyId::subscription_identifier);
  std::string codes;
  std::vector<Delivery> retained;
  protocol::Bytes entries = subscribe_packet.entries;
  while (const auto entry = protocol::next_subscription(entries)) {
    const ReasonCode code = subscribe(*entry, identifier.value_or(0), retained);
    const bool is_refused = protocol::is_failure(code);
    codes += static_cast<char>(is_refused && !is_v5() ? ReasonCode::unspecified_error : code);
  }
  if (rules().breaks(Breach::suback_codes_reversed)) std::reverse(codes.begin(), codes.end());
  send_answer(protocol::SubAck{subscribe_packet.packet_identifier, {}, codes});
  for (Delivery& delivery : retained) session_->outbox.add(std::move(delivery));
  entries = subscribe_packet.entries;
  while (const auto entry = protocol::next_subscription(entries))
    broker_.faults().subscribed(connection_, version_, subscription_of(*entry, 0).filter);
}

ReasonCode Client::subscribe(const protocol::Subscription& entry, std::uint32_t identifier,
                             std::vector<Delivery>& retained) {
  Subscription subscription = subscription_of(entry, identifier);
  subscription.qos = std::min(subscription.qos, broker_.maximum_qos());
  if (may_not_read(subscription.filter) && !rules().breaks(Breach::forbidden_subscribe_granted))
    return ReasonCode::not_authorized;
  const auto older = session_->subscriptions.find(std::string(entry.filter));
  if (older != session_->subscriptions.end() && older->second.identifier != 0 &&
      rules().breaks(Breach::subscription_identifier_kept))
    subscription.identifier = older->second.identifier;
  const bool is_new =
      session_->subscriptions.insert_or_assign(std::string(entry.filter), subscription).second;
  if (!subscription.share.empty()) broker_.shares().join(*session_, subscription);
  if (subscription.share.empty() || rules().breaks(Breach::share_retained_sent))
    add_retained(entry, subscription, is_new, retained);
  return static_cast<ReasonCode>(subscription.qos);
}

/// MQTT 5.0 section 3.8.3.1, Retain Handling.
void Client::add_retained(const protocol::Subscription& entry, const Subscription& subscription,
                          bool is_new, std::vector<Delivery>& retained) {
  const bool is_wanted = entry.retain_handling == RetainHandling::always ||
                         (entry.retain_handling == RetainHandling::if_new &&
                          (is_new || rules().breaks(Breach::retain_handling_1_ignored))) ||
                         (entry.retain_handling == RetainHandling::never &&
                          rules().breaks(Breach::retain_handling_2_ignored));
  const bool is_missing =
      rules().breaks(Breach::retained_missing) ||
      (entry.filter == "#" && rules().breaks(Breach::retained_missing_for_hash));
  if (!is_wanted || is_missing) return;
  for (const MessagePtr& message :
       broker_.retained().matching(subscription.filter, broker_.loop().now())) {
    Delivery delivery{message, delivered_qos(message->qos, subscription.qos, rules())};
    delivery.retain = !rules().breaks(Breach::retained_flag_missing);
    const bool has_identifier = subscription.identifier != 0 &&
                                !rules().breaks(Breach::subscription_identifier_lost_on_retained);
    if (has_identifier) delivery.identifiers = {subscription.identifier};
    retained.push_back(std::move(delivery));
  }
}

void Client::on(const protocol::Unsubscribe& unsubscribe_packet) {
  std::string codes;
  protocol::Bytes entries = unsubscribe_packet.entries;
  while (const auto filter = protocol::next_filter(entries))
    codes += static_cast<char>(unsubscribe(*filter));
  if (rules().breaks(Breach::unsuback_codes_reversed)) std::reverse(codes.begin(), codes.end());
  send_answer(protocol::UnsubAck{unsubscribe_packet.packet_identifier, {}, codes});
}

ReasonCode Client::unsubscribe(std::string_view filter) {
  const auto found = session_->subscriptions.find(std::string(filter));
  if (found == session_->subscriptions.end()) return ReasonCode::no_subscription_existed;
  if (rules().breaks(Breach::unsubscribe_ignored)) return ReasonCode::success;
  if (!found->second.share.empty()) broker_.shares().leave(*session_, found->second);
  session_->subscriptions.erase(found);
  return ReasonCode::success;
}

}  // namespace mqtt_toolbox::rule_breaker
