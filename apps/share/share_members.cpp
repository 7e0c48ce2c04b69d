#include <algorithm>

#include "check/fault_injector.hpp"
#include "check/timeout.hpp"
#include "share/share_group.hpp"
#include "share/share_scripts.hpp"

namespace mqtt_toolbox::share {

using namespace check;

using protocol::PacketType;
using session::Direction;

namespace {

constexpr std::size_t usual_length = 20;
/// Where a few are enough.
constexpr std::size_t few = 8;
/// How long a broker may take to see that a client is gone, and to pass its messages on.
constexpr Timeout passing_timeout = must_come_within(std::chrono::seconds(2));

std::string topic_of(const CaseContext& context) {
  return context.topic("stream");
}

std::string group_filter(const CaseContext& context) {
  return shared_filter(context, "group", topic_of(context));
}

/// Sends the numbers from `first` on, and waits a moment for those that may come.
void send_more(CaseContext& context, EngineClient& publisher, Group& group, std::size_t first,
               std::size_t count) {
  if (!send_numbers(publisher, topic_of(context), context.variant().qos, count, first)) return;
  const std::size_t all = first + count - 1;
  context.wait([&] { return group.tally(all).lost().empty(); }, passing_timeout);
  context.stay(quiet_time);
}

/// Numbers above `above` that a client has.
std::size_t later_ones(const ScriptedClient& client, std::size_t above, std::size_t sent) {
  std::size_t found = 0;
  for (const Message& message : client.received())
    if (const auto number = number_of(message.payload, sent); number && *number > above) ++found;
  return found;
}

/// A group of a member that does not acknowledge and then dies, and of one that lives.
struct Bereavement {
  CaseContext& context;
  Group group;
  ScriptedClient& dying;
  ScriptedClient& living;
  EngineClient& publisher;

  Bereavement(CaseContext& played, client::ConnectPlan plan)
      : context(played),
        group(context, group_filter(context), 0),
        dying(group.add(withholding(std::move(plan)))),
        living(group.add(context.plan())),
        publisher(context.engine_client()) {
    send_more(context, publisher, group, 1, few);
  }

