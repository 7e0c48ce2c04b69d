#include "will/will_contents.hpp"

#include <fmt/format.h>

#include "check/patience.hpp"
#include "will/will_script.hpp"

namespace mqtt_toolbox::will {

using namespace check;

using protocol::PropertyId;
using protocol::PropertyList;

namespace {

constexpr std::uint32_t expiry = 3600;
/// By so much the broker may have counted down.
constexpr std::uint32_t expiry_leeway = 60;

Finding send_will(Scene& scene, Hearing& hearing, client::ConnectPlan plan,
                  Judged judged = Judged::arrival) {
  const session::WillSettings will = *plan.session.will;
  Wire& victim = scene.connected(std::move(plan));
  victim.cut(transport::Ending::reset);
  return against_control(scene, hearing,
                         expect_will(scene, hearing, will, victim.ended_at(), {}, judged));
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
bool is_refused(Scene& scene, const Attempt& attempt) {
  if (attempt.kind == Attempt::Kind::refused) return true;
  return attempt.kind == Attempt::Kind::closed && scene.wire().connect();
}

/// One that has a payload.
bool takes_a_will(Scene& scene) {
  Wire& other = scene.wire(mortal(scene, scene.topic("other")));
  const bool is_taken = other.try_connect().kind == Attempt::Kind::accepted;
  other.disconnect();
  return is_taken;
}

}  // namespace

Finding payload_intact(Scene& scene) {
  Hearing hearing(scene, *company(scene).jury);
  client::ConnectPlan plan = mortal(scene, scene.topic("will"));
  std::string& payload = plan.session.will->payload;
  payload.clear();
  for (int byte = 0; byte < 256; ++byte) payload += static_cast<char>(byte);
  return send_will(scene, hearing, std::move(plan), Judged::payload);
}

Finding empty_payload_intact(Scene& scene) {
  Hearing hearing(scene, *company(scene).jury);
  client::ConnectPlan plan = mortal(scene, scene.topic("will"));
  plan.session.will->payload.clear();
  const session::WillSettings will = *plan.session.will;
  Wire& victim = scene.wire(std::move(plan));
  const Attempt attempt = victim.try_connect();
  if (is_refused(scene, attempt) && takes_a_will(scene))
    return broken("a will of zero bytes was not accepted: " + attempt.text);
  if (attempt.kind != Attempt::Kind::accepted)
    return inconclusive("cannot connect: " + attempt.text);
  victim.cut(transport::Ending::reset);
  return against_control(scene, hearing, expect_will(scene, hearing, will, victim.ended_at()));
}

Finding check_property(Scene& scene, PropertyId id) {
  Hearing hearing(scene, *company(scene).jury);
  client::ConnectPlan plan = mortal(scene, scene.topic("will"));
  give(plan.session.will->properties, id);
  const PropertyList sent = plan.session.will->properties;
  Finding finding = send_will(scene, hearing, std::move(plan));
  const auto seen = hearing.testimony(scene.topic("will"));
  if (finding.verdict != Verdict::pass || seen.empty()) return finding;
  const std::string other = difference(sent.view(), seen.front().properties.view(), id);
  const std::string name(protocol::property_row(id)->name);
  if (!other.empty()) return broken(name + ' ' + other, finding.after);
  return pass(name + " came as it was sent", finding.after);
}

Finding too_big_for_receiver(Scene& scene) {
  constexpr std::uint32_t maximum = 300;
  Hearing hearing(scene, *company(scene).jury);
  client::ConnectPlan small = scene.plan();
  (void)small.session.connect_properties.set(PropertyId::maximum_packet_size, maximum);
  Wire& receiver = scene.connected(std::move(small));
  receiver.subscribe(scene.topic("will"));
  client::ConnectPlan plan = mortal(scene, scene.topic("will"));
  plan.session.will->payload.assign(2 * maximum, 'x');
  Finding finding = send_will(scene, hearing, std::move(plan));
  if (finding.verdict != Verdict::pass) return finding;
  // The last message of the hearing is small enough.
  scene.wait([&] { return !receiver.received().empty() || receiver.end(); }, usual_patience);
  const auto& received = receiver.received();
  if (receiver.end()) return broken("the receiver's connection ended: " + receiver.end()->text);
  if (received.empty()) return broken("the receiver got nothing any more");
  if (received.front().payload.size() > maximum)
    return broken(fmt::format("a packet over {} bytes came", maximum));
  return pass("it came to others only");
}

Finding too_big_for_broker(Scene& scene) {
  const std::size_t maximum = scene.ground().limits.maximum_packet_size;
  if (maximum >= protocol::maximum_string_bytes)
    return pass(fmt::format("every will fits: the maximum is {} bytes", maximum));
  client::ConnectPlan plan = mortal(scene, scene.topic("will"));
  plan.session.will->payload.assign(maximum, 'x');
  const Attempt attempt = scene.wire(std::move(plan)).try_connect();
  if (is_refused(scene, attempt)) return pass(attempt.text);
  if (attempt.kind == Attempt::Kind::accepted)
    return deviates("a CONNECT over the broker's maximum packet size was accepted");
  return inconclusive(attempt.text);
}

/// A client that has to refuse the message says which statement forbids it.
Finding wildcard_topic(Scene& scene) {
  // Apart from what the witnesses have subscribed to: such a message would end their connections.
  const std::string topic = scene.ground().topic_prefix + "-apart/#";
  Wire& victim = scene.wire(mortal(scene, topic));
  const Attempt attempt = victim.try_connect();
  if (is_refused(scene, attempt)) return pass(attempt.text);
  if (attempt.kind != Attempt::Kind::accepted) return inconclusive(attempt.text);
  Wire& receiver = scene.connected();
  if (const auto code = receiver.try_subscribe(topic); !code || is_failure(*code)) {
    victim.disconnect();
    return inconclusive("CONNECT was accepted, and the subscription to " + topic + " was not");
  }
  victim.cut(transport::Ending::reset);
  scene.stay_until([&] { return !receiver.received().empty(); }, arrival_patience.time);
  return deviates("CONNECT was accepted, and the will was not delivered");
}

Finding will_to_refused_topic(Scene& scene) {
  const std::string topic = company(scene).refused_topic;
  Hearing hearing(scene, *company(scene).jury);
  client::ConnectPlan plan = mortal(scene, topic);
  Wire& victim = scene.wire(std::move(plan));
  const Attempt attempt = victim.try_connect();
  if (is_refused(scene, attempt)) return pass(attempt.text);
  victim.cut(transport::Ending::reset);
  if (!company(scene).jury->may_see(topic))
    return inconclusive("CONNECT was accepted, and the witnesses may not look");
  hearing.wait_for(topic, 1, std::chrono::seconds(1));
  if (!hearing.testimony(topic).empty()) return broken("the will was delivered");
  return pass("CONNECT was accepted, and the will was not delivered");
}

}  // namespace mqtt_toolbox::will
