#include "will/will_script.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace mqtt_toolbox::will {

using namespace check;

using protocol::PropertyId;
using protocol::Qos;

namespace {

/// The end of the connection, the will, and what its acknowledgement may take.
constexpr int trips_of_a_will = 2;

/// What became of a will.
struct Delivery {
  Message first;
  Duration after{};
  std::size_t copies = 0;
  Qos expected_qos = Qos::at_most_once;
  std::optional<std::string> retention;  ///< what is wrong with it
};

/// Whether what is retained, if anything, is the will's doing.
bool is_left_by_will(CaseContext& context, const session::WillSettings& will,
                     const ScriptedClient& late) {
  if (context.owns(will.topic)) return !late.received().empty() || will.retain;
  // A user's own topic may have been retained before.
  const EarlierValue* earlier = company(context).earlier.get();
  return earlier != nullptr && !late.received().empty() &&
         earlier->is_left_by_will(late.received().front());
}

/// Whether a will that is to be retained is not: the topic holds nothing, or what it held before.
bool is_will_missing(CaseContext& context, const session::WillSettings& will,
                     const ScriptedClient& late) {
  if (late.received().empty()) return true;
  const EarlierValue* earlier = company(context).earlier.get();
  const Message& now = late.received().front();
  return earlier != nullptr && earlier->is_there(now) && now.payload != will.payload;
}

/// One of zero bytes removes what is retained, and is not kept itself (MQTT 5.0 section 3.3.1.3).
bool is_to_be_kept(const session::WillSettings& will) {
  return will.retain && !will.payload.empty();
}

/// A client that comes too late to see anything but what is retained.
std::optional<std::string> wrong_retention(CaseContext& context,
                                           const session::WillSettings& will) {
  ScriptedClient& late = context.connected();
  late.subscribe(will.topic, {Qos::at_least_once});
  if (is_to_be_kept(will)) late.wait_for(1, must_come_within(std::chrono::seconds(2)));
  late.ping();
  const auto& received = late.received();
  const bool is_missing = is_will_missing(context, will, late);
  const bool is_marked = !received.empty() && received.front().retain;
  const bool is_ours = is_left_by_will(context, will, late);
  // At the user's own topic the earlier value is put back later.
  if (is_ours && context.owns(will.topic)) late.publish({will.topic, "", Qos::at_least_once, true});
  late.disconnect();
  if (is_ours && !received.empty() && !will.retain) return "is retained although it was not to be";
  if (will.retain && !is_to_be_kept(will)) {
    if (!is_marked) return std::nullopt;
    return "has zero bytes, and did not remove what its topic retains";
  }
  if (is_missing && will.retain) return "is not retained";
  if (will.retain && !is_marked)
    return "is retained, but comes to a late subscriber without RETAIN";
  return std::nullopt;
}

/// The first thing that is wrong with what the case is about; empty when nothing is.
std::optional<std::string> fault_in(const Delivery& delivery, const session::WillSettings& will,
                                    Judged judged) {
  const auto is_judged = [&](Judged what) {
    return judged == what || judged == Judged::everything;
  };
  const Message& message = delivery.first;
  if (is_judged(Judged::payload) && message.payload != will.payload)
    return fmt::format("came with another payload, of {} instead of {} bytes",
                       message.payload.size(), will.payload.size());
  if (is_judged(Judged::qos) && message.qos != delivery.expected_qos)
    return fmt::format("came at QoS {} instead of {}", static_cast<int>(message.qos),
                       static_cast<int>(delivery.expected_qos));
  if (is_judged(Judged::once) && delivery.copies > 1)
    return fmt::format("came {} times", delivery.copies);
  if (is_judged(Judged::retention) && delivery.retention) return "came, but " + *delivery.retention;
  return std::nullopt;
}

std::string describe(CaseContext& context, const Delivery& delivery,
                     const session::WillSettings& will) {
  const EarlierValue* earlier = company(context).earlier.get();
  const bool had_value = earlier != nullptr && earlier->exists();
  std::string retention;
  if (delivery.retention)
    retention = ", " + *delivery.retention;
  else if (will.retain && !is_to_be_kept(will))
    retention = ", and nothing is retained after it";
  else if (will.retain)
    retention = had_value ? ", and stayed retained until the earlier value was put back"
                          : ", and stayed retained until it was cleared";
  return fmt::format("came at QoS {}{}{}", static_cast<int>(delivery.first.qos),
                     delivery.copies > 1 ? fmt::format(", {} times", delivery.copies) : "",
                     retention);
}

/// `on_the_way` is what the way to the broker and back may add.
Finding judge_time(const Window& window, std::string observed, Duration after,
                   Duration on_the_way) {
  if (after < window.earliest)
    return {window.early,
            std::move(observed) + ", before " + show_duration(window.earliest) + " were over",
            after};
  if (after > window.latest + on_the_way)
    return deviates(std::move(observed) + ", later than " + show_duration(window.latest), after);
  return pass(std::move(observed), after);
}

}  // namespace

