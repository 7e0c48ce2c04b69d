#include <algorithm>

#include "check/timeout.hpp"
#include "share/share_group.hpp"
#include "share/share_scripts.hpp"

namespace mqtt_toolbox::share {

using namespace check;

using protocol::PacketType;
using protocol::Qos;

namespace {

/// Beyond those that a client's session gives.
constexpr protocol::PacketIdentifier own_identifier = 1000;

/// Messages of a stream for a group, so that each of a few members gets some.
constexpr std::size_t usual_length = 30;
constexpr std::size_t few = 4;

std::string group_name(std::size_t number) {
  return "group" + std::to_string(number + 1);
}

/// A SUBSCRIBE that the encoder would not make: its last byte is that of the options.
std::string with_no_local(const std::string& filter) {
  constexpr char no_local = 0x04;
  std::string entries;
  protocol::append_subscription(entries, {filter, Qos::at_least_once});
  const protocol::Subscribe subscribe{own_identifier, {}, entries};
  const auto size = protocol::encoded_size(subscribe, protocol::Version::v5);
  std::string bytes(size.value_or(0), '\0');
  const auto written = protocol::encode(subscribe, protocol::Version::v5, bytes);
  if (written) bytes.back() = static_cast<char>(bytes.back() | no_local);
  return bytes;
}

std::size_t members_of(const CaseContext& context) {
  return context.run().amounts.members;
}

/// A group that gets a stream; all of it has come, or time was up.
struct Served {
  Group group;
  std::size_t count;

