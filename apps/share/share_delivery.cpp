#include <algorithm>

#include "check/patience.hpp"
#include "share/share_group.hpp"
#include "share/share_scripts.hpp"

namespace mqtt_toolbox::share {

using namespace check;

using protocol::PacketType;
using protocol::Qos;

namespace {

/// Beyond those that a wire's session gives.
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

std::size_t members_of(const Scene& scene) {
  return scene.ground().amounts.members;
}

/// A group that gets a stream; all of it has come, or time was up.
struct Served {
  Group group;
  std::size_t count;

  Served(Scene& scene, std::size_t members)
      : group(scene, shared_filter(scene, "group", scene.topic("stream")), members),
        count(length_of_stream(scene, usual_length)) {
    Peer& publisher = scene.peer();
    send_to(scene, publisher, scene.topic("stream"), count,
            [this] { return group.ledger(count).lost().empty(); });
    group.ping();
  }
  std::string shares() const { return distribution(group.shares(count)); }
};

}  // namespace

Finding play_share_served(Scene& scene) {
  const std::string topic = scene.topic("stream");
  if (!grants_shares(scene)) return {};
  Group group(scene, shared_filter(scene, "group", topic), 1);
  Peer& publisher = scene.peer();
  send_to(scene, publisher, topic, few, [&] { return group.ledger(few).lost().empty(); });
  const Ledger ledger = group.ledger(few);
  if (ledger.arrived() != 0) return pass(ledger.text());
  const std::string text = "the shared subscription was granted, and nothing was delivered";
  // Before 5.0 `$share` is a topic level like any other.
  return scene.is_v5() ? broken(text) : unsupported(text);
}

Finding play_one_member(Scene& scene) {
  if (!has_qos(scene, scene.connected()) || !has_shares(scene)) return {};
  const Served served(scene, members_of(scene));
  const Ledger ledger = served.group.ledger(served.count);
  const std::string text = ledger.text() + ", by member " + served.shares();
  const bool is_lost = !ledger.lost().empty() && scene.variant().qos != Qos::at_most_once;
  return as_shared(scene, is_lost || !ledger.repeated().empty() ? broken(text) : pass(text));
}

Finding play_every_group(Scene& scene) {
  if (!has_shares(scene)) return {};
  const std::string topic = scene.topic("stream");
  const std::size_t count = length_of_stream(scene, usual_length);
  std::vector<Group> groups;
  for (std::size_t i = 0; i < scene.ground().amounts.groups; ++i)
    groups.emplace_back(scene, shared_filter(scene, group_name(i), topic), members_of(scene));
  const auto is_whole = [&](const Group& group) { return group.ledger(count).lost().empty(); };
  Peer& publisher = scene.peer();
  send_to(scene, publisher, topic, count,
          [&] { return std::all_of(groups.begin(), groups.end(), is_whole); });
  std::string text;
  for (std::size_t i = 0; i < groups.size(); ++i)
    text += (i == 0 ? "" : "; ") + group_name(i) + ": " + groups[i].ledger(count).text();
  const bool is_right = std::all_of(groups.begin(), groups.end(), is_whole);
  return as_shared(scene, is_right ? pass(text) : broken(text));
}

Finding play_groups_of_one_name(Scene& scene) {
  if (!has_shares(scene)) return {};
  const std::string topic = scene.topic("stream");
  const std::size_t count = few;
  Group exact(scene, shared_filter(scene, "group", topic), 1);
  Group wide(scene, shared_filter(scene, "group", scene.topic("+")), 1);
  const auto is_whole = [&](const Group& group) { return group.ledger(count).lost().empty(); };
  Peer& publisher = scene.peer();
  send_to(scene, publisher, topic, count, [&] { return is_whole(exact) && is_whole(wide); });
  const std::string text = "by the topic: " + exact.ledger(count).text() +
                           "; by a wildcard: " + wide.ledger(count).text();
  return as_shared(scene, is_whole(exact) && is_whole(wide) ? pass(text) : broken(text));
}

Finding play_plain_subscriber(Scene& scene) {
  if (!has_shares(scene)) return {};
  const std::string topic = scene.topic("stream");
  const std::size_t count = length_of_stream(scene, usual_length);
  Wire& plain = scene.connected();
  if (!subscribe_at(scene, plain, topic, scene.variant().qos)) return {};
  Group group(scene, shared_filter(scene, "group", topic), members_of(scene));
  Peer& publisher = scene.peer();
  const auto ledger = [&] { return ledger_of(plain.received(), count); };
  send_to(scene, publisher, topic, count, [&] { return ledger().lost().empty(); });
  const std::string text = "beside a group, " + ledger().text();
  return as_shared(scene, ledger().lost().empty() ? pass(text) : broken(text));
}

Finding play_even_share(Scene& scene) {
  if (!has_shares(scene)) return {};
  const Served served(scene, members_of(scene));
  const auto shares = served.group.shares(served.count);
  const std::string text = "by member " + served.shares();
  const bool is_left_out = std::find(shares.begin(), shares.end(), 0u) != shares.end();
  if (!is_left_out) return pass(text);
  if (served.count < 10 * members_of(scene))
    return pass(text + "; too few messages to call that unfair");
  return deviates(text + ": a member got nothing");
}

Finding play_share_without_retained(Scene& scene) {
  if (!has_shares(scene)) return {};
  const std::string topic = scene.topic("retained");
  Wire& publisher = scene.connected();
  // The broker has passed the message on, which it may do after its acknowledgement, when it comes.
  publisher.subscribe(topic, {.qos = Qos::at_least_once});
  publisher.publish({topic, "1", Qos::at_least_once, true});
  publisher.wait_for(1, must_come_within(std::chrono::seconds(1)));
  Wire& plain = scene.connected();
  plain.subscribe(topic, {.qos = Qos::at_least_once});
  const bool is_retained = plain.wait_for(1, must_come_within(std::chrono::seconds(1)));
  Group group(scene, shared_filter(scene, "group", topic), 1);
  group.ping();
  scene.stay(quiet_time);
  const bool has_come = group.ledger(1).arrived() != 0;
  publisher.publish({topic, "", Qos::at_least_once, true});
  if (has_come) return as_shared(scene, broken("the retained message came to the new share"));
  if (!is_retained) return unsupported("the broker keeps no retained message");
  return pass("the retained message came to a plain subscription only");
}

Finding play_share_no_local(Scene& scene) {
  if (!has_shares(scene)) return {};
  Wire& wire = scene.connected();
  std::optional<protocol::ReasonCode> code;
  wire.set_hook([&](session::Direction direction, const protocol::Frame& frame) {
    const bool is_suback =
        direction == session::Direction::received && frame.type() == PacketType::suback;
    if (is_suback && !frame.body.empty())
      code = static_cast<protocol::ReasonCode>(frame.body.back());
    return Fate::pass;
  });
  wire.send_bytes(with_no_local(shared_filter(scene, "group", scene.topic("stream"))));
  scene.wait([&] { return code || wire.end(); }, arrival_patience);
  wire.set_hook({});
  if (code && is_failure(*code))
    return deviates("refused in SUBACK, and the connection goes on: " +
                    std::string(name(*code, PacketType::suback)));
  if (wire.end()) return pass("the broker ended the connection: " + wire.end()->text);
  return broken(code ? "granted" : "not answered");
}

}  // namespace mqtt_toolbox::share