WillFixture& company(CaseContext& context) {
  return *static_cast<WillFixture*>(context.run().company);
}

void check_limits(CaseContext& context, const session::WillSettings& will) {
  const session::ServerLimits& limits = context.run().limits;
  if (will.qos > limits.maximum_qos) context.abort(unsupported("Maximum QoS says so"));
  if (will.retain && !limits.retain_available)
    context.abort(unsupported("Retain Available says so"));
}

client::ConnectPlan mortal(CaseContext& context, const std::string& topic) {
  client::ConnectPlan plan = context.plan();
  session::WillSettings will;
  will.topic = topic;
  will.payload = "will of " + context.task().name();
  will.qos = context.variant().qos;
  will.retain = context.variant().retain;
  check_limits(context, will);
  plan.session.will = std::move(will);
  return plan;
}

client::ConnectPlan delayed(CaseContext& context, const std::string& topic, std::uint32_t delay,
                            std::uint32_t session_expiry) {
  client::ConnectPlan plan = mortal(context, topic);
  plan.session.resume = true;
  (void)plan.session.will->properties.set(PropertyId::will_delay_interval, delay);
  (void)plan.session.connect_properties.set(PropertyId::session_expiry_interval, session_expiry);
  return plan;
}

Finding expect_will(CaseContext& context, Observation& observation,
                    const session::WillSettings& will, Time cut, const Window& window,
                    Judged judged) {
  const Time now = SystemClock().now();
  if (!observation.wait_for(will.topic, 1, must_come_within(cut + window.timeout - now))) {
    // ObserverEngines that get nothing at all prove nothing.
    observation.close(will.topic);
    if (observation.testimony(will.topic).empty()) return broken("no will came");
  }
  Delivery delivery;
  delivery.expected_qos = std::min(will.qos, company(context).observers->granted_qos());
  delivery.retention = wrong_retention(context, will);
  observation.close(will.topic);
  auto seen = observation.testimony(will.topic);
  // What cleared a retained will came to the observers too.
  if (!will.payload.empty())
    std::erase_if(seen, [](const Message& message) { return message.payload.empty(); });
  if (seen.empty()) return inconclusive("what came was not the will");
  delivery.first = seen.front();
  delivery.after = delivery.first.at - cut;
  delivery.copies = seen.size();
  if (const auto fault = fault_in(delivery, will, judged)) return broken(*fault, delivery.after);
  return judge_time(window, describe(context, delivery, will), delivery.after,
                    trips_of_a_will * context.round_trip());
}

Finding against_control(CaseContext& context, Observation& observation, Finding finding) {
  if (finding.verdict != Verdict::fail || !observation.testimony(context.topic("will")).empty())
    return finding;
  const std::string topic = context.topic("control");
  ScriptedClient& process = context.connected(mortal(context, topic));
  process.cut(transport::Ending::reset);
  if (observation.wait_for(topic, 1, must_come_within(std::chrono::seconds(2)))) return finding;
  return inconclusive("no will comes after a reset at all");
}

Finding expect_no_will(CaseContext& context, Observation& observation, const std::string& topic,
                       Duration quiet) {
  const Time from = SystemClock().now();
  observation.wait_for(topic, 1, quiet);
  observation.close(topic);
  const auto seen = observation.testimony(topic);
  if (context.variant().retain && context.owns(topic)) {
    ScriptedClient& late = context.connected();
    late.publish({topic, "", protocol::Qos::at_least_once, true});
    late.disconnect();
  }
  if (!seen.empty()) return broken("a will came", seen.front().at - from);
  return pass("no will within " + show_duration(quiet));
}

}  // namespace mqtt_toolbox::will
