#include "support/rule_breaker/message.hpp"

#include <algorithm>
#include <array>

namespace mqtt_toolbox::rule_breaker {
namespace {

using protocol::Property;
using protocol::PropertyId;
using protocol::PropertyList;
using protocol::PropertyPlace;

struct Loss {
  Breach breach;
  PropertyId property;
};

constexpr std::array losses_of_messages{
    Loss{Breach::payload_format_lost, PropertyId::payload_format_indicator},
    Loss{Breach::message_expiry_lost, PropertyId::message_expiry_interval},
    Loss{Breach::content_type_lost, PropertyId::content_type},
    Loss{Breach::response_topic_lost, PropertyId::response_topic},
    Loss{Breach::correlation_lost, PropertyId::correlation_data},
    Loss{Breach::user_properties_lost, PropertyId::user_property},
};

constexpr std::array losses_of_wills{
    Loss{Breach::will_payload_format_lost, PropertyId::payload_format_indicator},
    Loss{Breach::will_message_expiry_lost, PropertyId::message_expiry_interval},
    Loss{Breach::will_content_type_lost, PropertyId::content_type},
    Loss{Breach::will_response_topic_lost, PropertyId::response_topic},
    Loss{Breach::will_correlation_lost, PropertyId::correlation_data},
    Loss{Breach::will_user_properties_lost, PropertyId::user_property},
};

/// How the properties of a kind of message are treated.
struct Treatment {
  std::span<const Loss> losses;
  Breach reordering;
};

constexpr Treatment of_messages{losses_of_messages, Breach::user_properties_reordered};
constexpr Treatment of_wills{losses_of_wills, Breach::will_user_properties_reordered};

bool is_forwarded(PropertyId id, const Treatment& treatment, const Rules& rules) {
  if (id == PropertyId::topic_alias || id == PropertyId::will_delay_interval) return false;
  return std::none_of(treatment.losses.begin(), treatment.losses.end(), [&](const Loss& loss) {
    return loss.property == id && rules.breaks(loss.breach);
  });
}

void add_own(PropertyList& list, const Rules& rules) {
  const auto lacks = [&](PropertyId id) { return !list.view().find(id); };
  if (lacks(PropertyId::message_expiry_interval) && rules.breaks(Breach::message_expiry_added))
    (void)list.add(PropertyId::message_expiry_interval, 60);
  if (lacks(PropertyId::content_type) && rules.breaks(Breach::content_type_added))
    (void)list.add(PropertyId::content_type, "text/plain");
  if (rules.breaks(Breach::user_property_added))
    (void)list.add_user_property("broker", "rule-breaker");
}

std::string forwarded(protocol::Properties properties, const Treatment& treatment,
                      const Rules& rules) {
  std::vector<Property> kept;
  std::vector<Property> user;
  for (const Property& property : properties) {
    if (!is_forwarded(property.id, treatment, rules)) continue;
    (property.id == PropertyId::user_property ? user : kept).push_back(property);
  }
  if (rules.breaks(treatment.reordering)) std::reverse(user.begin(), user.end());
  kept.insert(kept.end(), user.begin(), user.end());
  PropertyList list(PropertyPlace::publish);
  for (const Property& property : kept) (void)list.add(property);
  add_own(list, rules);
  return std::string(list.view().encoded());
}

std::uint32_t remaining_seconds(Duration remaining) {
  const auto whole = std::chrono::ceil<std::chrono::seconds>(remaining).count();
  return static_cast<std::uint32_t>(std::max<std::int64_t>(whole, 0));
}

}  // namespace

MessagePtr message_of(const protocol::Publish& publish, std::string topic, std::string publisher,
                      Time now, const Rules& rules) {
  auto message = std::make_shared<Message>();
  message->topic = std::move(topic);
  message->payload = publish.payload;
  message->properties = forwarded(publish.properties, of_messages, rules);
  message->publisher = std::move(publisher);
  message->qos = publish.qos;
  message->retain = publish.retain;
  set_expiry(*message, now);
  return message;
}

std::shared_ptr<Message> message_of(const protocol::Will& will, std::string publisher,
                                    const Rules& rules) {
  auto message = std::make_shared<Message>();
  message->topic = will.topic;
  message->payload = will.payload;
  if (rules.breaks(Breach::will_payload_altered)) message->payload += '?';
  message->properties = forwarded(will.properties, of_wills, rules);
  message->publisher = std::move(publisher);
  message->qos = rules.breaks(Breach::will_qos_lowered) ? protocol::Qos::at_most_once : will.qos;
  message->retain = (will.retain && !rules.breaks(Breach::will_retain_lost)) ||
                    rules.breaks(Breach::will_retained_though_not_asked);
  message->is_will = true;
  const auto delay = will.properties.find(PropertyId::will_delay_interval);
  if (delay && rules.breaks(Breach::will_delay_forwarded)) {
    PropertyList list(PropertyPlace::will);
    (void)list.add(*delay);
    message->unforwarded = list.view().encoded();
  }
  return message;
}

void set_expiry(Message& message, Time now) {
  const protocol::Properties properties(message.properties);
  if (const auto seconds = properties.number(PropertyId::message_expiry_interval))
    message.expires = now + std::chrono::seconds(*seconds);
}

bool has_expired(const Message& message, Time now, const Rules& rules) {
  return message.expires && *message.expires <= now &&
         !rules.breaks(Breach::message_expiry_ignored);
}

PropertyList properties_of(const Delivery& delivery, Time now, const Rules& rules) {
  const Message& message = *delivery.message;
  PropertyList list(PropertyPlace::publish);
  for (const Property& property : protocol::Properties(message.properties))
    (void)list.add(property);
  if (message.expires && !rules.breaks(Breach::message_expiry_not_lowered))
    (void)list.set(PropertyId::message_expiry_interval, remaining_seconds(*message.expires - now));
  if (rules.breaks(Breach::subscription_identifier_lost)) return list;
  for (const std::uint32_t identifier : delivery.identifiers)
    (void)list.add(PropertyId::subscription_identifier, identifier);
  return list;
}

protocol::Qos delivered_qos(protocol::Qos published, protocol::Qos granted, const Rules& rules) {
  if (rules.breaks(Breach::downgrade_ignored) && published > granted) return published;
  if (rules.breaks(Breach::upgrade) && granted > published) return granted;
  return std::min(published, granted);
}

bool may_not_write(std::string_view topic) {
  return topic.starts_with("forbidden/");
}

bool may_not_read(std::string_view filter) {
  return filter.starts_with("forbidden/secret");
}

std::string encoded(const protocol::Packet& packet, protocol::Version version) {
  const auto size = protocol::encoded_size(packet, version);
  if (!size) return {};
  std::string bytes(*size, '\0');
  const auto written = protocol::encode(packet, version, bytes);
  return written ? bytes : std::string();
}

}  // namespace mqtt_toolbox::rule_breaker
