#include "cases.hpp"
#include "session/settings.hpp"

// Connections: versions, identifiers, passwords, take-over, keep-alive.

namespace mqtt_toolbox::contract {
namespace {

using protocol::PropertyId;

std::string connect(Stage& stage) {
  return stage.bring(stage.plan()).try_connect();
}

std::string fall_back(Stage& stage) {
  client::ConnectPlan plan = stage.plan();
  plan.client_identifier.clear();
  Peer& peer = stage.connect(plan);
  return "connected in " + std::string(protocol::name(peer.connected().version));
}

std::string assigned_identifier(Stage& stage) {
  client::ConnectPlan plan = stage.plan();
  plan.client_identifier.clear();
  Peer& peer = stage.connect(plan);
  const auto assigned = peer.connack_properties().text(PropertyId::assigned_client_identifier);
  return assigned && !assigned->empty() ? "assigned" : "connected";
}

client::ConnectPlan login_plan(Stage& stage) {
  client::ConnectPlan plan = stage.plan();
  plan.transport = {};
  plan.transport.host = "127.0.0.1";
  plan.transport.port = stage.facts().login->port;
  plan.username = stage.facts().login->credentials.username;
  plan.password = stage.facts().login->credentials.password;
  return plan;
}

std::string right_password(Stage& stage) {
  Peer& peer = stage.connect(login_plan(stage));
  peer.subscribe(stage.topic("in"), 0);
  return "connected";
}

std::string wrong_password(Stage& stage) {
  client::ConnectPlan plan = login_plan(stage);
  plan.password = "wrong";
  return stage.bring(plan).try_connect();
}

std::string no_password(Stage& stage) {
  client::ConnectPlan plan = login_plan(stage);
  plan.username.reset();
  plan.password.reset();
  return stage.bring(plan).try_connect();
}

std::string take_over(Stage& stage) {
  client::ConnectPlan plan = stage.plan();
  Peer& first = stage.connect(plan);
  Peer& second = stage.connect(plan);
  const std::string end = first.wait_for_end(std::chrono::seconds(5));
  return end + (second.online() ? "; the second stays" : "; the second is gone");
}

/// Longer than one and a half times the keep-alive, after which a server gives up on silence.
std::string idle(Stage& stage) {
  client::ConnectPlan plan = stage.plan();
  plan.session.keep_alive = 3;  // Paho pings up to a second late
  Peer& peer = stage.connect(plan);
  peer.stay(std::chrono::milliseconds(5'300));
  if (peer.ended()) return *peer.ended();
  const std::string topic = stage.topic("in");
  peer.subscribe(topic, 0);
  return stage.seen(peer, peer, topic) + ", still connected";
}

bool has_login(const BrokerFacts& facts) {
  return facts.login.has_value();
}

}  // namespace

void add_connect_cases(std::vector<Case>& cases) {
  cases.push_back({"connect", "connect", "3.1", in_all, "connected", connect});
  cases.push_back(
      {"fall back", "connect", "3.1.2.2", in_auto, "connected in (5.0|3.1.1)", fall_back});
  cases.push_back({"identifier by the server", "connect", "3.1.3.1", in_3_1_1, "connected",
                   assigned_identifier});
  cases.push_back({"identifier by the server", "connect", "3.2.2.3.7", in_5_0, "assigned",
                   assigned_identifier});
  cases.push_back(
      {"idle client", "connect", "3.1.2.10", in_common, "nothing, still connected", idle});
  cases.push_back({"right password", "passwords", "3.1.3.6", in_all, "connected", right_password,
                   "", "tcp", false, has_login});
  const std::string refused = "refused: (Bad User Name or Password|Not authorized)";
  cases.push_back({"wrong password", "passwords", "4.13.2", in_all, refused, wrong_password, "",
                   "tcp", false, has_login});
  cases.push_back({"no password", "passwords", "4.13.2", in_all, refused, no_password, "", "tcp",
                   false, has_login});
  cases.push_back(
      {"take-over", "take-over", "3.1.4", in_3_1_1, "lost; the second stays", take_over});
  cases.push_back({"take-over", "take-over", "3.1.4", in_5_0,
                   "lost: Session taken over; the second stays", take_over});
}

}  // namespace mqtt_toolbox::contract
