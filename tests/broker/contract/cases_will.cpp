#include "cases.hpp"

namespace mqtt_toolbox::contract {
namespace {

using protocol::PropertyId;
using protocol::ReasonCode;

constexpr Duration long_enough = std::chrono::seconds(4);

client::ConnectPlan mortal(Stage& stage, std::uint32_t delay_seconds = 0) {
  client::ConnectPlan plan = stage.plan();
  session::WillSettings will;
  will.topic = stage.topic("will");
  will.payload = "gone";
  will.qos = protocol::Qos::at_least_once;
  if (delay_seconds != 0) {
    (void)will.properties.add(PropertyId::will_delay_interval, delay_seconds);
    (void)plan.session.connect_properties.add(PropertyId::session_expiry_interval, 60);
  }
  plan.session.will = will;
  return plan;
}

/// Connects, and is gone without DISCONNECT.
void live_and_die(Stage& stage, client::ConnectPlan plan) {
  Line& line = stage.lay_line(plan);
  stage.connect(plan);
  line.cut();
}

Peer& witness(Stage& stage) {
  Peer& peer = stage.connect();
  peer.subscribe(stage.topic("will"), 1);
  return peer;
}

std::string first_will(Peer& witness, Duration patience) {
  witness.wait_until([&] { return !witness.received().empty(); }, patience);
  return describe(witness.received());
}

std::string after_reset(Stage& stage) {
  Peer& observer = witness(stage);
  live_and_die(stage, mortal(stage));
  first_will(observer, long_enough);
  return stage.seen(observer, observer, stage.topic("will"), 1);
}

std::string after_take_over(Stage& stage) {
  Peer& observer = witness(stage);
  client::ConnectPlan plan = mortal(stage);
  stage.connect(plan);
  plan.session.will.reset();
  stage.connect(plan);
  return first_will(observer, long_enough);
}

std::string after_disconnect(Stage& stage, ReasonCode reason) {
  Peer& observer = witness(stage);
  stage.connect(mortal(stage)).disconnect(reason);
  if (reason != ReasonCode::success) return first_will(observer, long_enough);
  observer.stay(std::chrono::milliseconds(300));
  return stage.seen(observer, observer, stage.topic("will"), 1);
}

std::string retained(Stage& stage) {
  Peer& observer = witness(stage);
  client::ConnectPlan plan = mortal(stage);
  plan.session.will->retain = true;
  live_and_die(stage, plan);
  first_will(observer, long_enough);
  return first_will(witness(stage), long_enough);
}

std::string delayed(Stage& stage) {
  Peer& observer = witness(stage);
  live_and_die(stage, mortal(stage, 1));
  const Time before = stage.loop().now();
  if (first_will(observer, long_enough) == "nothing") return "nothing";
  const Duration waited = observer.received().front().at - before;
  return waited < std::chrono::milliseconds(900) ? "too early" : "after the delay";
}

std::string delay_cut_short(Stage& stage) {
  Peer& observer = witness(stage);
  client::ConnectPlan plan = mortal(stage, 1);
  live_and_die(stage, plan);
  plan.session.clean_start = false;
  stage.connect(plan);
  return first_will(observer, std::chrono::milliseconds(2'500));
}

std::string with_properties(Stage& stage) {
  Peer& observer = witness(stage);
  client::ConnectPlan plan = mortal(stage);
  protocol::PropertyList& properties = plan.session.will->properties;
  (void)properties.add(PropertyId::payload_format_indicator, 1);
  (void)properties.add(PropertyId::content_type, "text/plain");
  (void)properties.add_user_property("b", "1");
  (void)properties.add_user_property("a", "2");
  live_and_die(stage, plan);
  if (first_will(observer, long_enough) == "nothing") return "nothing";
  const protocol::Properties got = observer.received().front().view();
  protocol::PropertyList users(protocol::PropertyPlace::publish);
  for (const auto& property : got)
    if (property.id == PropertyId::user_property) (void)users.add(property);
  return std::to_string(got.number(PropertyId::payload_format_indicator).value_or(0)) + " " +
         std::string(got.text(PropertyId::content_type).value_or("")) + " " +
         describe(users.view());
}

}  // namespace

void add_will_cases(std::vector<Case>& cases) {
  const std::string_view feature = "will";
  const std::string once = "gone at QoS 1";
  cases.push_back({"will after a reset", feature, "3.1.2.5", in_all, once, after_reset});
  cases.push_back({"will after take-over", feature, "3.1.4", in_common, once, after_take_over});
  cases.push_back({"no will after DISCONNECT", feature, "3.14.4", in_common, "nothing",
                   [](Stage& stage) { return after_disconnect(stage, ReasonCode::success); }});
  cases.push_back(
      {"retained will", feature, "3.1.2.7", in_common, "gone at QoS 1, retained", retained});
  cases.push_back({"DISCONNECT with will", feature, "3.14.2.1", in_5_0, once, [](Stage& stage) {
                     return after_disconnect(stage, ReasonCode::disconnect_with_will_message);
                   }});
  cases.push_back({"will delay", feature, "3.1.3.2.2", in_5_0, "after the delay", delayed});
  cases.push_back(
      {"will delay, back in time", feature, "3.1.3.2.2", in_5_0, "nothing", delay_cut_short});
  cases.push_back({"will properties", feature, "3.1.3.2", in_5_0,
                   "1 text/plain user-property=b:1 user-property=a:2", with_properties});
}

}  // namespace mqtt_toolbox::contract