  Served(CaseContext& context, std::size_t members)
      : group(context, shared_filter(context, "group", context.topic("stream")), members),
        count(length_of_stream(context, usual_length)) {
    EngineClient& publisher = context.engine_client();
    send_to(context, publisher, context.topic("stream"), count,
            [this] { return group.tally(count).lost().empty(); });
    group.ping();
  }
  std::string shares() const { return distribution(group.shares(count)); }
};

}  // namespace

Finding play_share_served(CaseContext& context) {
  const std::string topic = context.topic("stream");
  if (!grants_shares(context)) return {};
  Group group(context, shared_filter(context, "group", topic), 1);
  EngineClient& publisher = context.engine_client();
  send_to(context, publisher, topic, few, [&] { return group.tally(few).lost().empty(); });
  const SequenceTally tally = group.tally(few);
  if (tally.arrived() != 0) return pass(tally.text());
  const std::string text = "the shared subscription was granted, and nothing was delivered";
  // Before 5.0 `$share` is a topic level like any other.
  return context.is_v5() ? broken(text) : unsupported(text);
}

Finding play_one_member(CaseContext& context) {
  if (!has_qos(context, context.connected()) || !has_shares(context)) return {};
  const Served served(context, members_of(context));
  const SequenceTally tally = served.group.tally(served.count);
  const std::string text = tally.text() + ", by member " + served.shares();
  const bool is_lost = !tally.lost().empty() && context.variant().qos != Qos::at_most_once;
  return as_shared(context, is_lost || !tally.repeated().empty() ? broken(text) : pass(text));
}

Finding play_every_group(CaseContext& context) {
  if (!has_shares(context)) return {};
  const std::string topic = context.topic("stream");
  const std::size_t count = length_of_stream(context, usual_length);
  std::vector<Group> groups;
  for (std::size_t i = 0; i < context.run().amounts.groups; ++i)
    groups.emplace_back(context, shared_filter(context, group_name(i), topic), members_of(context));
  const auto is_whole = [&](const Group& group) { return group.tally(count).lost().empty(); };
  EngineClient& publisher = context.engine_client();
  send_to(context, publisher, topic, count,
          [&] { return std::all_of(groups.begin(), groups.end(), is_whole); });
  std::string text;
  for (std::size_t i = 0; i < groups.size(); ++i)
    text += (i == 0 ? "" : "; ") + group_name(i) + ": " + groups[i].tally(count).text();
  const bool is_right = std::all_of(groups.begin(), groups.end(), is_whole);
  return as_shared(context, is_right ? pass(text) : broken(text));
}

Finding play_groups_of_one_name(CaseContext& context) {
  if (!has_shares(context)) return {};
  const std::string topic = context.topic("stream");
  const std::size_t count = few;
  Group exact(context, shared_filter(context, "group", topic), 1);
  Group wide(context, shared_filter(context, "group", context.topic("+")), 1);
  const auto is_whole = [&](const Group& group) { return group.tally(count).lost().empty(); };
  EngineClient& publisher = context.engine_client();
  send_to(context, publisher, topic, count, [&] { return is_whole(exact) && is_whole(wide); });
  const std::string text =
      "by the topic: " + exact.tally(count).text() + "; by a wildcard: " + wide.tally(count).text();
  return as_shared(context, is_whole(exact) && is_whole(wide) ? pass(text) : broken(text));
}

Finding play_plain_subscriber(CaseContext& context) {
  if (!has_shares(context)) return {};
  const std::string topic = context.topic("stream");
  const std::size_t count = length_of_stream(context, usual_length);
  ScriptedClient& plain = context.connected();
  if (!subscribe_at(context, plain, topic, context.variant().qos)) return {};
  Group group(context, shared_filter(context, "group", topic), members_of(context));
  EngineClient& publisher = context.engine_client();
  const auto tally = [&] { return tally_of(plain.received(), count); };
  send_to(context, publisher, topic, count, [&] { return tally().lost().empty(); });
  const std::string text = "beside a group, " + tally().text();
  return as_shared(context, tally().lost().empty() ? pass(text) : broken(text));
}

Finding play_even_share(CaseContext& context) {
  if (!has_shares(context)) return {};
  const Served served(context, members_of(context));
  const auto shares = served.group.shares(served.count);
  const std::string text = "by member " + served.shares();
  const bool is_left_out = std::find(shares.begin(), shares.end(), 0u) != shares.end();
  if (!is_left_out) return pass(text);
  if (served.count < 10 * members_of(context))
    return pass(text + "; too few messages to call that unfair");
  return deviates(text + ": a member got nothing");
}

Finding play_share_without_retained(CaseContext& context) {
  if (!has_shares(context)) return {};
  const std::string topic = context.topic("retained");
  ScriptedClient& publisher = context.connected();
  // The broker has passed the message on, which it may do after its acknowledgement, when it comes.
  publisher.subscribe(topic, {.qos = Qos::at_least_once});
  publisher.publish({topic, "1", Qos::at_least_once, true});
  publisher.wait_for(1, must_come_within(std::chrono::seconds(1)));
  ScriptedClient& plain = context.connected();
  plain.subscribe(topic, {.qos = Qos::at_least_once});
  const bool is_retained = plain.wait_for(1, must_come_within(std::chrono::seconds(1)));
  Group group(context, shared_filter(context, "group", topic), 1);
  group.ping();
  context.stay(quiet_time);
  const bool has_come = group.tally(1).arrived() != 0;
  publisher.publish({topic, "", Qos::at_least_once, true});
  if (has_come) return as_shared(context, broken("the retained message came to the new share"));
  if (!is_retained) return unsupported("the broker keeps no retained message");
  return pass("the retained message came to a plain subscription only");
}

Finding play_share_no_local(CaseContext& context) {
  if (!has_shares(context)) return {};
  ScriptedClient& client = context.connected();
  std::optional<protocol::ReasonCode> code;
  client.set_hook([&](session::Direction direction, const protocol::Frame& frame) {
    const bool is_suback =
        direction == session::Direction::received && frame.type() == PacketType::suback;
    if (is_suback && !frame.body.empty())
      code = static_cast<protocol::ReasonCode>(frame.body.back());
    return Fate::pass;
  });
  client.send_bytes(with_no_local(shared_filter(context, "group", context.topic("stream"))));
  context.wait([&] { return code || client.end(); }, arrival_timeout);
  client.set_hook({});
  if (code && is_failure(*code))
    return deviates("refused in SUBACK, and the connection goes on: " +
                    std::string(name(*code, PacketType::suback)));
  if (client.end()) return pass("the broker ended the connection: " + client.end()->text);
  return broken(code ? "granted" : "not answered");
}

}  // namespace mqtt_toolbox::share
