#include "probe/will_script.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace mqtt_toolbox::probe {

using protocol::PropertyId;
using protocol::Qos;

namespace {

/// What arrives of a will that was sent at `asked`.
Qos expected_qos(const Scene& scene, Qos asked) {
  const auto& shared = *static_cast<WillCompany*>(scene.ground().company);
  return std::min(asked, shared.jury->granted_qos());
}

/// The first thing about the message that is not as the will was.
std::optional<std::string> difference(const Message& message, const session::WillSettings& will,
                                      Qos qos) {
  if (message.payload != will.payload)
    return fmt::format("came with another payload, of {} instead of {} bytes",
                       message.payload.size(), will.payload.size());
  if (message.qos != qos)
    return fmt::format("came at QoS {} instead of {}", static_cast<int>(message.qos),
                       static_cast<int>(qos));
  return std::nullopt;
}

/// A client that comes too late to see anything but what is retained.
std::optional<std::string> wrong_retention(Scene& scene, const session::WillSettings& will) {
  Wire& late = scene.connected();
  late.subscribe(will.topic, {Qos::at_least_once});
  if (will.retain) late.wait_for(1, std::chrono::seconds(2));
  late.ping();
  const auto& received = late.received();
  const bool is_there = !received.empty();
  const bool is_marked = is_there && received.front().retain;
  const bool is_ours =
      is_there ? received.front().payload == will.payload : will.retain && scene.owns(will.topic);
  if (is_ours) late.publish({will.topic, "", Qos::at_least_once, true});
  late.disconnect();
  if (is_ours && is_there && !will.retain) return "is retained although it was not to be";
  if (!is_there && will.retain) return "is not retained";
  if (will.retain && !is_marked)
    return "is retained, but comes to a late subscriber without RETAIN";
  return std::nullopt;
}

std::string arrival(const Message& message, const session::WillSettings& will) {
  return fmt::format("came at QoS {}{}", static_cast<int>(message.qos),
                     will.retain ? ", and stayed retained until it was cleared" : "");
}

Finding judge_time(const Window& window, std::string observed, Duration after) {
  if (after < window.earliest)
    return broken(std::move(observed) + ", before " + show_duration(window.earliest) + " were over",
                  after);
  if (after > window.latest)
    return deviates(std::move(observed) + ", later than " + show_duration(window.latest), after);
  return pass(std::move(observed), after);
}

}  // namespace

WillCompany& company(Scene& scene) {
  return *static_cast<WillCompany*>(scene.ground().company);
}

client::ConnectPlan mortal(Scene& scene, const std::string& topic) {
  client::ConnectPlan plan = scene.plan();
  session::WillSettings will;
  will.topic = topic;
  will.payload = "will of " + scene.task().name();
  will.qos = scene.variant().qos;
  will.retain = scene.variant().retain;
  plan.session.will = std::move(will);
  return plan;
}

client::ConnectPlan delayed(Scene& scene, const std::string& topic, std::uint32_t delay,
                            std::uint32_t session_expiry) {
  client::ConnectPlan plan = mortal(scene, topic);
  plan.session.resume = true;
  (void)plan.session.will->properties.set(PropertyId::will_delay_interval, delay);
  (void)plan.session.connect_properties.set(PropertyId::session_expiry_interval, session_expiry);
  return plan;
}

Finding expect_will(Scene& scene, Hearing& hearing, const session::WillSettings& will, Time cut,
                    const Window& window) {
  const Time now = SystemClock().now();
  hearing.wait_for(will.topic, 1, cut + window.patience - now);
  auto seen = hearing.testimony(will.topic);
  if (seen.empty())
    return broken("no will within " + show_duration(window.patience) + " of the cut");
  const Message first = seen.front();
  const Duration after = first.at - cut;
  if (const auto other = difference(first, will, expected_qos(scene, will.qos)))
    return broken(*other, after);
  const auto retention = wrong_retention(scene, will);
  hearing.close(will.topic);
  seen = hearing.testimony(will.topic);
  if (will.retain)
    std::erase_if(seen, [](const Message& message) { return message.payload.empty(); });
  if (seen.size() > 1) return broken(fmt::format("came {} times", seen.size()), after);
  if (retention) return broken(arrival(first, {}) + ", but " + *retention, after);
  return judge_time(window, arrival(first, will), after);
}

Finding expect_no_will(Scene& scene, Hearing& hearing, const std::string& topic, Duration quiet) {
  const Time from = SystemClock().now();
  hearing.wait_for(topic, 1, quiet);
  hearing.close(topic);
  const auto seen = hearing.testimony(topic);
  if (scene.variant().retain && scene.owns(topic)) {
    Wire& late = scene.connected();
    late.publish({topic, "", protocol::Qos::at_least_once, true});
    late.disconnect();
  }
  if (!seen.empty()) return broken("a will came", seen.front().at - from);
  return pass("no will within " + show_duration(quiet));
}

}  // namespace mqtt_toolbox::probe
