#include "check/added.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "check/case_context.hpp"
#include "check/timeout.hpp"

namespace mqtt_toolbox::check {

using protocol::PropertyId;
using protocol::Qos;

namespace {

constexpr std::size_t shown = 60;  ///< bytes of a topic or a value

/// A property of a message, and the statement by which a server sends it unaltered; empty: none.
struct Row {
  PropertyId id;
  std::string_view name;
  std::string_view statement{};
};
constexpr std::array rows{
    Row{PropertyId::payload_format_indicator, "a Payload Format Indicator", "MQTT-3.3.2-4"},
    Row{PropertyId::message_expiry_interval, "a Message Expiry Interval"},
    Row{PropertyId::content_type, "a Content Type", "MQTT-3.3.2-20"},
    Row{PropertyId::response_topic, "a Response Topic", "MQTT-3.3.2-15"},
    Row{PropertyId::correlation_data, "Correlation Data", "MQTT-3.3.2-16"},
    Row{PropertyId::user_property, "a User Property", "MQTT-3.3.2-17"},
};

/// None: the server may have properties of that kind of its own.
const Row* row_of(PropertyId id) {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [id](const Row& r) { return r.id == id; });
  return found == rows.end() ? nullptr : &*found;
}

std::uint64_t bit(PropertyId id) {
  return std::uint64_t{1} << static_cast<unsigned>(id);
}

/// " of 60 s"
std::string value_of(const protocol::Property& property) {
  switch (property.id) {
    case PropertyId::message_expiry_interval: return fmt::format(" of {} s", property.number);
    case PropertyId::payload_format_indicator: return fmt::format(" of {}", property.number);
    case PropertyId::user_property:
      return fmt::format(" {}={}", printable(property.key, shown), printable(property.text, shown));
    default: return fmt::format(" of \"{}\"", printable(property.text, shown));
  }
}

std::string with_statement(std::string text, std::string_view statement) {
  return statement.empty() ? text : fmt::format("{} [{}]", text, statement);
}

}  // namespace

bool asks_for_method(const client::ConnectPlan& plan) {
  return plan.session.connect_properties.view().find(PropertyId::authentication_method).has_value();
}

void AddedProperties::expect(std::string_view topic, protocol::Properties properties) {
  const std::lock_guard lock(mutex_);
  auto known = sent_.find(topic);
  if (known == sent_.end()) known = sent_.emplace(topic, Sent()).first;
  known->second.add(properties);
}

void AddedProperties::Sent::add(protocol::Properties of_message) {
  std::size_t number = 0;
  for (const protocol::Property& property : of_message) {
    properties |= bit(property.id);
    if (property.id != PropertyId::user_property) continue;
    user_properties.emplace(property.key, property.text);
    ++number;
  }
  numbers.insert(number);
}

/// A message that came against those that were sent to its topic.
class AddedProperties::Comparison {
 public:
  /// `sent` is null for a topic that others publish to as well.
  Comparison(const Sent* sent, protocol::Properties came) : sent_(sent) {
    std::size_t known = 0;
    for (const protocol::Property& property : came) known += is_known_pair(property);
    has_all_pairs_ = sent != nullptr && sent->numbers.contains(known);
  }
  /// A User Property that was not sent is an altered one, unless all that were sent are there.
  bool is_added(const protocol::Property& property) const {
    if (sent_ == nullptr || row_of(property.id) == nullptr) return false;
    if (property.id == PropertyId::user_property) return has_all_pairs_ && !is_known_pair(property);
    return (sent_->properties & bit(property.id)) == 0;
  }

 private:
  bool is_known_pair(const protocol::Property& property) const {
    return sent_ != nullptr && property.id == PropertyId::user_property &&
           sent_->user_properties.contains({std::string(property.key), std::string(property.text)});
  }

  const Sent* sent_;
  bool has_all_pairs_ = false;
};

void AddedProperties::look_at(std::string_view topic, protocol::Properties properties) {
  const std::lock_guard lock(mutex_);
  const auto sent = sent_.find(topic);
  const Comparison comparison(sent == sent_.end() ? nullptr : &sent->second, properties);
  for (const protocol::Property& property : properties) {
    if (!comparison.is_added(property)) continue;
    const Row& row = *row_of(property.id);
    note(row.id,
         with_statement(fmt::format("the broker added {}{} that the publisher did not send, to a "
                                    "message to {}",
                                    row.name, value_of(property), printable(topic, shown)),
                        row.statement),
         !row.statement.empty());
  }
}

void AddedProperties::take_out(Message& came) {
  look_at(came.topic, came.properties.view());
  const std::lock_guard lock(mutex_);
  const auto sent = sent_.find(came.topic);
  if (sent == sent_.end()) return;
  const Comparison comparison(&sent->second, came.properties.view());
  protocol::PropertyList kept(came.properties.place());
  for (const protocol::Property& property : came.properties.view())
    if (!comparison.is_added(property)) (void)kept.add(property);
  came.properties = std::move(kept);
}

void AddedProperties::look_at(const protocol::ConnAck& connack, bool asked) {
  const auto method = connack.properties.text(PropertyId::authentication_method);
  if (asked || !method) return;
  const std::lock_guard lock(mutex_);
  note(PropertyId::authentication_method,
       fmt::format("the broker added the Authentication Method \"{}\" to a CONNACK that was not "
                   "asked for one [MQTT-4.12.0-6]",
                   printable(*method, shown)),
       true);
}

void AddedProperties::look_at(const protocol::Disconnect& disconnect) {
  const auto expiry = disconnect.properties.number(PropertyId::session_expiry_interval);
  if (!expiry) return;
  const std::lock_guard lock(mutex_);
  note(
      PropertyId::session_expiry_interval,
      fmt::format("the broker sent a DISCONNECT with a Session Expiry Interval of {} s, which only "
                  "clients may [MQTT-3.14.2-2]",
                  *expiry),
      true);
}

/// The first of its kind stays.
void AddedProperties::note(PropertyId id, std::string text, bool breaks_statement) {
  noted_.emplace(id, std::move(text));
  breaks_statement_ = breaks_statement_ || breaks_statement;
}

std::optional<Finding> AddedProperties::finding() const {
  const std::lock_guard lock(mutex_);
  if (noted_.empty()) return std::nullopt;
  std::string text;
  for (const auto& [id, each] : noted_) text += (text.empty() ? "" : "; ") + each;
  return breaks_statement_ ? broken(std::move(text)) : deviates(std::move(text));
}

/// A message and a will without properties, for a run without other cases.
Finding play_no_added_properties(CaseContext& context) {
  const std::string topic = context.topic("message"), will_topic = context.topic("will");
  ScriptedClient& subscriber = context.connected();
  subscriber.subscribe(topic, {Qos::at_least_once});
  subscriber.subscribe(will_topic, {Qos::at_least_once});
  client::ConnectPlan plan = context.plan();
  plan.session.will.emplace();
  plan.session.will->topic = will_topic;
  plan.session.will->payload = "will";
  plan.session.will->qos = std::min(Qos::at_least_once, context.run().limits.maximum_qos);
  ScriptedClient& publisher = context.connected(std::move(plan));
  publisher.publish({topic, "message"});
  publisher.cut(transport::Ending::reset);
  subscriber.wait_for(2, arrival_timeout);
  return pass("no packet of this run has a property that the broker added");
}

std::optional<Finding> seen_added_properties(const RunContext& run) {
  return run.added->finding();
}

}  // namespace mqtt_toolbox::check
