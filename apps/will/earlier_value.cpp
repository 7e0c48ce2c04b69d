#include "will/earlier_value.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "check/case_context.hpp"

namespace mqtt_toolbox::will {

using namespace check;

using protocol::PropertyId;
using protocol::PropertyList;
using protocol::Qos;

namespace {

/// How long a retained message may take to come, from the answers that say no more than that the
/// broker has read the subscription.
constexpr Duration quiet_at_least = std::chrono::milliseconds(500);
constexpr int quiet_round_trips = 3;
constexpr std::size_t most_shown = 60;  ///< bytes of a payload

/// What is part of one delivery, and not of the message.
bool is_of_delivery(PropertyId id) {
  return id == PropertyId::topic_alias || id == PropertyId::subscription_identifier;
}

/// As it can be published again, without its expiry where that is not `with_expiry`.
PropertyList properties_of(const Message& message, bool with_expiry) {
  PropertyList properties(protocol::PropertyPlace::publish);
  for (const protocol::Property& property : message.properties.view()) {
    const bool is_expiry = property.id == PropertyId::message_expiry_interval;
    if (!is_of_delivery(property.id) && (with_expiry || !is_expiry)) (void)properties.add(property);
  }
  return properties;
}

std::optional<std::uint32_t> expiry_of(const Message& message) {
  return message.properties.view().number(PropertyId::message_expiry_interval);
}

/// But for how much is left of the expiry, which the broker counts down.
bool is_same(const Message& left, const Message& right) {
  return left.payload == right.payload && left.qos == right.qos &&
         expiry_of(left).has_value() == expiry_of(right).has_value() &&
         properties_of(left, false).view() == properties_of(right, false).view();
}

/// Whether every property is one of the will's: a broker may lose some.
bool are_of_will(const PropertyList& properties, const session::WillSettings& will) {
  const auto is_of_will = [&](const protocol::Property& one) {
    for (const protocol::Property& given : will.properties.view())
      if (given.id == one.id && given.number == one.number && given.text == one.text &&
          given.key == one.key)
        return true;
    return false;
  };
  for (const protocol::Property& property : properties.view())
    if (!is_of_will(property)) return false;
  return true;
}

std::string shown(const Message& message) {
  return fmt::format("{} bytes, \"{}\"", message.payload.size(),
                     printable(message.payload, most_shown));
}

tl::unexpected<Error> lost(const CaseContext& context) {
  return fail(ExitCode::lost, context.verdict(inconclusive("no answer")).observed);
}

Result<RetainedState> read_retained(CaseContext& context, const std::string& topic) {
  client::ConnectPlan plan = context.plan();
  // A message that is too large for it would not come.
  plan.session.connect_properties.remove(PropertyId::maximum_packet_size);
  ScriptedClient& client = context.connected(std::move(plan));
  const auto granted = client.try_subscribe(topic, {.qos = Qos::exactly_once});
  if (!granted) return lost(context);
  if (is_failure(*granted))
    return fail(ExitCode::rejected, "the broker refused a subscription: " +
                                        std::string(name(*granted, protocol::PacketType::suback)) +
                                        client.said());
  const auto find = [&] {
    const auto& all = client.received();
    return std::find_if(all.begin(), all.end(), [&](const Message& message) {
      return message.retain && message.topic == topic;
    });
  };
  const Time asked = context.loop().now();
  if (!client.ping()) return lost(context);
  const Duration quiet =
      std::max(quiet_at_least, quiet_round_trips * (context.loop().now() - asked));
  context.wait([&] { return find() != client.received().end() || client.end(); }, quiet);
  RetainedState state{{}, static_cast<Qos>(*granted), !client.received().empty()};
  if (const auto found = find(); found != client.received().end()) {
    state.message = *found;
    state.has_unmarked = false;
  }
  client.disconnect();
  if (context.is_aborted() || (client.end() && client.end()->kind != ConnectionEnd::Kind::here))
    return lost(context);
  return state;
}

Error about(const Error& error, const std::string& topic) {
  return {error.code, "what is retained at " + printable(topic, 200) +
                          " before the will, and is to be put back, cannot be read: " + error.text};
}

}  // namespace

Result<EarlierValue> EarlierValue::read(CaseContext& context, const session::WillSettings& will) {
  auto state = read_retained(context, will.topic);
  if (!state) return tl::unexpected<Error>(about(state.error(), will.topic));
  return EarlierValue(will, std::move(*state));
}

std::vector<std::string> EarlierValue::losses(const CaseContext& context) const {
  const std::string topic = printable(will_.topic, 200);
  std::vector<std::string> lines;
  if (before_.has_unmarked)
    lines.push_back("a message without RETAIN came from " + topic +
                    ": if it was retained, it cannot be put back");
  if (!before_.message) return lines;
  const Message& message = *before_.message;
  if (!context.is_v5())
    lines.push_back("MQTT " + std::string(protocol::name(context.run().version())) +
                    " shows no properties: those of the message that " + topic +
                    " retains, if it has any, cannot be put back; with -V 5 they can");
  if (before_.granted < Qos::exactly_once && message.qos == before_.granted)
    lines.push_back(
        fmt::format("the broker grants QoS {0} for {1}: a retained message of a higher "
                    "one can be put back at QoS {0} only",
                    static_cast<int>(before_.granted), topic));
  if (message.payload.size() > context.run().limits.maximum_packet_size)
    lines.push_back("the message that " + topic +
                    " retains is larger than the broker takes: it cannot be put back");
  return lines;
}

bool EarlierValue::is_there(const std::optional<Message>& now) const {
  if (!now || !before_.message) return now.has_value() == before_.message.has_value();
  return is_same(*now, *before_.message);
}

bool EarlierValue::is_left_by_will(const std::optional<Message>& now) const {
  if (is_there(now)) return false;
  // A will of zero bytes clears the topic, and so does one that has expired.
  if (!now)
    return will_.retain && (will_.payload.empty() ||
                            will_.properties.view().find(PropertyId::message_expiry_interval));
  return now->payload == will_.payload && are_of_will(properties_of(*now, false), will_);
}

Status EarlierValue::put_back(CaseContext& context) {
  if (is_settled_) return {};
  const auto now = read_retained(context, will_.topic);
  if (!now) return tl::unexpected<Error>(about(now.error(), will_.topic));
  if (!is_left_by_will(now->message)) {
    is_settled_ = true;
    if (!is_there(now->message)) remark_ = remark_of(now->message);
    return {};
  }
  if (Status status = publish(context); !status) return status;
  is_settled_ = true;
  return {};
}

Status EarlierValue::publish(CaseContext& context) const {
  const auto most = context.run().limits.maximum_qos;
  Message message{will_.topic, {}, std::min(Qos::at_least_once, most), true};
  if (before_.message) {
    const auto waited = std::chrono::duration_cast<std::chrono::seconds>(context.loop().now() -
                                                                         before_.message->at);
    const auto expiry = expiry_of(*before_.message);
    const bool has_expired = expiry && static_cast<std::uint64_t>(waited.count()) >= *expiry;
    if (!has_expired) {
      message.payload = before_.message->payload;
      message.qos = std::min(before_.message->qos, most);
      message.properties = properties_of(*before_.message, true);
      if (expiry)
        (void)message.properties.set(PropertyId::message_expiry_interval,
                                     *expiry - static_cast<std::uint32_t>(waited.count()));
    }
  }
  ScriptedClient& client = context.connected();
  // At QoS 0 the answer to PINGREQ says that the broker has read it.
  const bool is_taken = client.publish(message) && client.ping();
  client.disconnect();
  if (is_taken && !context.is_aborted()) return {};
  return fail(ExitCode::rejected, "what " + printable(will_.topic, 200) +
                                      " retained before the will could not be put back: " +
                                      context.verdict(inconclusive("no answer")).observed);
}

std::string EarlierValue::remark_of(const std::optional<Message>& now) const {
  const std::string topic = printable(will_.topic, 200);
  const std::string holds = now ? "another value now (" + shown(*now) + "), which stays"
                                : "nothing any more, and so it stays";
  const std::string before =
      before_.message ? "; before the will it held " + shown(*before_.message) : std::string();
  return topic + " holds " + holds + before;
}

}  // namespace mqtt_toolbox::will
