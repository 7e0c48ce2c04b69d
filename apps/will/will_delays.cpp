#include "will/will_delays.hpp"

#include "will/will_script.hpp"

namespace mqtt_toolbox::will {

using namespace check;

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// What must not count, because the broker acts at it or before it.
constexpr std::uint32_t long_delay = 30;
/// Timers of whole seconds may run out a part of a second late.
constexpr Duration late = milliseconds(1500);

Window window_at(seconds due) {
  return {due - timers_are_coarse, due + late, due + seconds(3)};
}

Finding will_of(CaseContext& context, std::uint32_t delay, std::uint32_t session_expiry,
                const Window& window) {
  Observation observation(context, *company(context).observers);
  client::ConnectPlan plan = delayed(context, context.topic("will"), delay, session_expiry);
  const session::WillSettings will = *plan.session.will;
  ScriptedClient& process = context.connected(std::move(plan));
  process.cut(transport::Ending::reset);
  const Finding finding = against_control(
      context, observation, expect_will(context, observation, will, process.ended_at(), window));
  const bool is_held_back = delay == long_delay && finding.verdict == Verdict::deviates &&
                            finding.after >= seconds(long_delay) - timers_are_coarse;
  return is_held_back ? broken("came when the will delay was over", finding.after) : finding;
}

}  // namespace

Finding will_after_delay(CaseContext& context) {
  return will_of(context, 2, 60, window_at(seconds(2)));
}

Finding will_at_session_end(CaseContext& context) {
  Window window = window_at(seconds(1));
  // That it does not come before the session ends is another case.
  window.earliest = {};
  return will_of(context, long_delay, 1, window);
}

Finding will_without_session(CaseContext& context) {
  return will_of(context, long_delay, 0, Window{{}, late, seconds(5)});
}

Finding will_called_off(CaseContext& context) {
  Observation observation(context, *company(context).observers);
  // Enough of it for the way there and back.
  const auto way = std::chrono::floor<seconds>(4 * context.round_trip());
  const seconds delay = seconds(1) + way;
  ScriptedClient& process = context.connected(
      delayed(context, context.topic("will"), static_cast<std::uint32_t>(delay.count()), 60));
  process.cut(transport::Ending::reset);
  // A will that does not wait for its delay is here by then.
  context.stay(milliseconds(300));
  process.connect();
  const Time back = SystemClock().now();
  Finding finding =
      expect_no_will(context, observation, context.topic("will"), delay + milliseconds(1500));
  process.disconnect();
  const auto seen = observation.testimony(context.topic("will"));
  if (!seen.empty() && seen.front().at <= back)
    return inconclusive("the will came before the client was back");
  return finding;
}

Finding will_at_clean_start(CaseContext& context) {
  Observation observation(context, *company(context).observers);
  client::ConnectPlan plan = delayed(context, context.topic("will"), long_delay, 60);
  const session::WillSettings will = *plan.session.will;
  ScriptedClient& process = context.connected(std::move(plan));
  process.cut(transport::Ending::reset);
  process.plan().session.will.reset();
  process.start_over();
  const Time before = SystemClock().now();
  process.connect();
  Finding finding = against_control(
      context, observation,
      expect_will(context, observation, will, before, {{}, seconds(1), seconds(4)}));
  process.disconnect();
  if (finding.verdict != Verdict::fail) return finding;
  // The standard says two things of a client that comes back with a clean start.
  return deviates(finding.observed +
                      "; the end of the session has it sent (MQTT-3.1.2-8), a new connection "
                      "within the delay calls it off (MQTT-3.1.3-9)",
                  finding.after);
}

}  // namespace mqtt_toolbox::will
