#include "session/aliases.hpp"

namespace mqtt_toolbox::session {

using protocol::Property;
using protocol::PropertyId;
using protocol::PropertyList;
using protocol::Publish;

namespace {

void copy_without_alias(const protocol::Properties& from, PropertyList& to) {
  to.clear();
  for (const Property& property : from) {
    if (property.id != PropertyId::topic_alias) static_cast<void>(to.add(property));
  }
}

Bytes topic_of(const std::vector<std::string>& topics, std::uint32_t alias) {
  return alias == 0 || alias > topics.size() ? Bytes() : Bytes(topics[alias - 1]);
}

void set_topic(std::vector<std::string>& topics, std::uint16_t alias, Bytes topic) {
  if (topics.size() < alias) topics.resize(alias);
  topics[alias - 1u].assign(topic);
}

}  // namespace

OutgoingAliases::Choice OutgoingAliases::choose(Bytes topic) const {
  if (topic.empty()) return {};
  if (const auto known = aliases_.find(topic); known != aliases_.end())
    return {known->second, true};
  std::uint32_t alias = next_;
  while (alias <= maximum_ && !this->topic(alias).empty()) ++alias;
  return alias <= maximum_ ? Choice{static_cast<std::uint16_t>(alias), false} : Choice{};
}

Bytes OutgoingAliases::topic(std::uint32_t alias) const {
  return topic_of(topics_, alias);
}

void OutgoingAliases::establish(std::uint16_t alias, Bytes topic) {
  if (const Bytes before = this->topic(alias); before == topic) return;
  if (const auto old = aliases_.find(this->topic(alias));
      old != aliases_.end() && old->second == alias) {
    aliases_.erase(old);
  }
  set_topic(topics_, alias, topic);
  aliases_.insert_or_assign(std::string(topic), alias);
  if (alias == next_) ++next_;
}

Publish OutgoingAliases::apply(const Publish& message, Choice choice) {
  copy_without_alias(message.properties, wire_properties_);
  static_cast<void>(wire_properties_.add(PropertyId::topic_alias, choice.alias));
  Publish result = message;
  result.properties = wire_properties_.view();
  if (choice.established) result.topic = {};
  return result;
}

Publish OutgoingAliases::without_alias(const Publish& message, Bytes topic) {
  copy_without_alias(message.properties, stored_properties_);
  Publish result = message;
  result.properties = stored_properties_.view();
  result.topic = topic;
  return result;
}

void IncomingAliases::establish(std::uint16_t alias, Bytes topic) {
  set_topic(topics_, alias, topic);
}

Bytes IncomingAliases::topic(std::uint32_t alias) const {
  return topic_of(topics_, alias);
}

}  // namespace mqtt_toolbox::session
