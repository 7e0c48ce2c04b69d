#include "support/scripted_broker_auto.hpp"

#include <algorithm>

#include "protocol/topic.hpp"
#include "support/scripted_broker_packets.hpp"

namespace mqtt_toolbox::support {

using protocol::Bytes;
using protocol::PropertyId;
using protocol::Qos;
using protocol::Version;

std::string AutomaticAnswers::answer(const protocol::Packet& packet, Version version) {
  version_ = version;
  return std::visit([this](const auto& value) { return on(value); }, packet);
}

void AutomaticAnswers::forget() {
  session_kept_ = false;
  filters_.clear();
  received_.clear();
}

std::string AutomaticAnswers::on(const protocol::Connect& connect) {
  const bool same_client = connect.client_identifier == client_identifier_;
  const bool present = session_kept_ && !connect.clean_start && same_client;
  if (!present) forget();
  session_kept_ =
      connect.version == Version::v5
          ? connect.properties.number(PropertyId::session_expiry_interval).value_or(0) != 0
          : !connect.clean_start;
  client_identifier_ = connect.client_identifier;
  protocol::ConnAck connack;
  connack.session_present = present;
  protocol::PropertyList properties(protocol::PropertyPlace::connack);
  if (client_identifier_.empty()) {
    client_identifier_ = "assigned";
    (void)properties.add(PropertyId::assigned_client_identifier, client_identifier_);
  }
  connack.properties = properties.view();
  return encoded(connack, version_);
}

std::string AutomaticAnswers::on(const protocol::Publish& publish) {
  const protocol::PacketIdentifier id = publish.packet_identifier;
  const bool again = publish.qos == Qos::exactly_once && !received_.insert(id).second;
  std::string out;
  if (publish.qos == Qos::at_least_once) out = encoded(protocol::PubAck{id, {}, {}}, version_);
  if (publish.qos == Qos::exactly_once) out = encoded(protocol::PubRec{id, {}, {}}, version_);
  if (again) return out;
  accepted_.push_back({std::string(publish.topic), std::string(publish.payload), publish.qos});
  return out + deliver(publish);
}

std::string AutomaticAnswers::deliver(const protocol::Publish& publish) {
  const auto found = std::find_if(filters_.begin(), filters_.end(), [&](const Filter& filter) {
    return protocol::matches(filter.filter, publish.topic);
  });
  if (found == filters_.end()) return {};
  protocol::Publish copy = publish;
  copy.qos = std::min(publish.qos, found->qos);
  copy.dup = false;
  copy.retain = false;
  if (copy.qos != Qos::at_most_once && ++last_id_ == 0) ++last_id_;
  copy.packet_identifier = copy.qos == Qos::at_most_once ? protocol::PacketIdentifier{0} : last_id_;
  return encoded(copy, version_);
}

std::string AutomaticAnswers::on(const protocol::PubRec& pubrec) {
  return encoded(protocol::PubRel{pubrec.packet_identifier, {}, {}}, version_);
}

std::string AutomaticAnswers::on(const protocol::PubRel& pubrel) {
  received_.erase(pubrel.packet_identifier);
  return encoded(protocol::PubComp{pubrel.packet_identifier, {}, {}}, version_);
}

std::string AutomaticAnswers::on(const protocol::Subscribe& subscribe) {
  std::string codes;
  Bytes entries = subscribe.entries;
  while (const auto entry = protocol::next_subscription(entries)) {
    filters_.push_back({std::string(entry->filter), entry->qos});
    codes += static_cast<char>(entry->qos);
  }
  return encoded(protocol::SubAck{subscribe.packet_identifier, {}, codes}, version_);
}

std::string AutomaticAnswers::on(const protocol::Unsubscribe& unsubscribe) {
  std::string codes;
  Bytes entries = unsubscribe.entries;
  while (const auto filter = protocol::next_filter(entries)) {
    std::erase_if(filters_, [&](const Filter& kept) { return kept.filter == *filter; });
    codes += '\0';
  }
  return encoded(protocol::UnsubAck{unsubscribe.packet_identifier, {}, codes}, version_);
}

std::string AutomaticAnswers::on(const protocol::PingReq&) {
  return encoded(protocol::PingResp{}, version_);
}

}  // namespace mqtt_toolbox::support