  /// What the dying member has not acknowledged. From here on it counts what the living one gets.
  std::vector<std::string> of_the_dying() {
    std::vector<std::string> payloads;
    for (const Message& message : dying.received()) payloads.push_back(message.payload);
    living.forget_received();
    return payloads;
  }
  /// How many of these the living member got.
  std::size_t passed_on(const std::vector<std::string>& payloads) const {
    return static_cast<std::size_t>(std::count_if(
        payloads.begin(), payloads.end(),
        [&](const std::string& payload) { return has_payload(living.received(), payload); }));
  }
};

std::string of_text(std::size_t part, std::size_t whole) {
  return std::to_string(part) + " of " + std::to_string(whole);
}

}  // namespace

Finding play_member_joins(CaseContext& context) {
  if (!has_shares(context)) return {};
  Group group(context, group_filter(context), 1);
  EngineClient& publisher = context.engine_client();
  const std::size_t count = length_of_stream(context, usual_length);
  send_more(context, publisher, group, 1, few);
  const ScriptedClient& late = group.add(context.plan());
  send_more(context, publisher, group, few + 1, count);
  const SequenceTally tally = group.tally(few + count);
  const std::size_t got = later_ones(late, few, few + count);
  const std::string text =
      "the new member got " + of_text(got, count) + " sent since; " + tally.text();
  if (!tally.lost().empty()) return as_shared(context, broken(text));
  return got != 0 ? pass(text) : deviates(text);
}

namespace {

/// `leave` is how the first of two members goes.
Finding play_leaving(CaseContext& context,
                     void (*leave)(ScriptedClient& client, const std::string& filter)) {
  if (!has_shares(context)) return {};
  Group group(context, group_filter(context), 2);
  EngineClient& publisher = context.engine_client();
  const std::size_t count = length_of_stream(context, usual_length);
  send_more(context, publisher, group, 1, few);
  ScriptedClient& leaving = group.member(0);
  leave(leaving, group_filter(context));
  // The broker hears of it on another connection than of the next messages.
  context.stay(quiet_time);
  send_more(context, publisher, group, few + 1, count);
  const SequenceTally tally = group.tally(few + count);
  if (later_ones(leaving, few, few + count) != 0)
    return as_shared(context, broken("a member that had left got a message"));
  const std::string text = "a member left; " + tally.text();
  return as_shared(context, tally.lost().empty() ? pass(text) : broken(text));
}

}  // namespace

Finding play_member_unsubscribes(CaseContext& context) {
  return play_leaving(context, [](ScriptedClient& client, const std::string& filter) {
    (void)client.try_unsubscribe(filter);
  });
}

Finding play_member_disconnects(CaseContext& context) {
  return play_leaving(context,
                      [](ScriptedClient& client, const std::string&) { client.disconnect(); });
}

Finding play_member_dies(CaseContext& context) {
  if (!has_shares(context)) return {};
  Bereavement group(context, context.kept_plan());
  const auto payloads = group.of_the_dying();
  if (payloads.empty()) return inconclusive("the member that was to die got nothing");
  group.dying.cut(transport::Ending::reset);
  context.stay_until([&] { return group.passed_on(payloads) == payloads.size(); },
                     passing_timeout.time);
  const std::size_t passed = group.passed_on(payloads);
  group.dying.plan().session.acknowledge_at_once = true;
  group.dying.forget_received();
  if (!group.dying.connect()) return {};
  const auto has_all = [&] {
    return std::all_of(payloads.begin(), payloads.end(), [&](const std::string& payload) {
      return has_payload(group.living.received(), payload) ||
             has_payload(group.dying.received(), payload);
    });
  };
  context.wait(has_all, arrival_timeout);
  const bool is_whole = has_all();
  const std::size_t came_back = group.dying.received().size();
  end_session(context, group.dying);
  const std::string text = "of " + std::to_string(payloads.size()) + " not acknowledged, " +
                           std::to_string(passed) + " went to another member, " +
                           std::to_string(came_back) + " came again to the one that came back";
  return as_shared(context, is_whole ? pass(text) : broken(text + ": messages were lost"));
}

Finding play_member_dies_for_good(CaseContext& context) {
  if (!has_shares(context)) return {};
  Bereavement group(context, context.plan());
  const auto payloads = group.of_the_dying();
  if (payloads.empty()) return inconclusive("the member that was to die got nothing");
  group.dying.cut(transport::Ending::reset);
  context.wait([&] { return group.passed_on(payloads) == payloads.size(); }, passing_timeout);
  const std::size_t passed = group.passed_on(payloads);
  const std::string text =
      of_text(passed, payloads.size()) + " not acknowledged went to another member";
  return passed == payloads.size() ? pass(text) : deviates(text);
}

Finding play_member_dies_at_qos_2(CaseContext& context) {
  if (!has_qos(context, context.connected()) || !has_shares(context)) return {};
  Bereavement group(context, context.kept_plan());
  const auto payloads = group.of_the_dying();
  if (payloads.empty()) return inconclusive("the member that was to die got nothing");
  group.dying.cut(transport::Ending::reset);
  context.stay(quiet_time);
  const FaultInjector watch(context, group.dying);
  group.dying.plan().session.acknowledge_at_once = true;
  if (!group.dying.connect()) return {};
  const auto came_again = [&] {
    SequenceTally tally(few);
    for (const Sighting& sighting : watch.sightings()) tally.take(sighting.payload);
    return tally.arrived();
  };
  context.wait([&] { return came_again() == payloads.size(); }, arrival_timeout);
  const std::size_t back = came_again();
  const std::size_t passed = group.passed_on(payloads);
  end_session(context, group.dying);
  const std::string text = of_text(back, payloads.size()) +
                           " not acknowledged came again to the "
                           "member that came back, " +
                           std::to_string(passed) + " went to another";
  return as_shared(context, back == payloads.size() && passed == 0 ? pass(text) : broken(text));
}

Finding play_acknowledged_by_the_dead(CaseContext& context) {
  if (!has_shares(context)) return {};
  Bereavement group(context, context.kept_plan());
  const auto payloads = group.of_the_dying();
  if (payloads.empty()) return inconclusive("the member that was to die got nothing");
  group.dying.acknowledge(payloads.size());
  group.dying.ping();
  group.dying.cut(transport::Ending::reset);
  context.stay(2 * quiet_time);
  const std::size_t passed = group.passed_on(payloads);
  group.dying.connect();
  end_session(context, group.dying);
  const std::string text =
      of_text(passed, payloads.size()) + " acknowledged went to another member too";
  return as_shared(context, passed == 0 ? pass(text) : broken(text));
}

Finding play_refused_by_member(CaseContext& context) {
  if (!has_shares(context)) return {};
  Group group(context, group_filter(context), 2);
  ScriptedClient& refusing = group.member(0);
  refusing.set_hook([](Direction direction, const protocol::Frame& frame) {
    const bool is_answer = direction == Direction::sent && frame.type() == PacketType::puback;
    return is_answer ? Fate::swallow : Fate::pass;
  });
  EngineClient& publisher = context.engine_client();
  send_more(context, publisher, group, 1, few);
  const auto refused = refusing.received();
  if (refused.empty()) return inconclusive("the member that was to refuse got nothing");
  group.member(1).forget_received();
  for (const Message& message : refused)
    refusing.send_packet(protocol::PubAck{message.packet_identifier,
                                          protocol::ReasonCode::implementation_specific_error});
  refusing.ping();
  context.stay(quiet_time);
  group.ping();
  std::size_t passed = 0;
  for (const Message& message : refused)
    if (has_payload(group.member(1).received(), message.payload)) ++passed;
  const std::string text = of_text(passed, refused.size()) + " refused went to another member";
  return passed == 0 ? pass(text) : broken(text);
}

namespace {

Finding play_slow_member(CaseContext& context, void (*slow_down)(ScriptedClient& client)) {
  if (!has_shares(context)) return {};
  const std::size_t count = length_of_stream(context, 2 * usual_length);
  Group group(context, group_filter(context), 1);
  const ScriptedClient& quick = group.member(0);
  client::ConnectPlan plan = withholding(context.plan());
  (void)plan.session.connect_properties.set(protocol::PropertyId::receive_maximum, 2);
  slow_down(group.add(std::move(plan)));
  EngineClient& publisher = context.engine_client();
  send_more(context, publisher, group, 1, few);
  // Now the slow one has as much as it takes.
  send_numbers(publisher, topic_of(context), context.variant().qos, count, few + 1);
  const auto got = [&] { return later_ones(quick, few, few + count); };
  context.wait([&] { return got() != 0; }, must_come_within(std::chrono::seconds(1)));
  context.stay_until([&] { return got() == count; }, std::chrono::seconds(1));
  const std::string text = "the quick member got " + of_text(got(), count);
  if (got() == 0) return deviates(text + ": the group waits for the slow one");
  return pass(text);
}

}  // namespace

Finding play_silent_member(CaseContext& context) {
  return play_slow_member(context, [](ScriptedClient&) {});
}

Finding play_deaf_member(CaseContext& context) {
  return play_slow_member(context, [](ScriptedClient& client) { client.pause_reading(true); });
}

}  // namespace mqtt_toolbox::share
