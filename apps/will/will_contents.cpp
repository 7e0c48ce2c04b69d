#include "will/will_contents.hpp"

#include <fmt/format.h>

#include "check/timeout.hpp"
#include "will/will_script.hpp"

namespace mqtt_toolbox::will {

using namespace check;

using protocol::PropertyId;
using protocol::PropertyList;

namespace {

constexpr std::uint32_t expiry = 3600;
/// By so much the broker may have counted down.
constexpr std::uint32_t expiry_leeway = 60;

Finding send_will(CaseContext& context, Observation& observation, client::ConnectPlan plan,
                  Judged judged = Judged::arrival) {
  const session::WillSettings will = *plan.session.will;
  ScriptedClient& process = context.connected(std::move(plan));
  process.cut(transport::Ending::reset);
  return against_control(context, observation,
                         expect_will(context, observation, will, process.ended_at(), {}, judged));
}

/// A value that only this property has.
void give(PropertyList& properties, PropertyId id) {
  switch (id) {
    case PropertyId::payload_format_indicator: (void)properties.add(id, 1); return;
    case PropertyId::message_expiry_interval: (void)properties.add(id, expiry); return;
    case PropertyId::correlation_data:
      (void)properties.add(id, std::string_view("\0\xFF\x7F id", 6));
      return;
    case PropertyId::user_property:
      for (const auto& [key, value] : {std::pair{"b", "2"}, {"a", "1"}, {"b", "1"}, {"", ""}})
        (void)properties.add_user_property(key, value);
      return;
    case PropertyId::response_topic: (void)properties.add(id, "answers/to me"); return;
    default: (void)properties.add(id, "text/plain; charset=utf-8"); return;
  }
}

bool is_same(const protocol::Property& left, const protocol::Property& right) {
  if (left.id == PropertyId::message_expiry_interval)
    return right.number <= left.number && left.number - right.number <= expiry_leeway;
  return left.number == right.number && left.text == right.text && left.key == right.key;
}

std::vector<protocol::Property> all_of(const protocol::Properties& properties, PropertyId id) {
  std::vector<protocol::Property> found;
  for (const protocol::Property& property : properties)
    if (property.id == id) found.push_back(property);
  return found;
}

/// What is not as it was sent; empty when all is.
std::string difference(const protocol::Properties& sent, const protocol::Properties& came,
                       PropertyId id) {
  const auto left = all_of(sent, id), right = all_of(came, id);
  if (right.empty()) return "was lost";
  if (left.size() != right.size())
    return fmt::format("came {} times instead of {}", right.size(), left.size());
  for (std::size_t i = 0; i < left.size(); ++i)
    if (!is_same(left[i], right[i])) return "came changed or in another order";
  return {};
}

/// By a CONNACK, or by a close of a broker that takes another connection.
bool is_refused(CaseContext& context, const Attempt& attempt) {
  if (attempt.kind == Attempt::Kind::refused) return true;
  return attempt.kind == Attempt::Kind::closed && context.client().connect();
}

/// One that has a payload.
bool takes_a_will(CaseContext& context) {
  ScriptedClient& other = context.client(mortal(context, context.topic("other")));
  const bool is_taken = other.try_connect().kind == Attempt::Kind::accepted;
  other.disconnect();
  return is_taken;
}

}  // namespace

Finding payload_intact(CaseContext& context) {
  Observation observation(context, *company(context).observers);
  client::ConnectPlan plan = mortal(context, context.topic("will"));
  std::string& payload = plan.session.will->payload;
  payload.clear();
  for (int byte = 0; byte < 256; ++byte) payload += static_cast<char>(byte);
  return send_will(context, observation, std::move(plan), Judged::payload);
}

Finding empty_payload_intact(CaseContext& context) {
  Observation observation(context, *company(context).observers);
  client::ConnectPlan plan = mortal(context, context.topic("will"));
  plan.session.will->payload.clear();
  const session::WillSettings will = *plan.session.will;
  ScriptedClient& process = context.client(std::move(plan));
  const Attempt attempt = process.try_connect();
  if (is_refused(context, attempt) && takes_a_will(context))
    return broken("a will of zero bytes was not accepted: " + attempt.text);
  if (attempt.kind != Attempt::Kind::accepted)
    return inconclusive("cannot connect: " + attempt.text);
  process.cut(transport::Ending::reset);
  return against_control(context, observation,
                         expect_will(context, observation, will, process.ended_at()));
}

Finding check_property(CaseContext& context, PropertyId id) {
  Observation observation(context, *company(context).observers);
  client::ConnectPlan plan = mortal(context, context.topic("will"));
  give(plan.session.will->properties, id);
  const PropertyList sent = plan.session.will->properties;
  Finding finding = send_will(context, observation, std::move(plan));
  const auto seen = observation.testimony(context.topic("will"));
  if (finding.verdict != Verdict::pass || seen.empty()) return finding;
  const std::string other = difference(sent.view(), seen.front().properties.view(), id);
  const std::string name(protocol::property_row(id)->name);
  if (!other.empty()) return broken(name + ' ' + other, finding.after);
  return pass(name + " came as it was sent", finding.after);
}

Finding too_big_for_receiver(CaseContext& context) {
  constexpr std::uint32_t maximum = 300;
  Observation observation(context, *company(context).observers);
  client::ConnectPlan small = context.plan();
  (void)small.session.connect_properties.set(PropertyId::maximum_packet_size, maximum);
  ScriptedClient& receiver = context.connected(std::move(small));
  receiver.subscribe(context.topic("will"));
  client::ConnectPlan plan = mortal(context, context.topic("will"));
  plan.session.will->payload.assign(2 * maximum, 'x');
  Finding finding = send_will(context, observation, std::move(plan));
  if (finding.verdict != Verdict::pass) return finding;
  // The last message of the observation is small enough.
  context.wait([&] { return !receiver.received().empty() || receiver.end(); }, usual_timeout);
  const auto& received = receiver.received();
  if (receiver.end()) return broken("the receiver's connection ended: " + receiver.end()->text);
  if (received.empty()) return broken("the receiver got nothing any more");
  if (received.front().payload.size() > maximum)
    return broken(fmt::format("a packet over {} bytes came", maximum));
  return pass("it came to others only");
}

Finding too_big_for_broker(CaseContext& context) {
  const std::size_t maximum = context.run().limits.maximum_packet_size;
  if (maximum >= protocol::maximum_string_bytes)
    return pass(fmt::format("every will fits: the maximum is {} bytes", maximum));
  client::ConnectPlan plan = mortal(context, context.topic("will"));
  plan.session.will->payload.assign(maximum, 'x');
  const Attempt attempt = context.client(std::move(plan)).try_connect();
  if (is_refused(context, attempt)) return pass(attempt.text);
  if (attempt.kind == Attempt::Kind::accepted)
    return deviates("a CONNECT over the broker's maximum packet size was accepted");
  return inconclusive(attempt.text);
}

/// A client that has to refuse the message says which statement forbids it.
Finding wildcard_topic(CaseContext& context) {
  // Apart from what the observers have subscribed to: such a message would end their connections.
  const std::string topic = context.run().topic_prefix + "-apart/#";
  ScriptedClient& process = context.client(mortal(context, topic));
  const Attempt attempt = process.try_connect();
  if (is_refused(context, attempt)) return pass(attempt.text);
  if (attempt.kind != Attempt::Kind::accepted) return inconclusive(attempt.text);
  ScriptedClient& receiver = context.connected();
  if (const auto code = receiver.try_subscribe(topic); !code || is_failure(*code)) {
    process.disconnect();
    return inconclusive("CONNECT was accepted, and the subscription to " + topic + " was not");
  }
  process.cut(transport::Ending::reset);
  context.stay_until([&] { return !receiver.received().empty(); }, arrival_timeout.time);
  return deviates("CONNECT was accepted, and the will was not delivered");
}

Finding will_to_refused_topic(CaseContext& context) {
  const std::string topic = company(context).refused_topic;
  Observation observation(context, *company(context).observers);
  client::ConnectPlan plan = mortal(context, topic);
  ScriptedClient& process = context.client(std::move(plan));
  const Attempt attempt = process.try_connect();
  if (is_refused(context, attempt)) return pass(attempt.text);
  process.cut(transport::Ending::reset);
  if (!company(context).observers->may_see(topic))
    return inconclusive("CONNECT was accepted, and the witnesses may not look");
  observation.wait_for(topic, 1, std::chrono::seconds(1));
  if (!observation.testimony(topic).empty()) return broken("the will was delivered");
  return pass("CONNECT was accepted, and the will was not delivered");
}

}  // namespace mqtt_toolbox::will
