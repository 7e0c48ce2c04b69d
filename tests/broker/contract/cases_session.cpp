#include "cases.hpp"

// Sessions that outlive their connections.

namespace mqtt_toolbox::contract {
namespace {

using protocol::PropertyId;

std::string presence(const Peer& peer) {
  return peer.session_present() ? "session present" : "no session";
}

std::string is_new(Stage& stage) {
  return presence(stage.connect(stage.kept_plan(stage.new_identifier())));
}

std::string is_kept(Stage& stage) {
  const client::ConnectPlan plan = stage.kept_plan(stage.new_identifier());
  stage.connect(plan).disconnect();
  return presence(stage.connect(plan));
}

/// Messages for one who is away: sent while the session is without connection.
std::string offline(Stage& stage, int qos) {
  const client::ConnectPlan plan = stage.kept_plan(stage.new_identifier());
  const std::string topic = stage.topic("a");
  Peer& before = stage.connect(plan);
  before.subscribe(topic, qos);
  before.disconnect();
  Peer& publisher = stage.connect();
  for (const char* payload : {"one", "two", "three"}) publisher.publish({topic, payload, qos});
  Peer& after = stage.connect(plan);
  // What waited may come after what is sent now.
  after.wait_until([&] { return after.received().size() >= 3; }, std::chrono::seconds(3));
  return presence(after) + "; " + stage.seen(after, publisher, topic, qos);
}

std::string clean_start_ends_it(Stage& stage) {
  client::ConnectPlan plan = stage.kept_plan(stage.new_identifier());
  const std::string topic = stage.topic("a");
  Peer& before = stage.connect(plan);
  before.subscribe(topic, 1);
  before.disconnect();
  Peer& publisher = stage.connect();
  publisher.publish({topic, "one", 1});
  plan.session.clean_start = true;
  Peer& after = stage.connect(plan);
  after.subscribe(stage.topic("last"), 1);
  return presence(after) + "; " + stage.seen(after, publisher, stage.topic("last"), 1);
}

/// Session Expiry Interval in seconds, and how long the client stays away.
std::string expires(Stage& stage, std::uint32_t expiry, Duration away) {
  client::ConnectPlan plan = stage.kept_plan(stage.new_identifier());
  (void)plan.session.connect_properties.set(PropertyId::session_expiry_interval, expiry);
  Peer& before = stage.connect(plan);
  before.disconnect();
  before.stay(away);
  return presence(stage.connect(plan));
}

/// A message that was delivered and not acknowledged comes again on the next connection.
std::string delivered_again(Stage& stage, int qos) {
  client::ConnectPlan plan = stage.kept_plan(stage.new_identifier());
  plan.session.acknowledge_at_once = false;
  const std::string topic = stage.topic("a");
  client::ConnectPlan cut_plan = plan;
  Line& line = stage.lay_line(cut_plan);
  Peer& before = stage.connect(cut_plan);
  before.subscribe(topic, qos);
  Peer& publisher = stage.connect();
  publisher.publish({topic, "one", qos});
  before.wait_until([&] { return !before.received().empty(); }, std::chrono::seconds(5));
  line.cut();
  plan.session.acknowledge_at_once = true;
  Peer& after = stage.connect(plan);
  const auto messages = stage.collect(after, publisher, topic, qos);
  const bool is_marked = messages.size() == 1 && messages.front().dup;
  return describe(messages) + (is_marked ? ", DUP" : "");
}

}  // namespace

void add_session_cases(std::vector<Case>& cases) {
  const std::string_view feature = "sessions";
  cases.push_back({"new session", feature, "3.2.2.1.1", in_common, "no session", is_new});
  cases.push_back({"kept session", feature, "3.1.2.4", in_common, "session present", is_kept});
  cases.push_back({"offline messages at QoS 1", feature, "4.1", in_common,
                   "session present; one at QoS 1; two at QoS 1; three at QoS 1",
                   [](Stage& stage) { return offline(stage, 1); }});
  cases.push_back({"offline messages at QoS 2", feature, "4.1", in_common,
                   "session present; one at QoS 2; two at QoS 2; three at QoS 2",
                   [](Stage& stage) { return offline(stage, 2); }, publish_at_qos_2});
  cases.push_back(
      {"clean start", feature, "3.1.2.4", in_common, "no session; nothing", clean_start_ends_it});
  cases.push_back({"delivered again at QoS 1", feature, "4.4", in_common, "one at QoS 1, DUP",
                   [](Stage& stage) { return delivered_again(stage, 1); }});
  cases.push_back({"delivered again at QoS 2", feature, "4.4", in_common, "one at QoS 2, DUP",
                   [](Stage& stage) { return delivered_again(stage, 2); }, publish_at_qos_2});
  cases.push_back({"session expiry 0", feature, "3.1.2.11.2", in_5_0, "no session",
                   [](Stage& stage) { return expires(stage, 0, Duration()); }});
  cases.push_back({"session expiry 1 s", feature, "3.1.2.11.2", in_5_0, "no session",
                   [](Stage& stage) { return expires(stage, 1, std::chrono::seconds(3)); }});
}

}  // namespace mqtt_toolbox::contract
