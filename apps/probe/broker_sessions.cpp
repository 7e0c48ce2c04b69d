#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "probe/broker_steps.hpp"

// What the broker remembers of a client that is away, and for how long.

namespace mqtt_toolbox::probe {

using namespace check;

using protocol::PropertyId;
using protocol::Qos;

namespace {

/// A subscriber with a session that outlives its connection, connected and subscribed.
ScriptedClient& kept_subscriber(CaseContext& context, client::ConnectPlan plan,
                                const std::string& filter) {
  ScriptedClient& client = context.connected(std::move(plan));
  client.subscribe(filter, {.qos = Qos::at_least_once});
  return client;
}

/// A kept plan whose session ends so many seconds after its connection.
client::ConnectPlan plan_with_expiry(CaseContext& context, std::uint32_t seconds) {
  client::ConnectPlan plan = context.kept_plan();
  (void)plan.session.connect_properties.set(PropertyId::session_expiry_interval, seconds);
  return plan;
}

Finding session_resume(CaseContext& context) {
  ScriptedClient& client = kept_subscriber(context, context.kept_plan(), context.topic("a"));
  client.disconnect();
  const bool back = client.connect();
  // MQTT 3.1 does not say.
  const bool present =
      client.session_present() || context.run().version() == protocol::Version::v31;
  ScriptedClient& publisher = context.connected();
  publisher.publish(message(context.topic("a"), "after"));
  const bool came = wait_for_message(context, client, "after", arrival_timeout) != nullptr;
  end_session(context, client);
  if (!back || context.is_aborted()) return {};
  context.tell(measured(fact("session-resume"), came));
  if (came && present) return pass("Session Present, and the subscription is still there");
  if (came) return broken("the subscription is still there, but Session Present is 0");
  return broken(present ? "Session Present is 1, but the subscription is gone"
                        : "the session is gone");
}

Finding session_clean(CaseContext& context) {
  ScriptedClient& client = kept_subscriber(context, context.kept_plan(), context.topic("a"));
  client.disconnect();
  client::ConnectPlan plan = context.plan();
  plan.client_identifier = client.identifier();
  // A session on this side would take Session Present for the broker's error, and end.
  RawClient again(context, plan);
  if (!again.connect()) return {};
  ScriptedClient& publisher = context.connected();
  publisher.publish(message(context.topic("a"), "after"));
  context.stay_until([&] { return again.count(protocol::PacketType::publish) != 0; }, quiet);
  if (context.is_aborted()) return {};
  if (again.client().session_present()) return broken("Session Present is 1 after a clean start");
  return again.count(protocol::PacketType::publish) != 0
             ? broken("the subscription survives a clean start")
             : pass("nothing is left");
}

/// What is left of a session that was to end with its connection, so long after that; empty:
/// nothing.
std::string left_of_session(CaseContext& context, std::string_view name, Duration away) {
  RawClient client(context);
  if (!client.connect()) return {};
  const std::string topic = context.topic(name);
  (void)client.subscribe(topic, Qos::at_least_once, usual_timeout);
  say_goodbye(context, client);
  if (!context.stay(away) || !come_back(context, client)) return {};
  const bool present = client.client().session_present();
  ScriptedClient& publisher = context.connected();
  publisher.publish(message(topic, "after"));
  context.stay_until([&] { return client.count(protocol::PacketType::publish) != 0; }, quiet);
  const bool came = client.count(protocol::PacketType::publish) != 0;
  client.client().cut(transport::Ending::fin);
  end_session(context, client.client());
  if (present) return "Session Present is 1";
  return came ? "its subscription is there" : std::string();
}

/// A session without an expiry, before 5.0 a clean one, ends with its connection (MQTT-4.1.0-2,
/// before 5.0 MQTT-3.1.2-6); how soon a broker has to see to it is not said.
Finding session_not_kept(CaseContext& context) {
  constexpr Duration a_while = std::chrono::seconds(1);
  if (left_of_session(context, "at-once", {}).empty()) return pass("nothing is left of it");
  const std::string left = left_of_session(context, "later", a_while);
  if (!left.empty()) return broken(left + " when the client comes back, also after 1 s");
  return deviates("still there when the client comes back at once, gone after 1 s");
}

Finding offline_messages(CaseContext& context) {
  ScriptedClient& client = kept_subscriber(context, context.kept_plan(), context.topic("a"));
  client.disconnect();
  ScriptedClient& publisher = context.connected();
  publisher.publish(message(context.topic("a"), "at QoS 0", Qos::at_most_once));
  publisher.publish(message(context.topic("a"), "at QoS 1"));
  (void)client.connect();
  const bool came = wait_for_message(context, client, "at QoS 1", arrival_timeout) != nullptr;
  context.stay(quiet);
  const bool also_0 = find_message(client, "at QoS 0") != nullptr;
  end_session(context, client);
  if (context.is_aborted()) return {};
  context.tell(measured(fact("offline-messages"), came));
  context.tell(measured(fact("offline-qos0"), also_0));
  if (!came) return broken("a QoS 1 message for a client that was away is lost");
  return pass(also_0 ? "kept, and QoS 0 too" : "kept, but at QoS 0");
}

/// Whether the session of `plan` is still there after `away`.
std::optional<bool> survives(CaseContext& context, const client::ConnectPlan& plan, Duration away,
                             const protocol::PropertyList* in_disconnect = nullptr) {
  ScriptedClient& client = kept_subscriber(context, plan, context.topic("a"));
  client.disconnect(protocol::ReasonCode::success, in_disconnect);
  context.stay(away);
  (void)client.connect();
  const bool present = client.session_present();
  end_session(context, client);
  return context.is_aborted() ? std::nullopt : std::optional(present);
}

/// When a session with an expiry of a second is looked for.
constexpr Duration soon_over = std::chrono::milliseconds(2500);
constexpr Duration surely_over = std::chrono::seconds(12);

Finding session_expiry(CaseContext& context) {
  const auto stays = survives(context, plan_with_expiry(context, 30), Duration{});
  if (!stays) return {};
  if (!*stays) return broken("a session with an expiry of 30 s was gone at once");
  Duration away{};
  bool is_there = true;
  // How soon a broker has to see that it is over is not said (MQTT-4.1.0-2).
  for (const Duration longer : {soon_over, surely_over}) {
    if (!is_there) break;
    away = longer;
    const auto survived = survives(context, plan_with_expiry(context, 1), away);
    if (!survived) return {};
    is_there = *survived;
  }
  context.tell(measured(fact("session-expiry"), !is_there));
  const std::string text = "a session with an expiry of 1 s was ";
  return is_there ? broken(text + "still there after " + show_duration(away))
                  : pass(text + "gone after " + show_duration(away));
}

Finding session_expiry_disconnect(CaseContext& context) {
  protocol::PropertyList properties(protocol::PropertyPlace::disconnect);
  (void)properties.add(PropertyId::session_expiry_interval, 0);
  const auto stays = survives(context, plan_with_expiry(context, 30), Duration{}, &properties);
  if (!stays) return {};
  return *stays ? broken("the session is still there though DISCONNECT ended it")
                : pass("DISCONNECT with an expiry of 0 ended the session");
}

/// Two messages wait; one of them expires meanwhile.
Finding message_expiry(CaseContext& context) {
  ScriptedClient& client = kept_subscriber(context, context.kept_plan(), context.topic("a"));
  client.disconnect();
  ScriptedClient& publisher = context.connected();
  for (const auto& [payload, seconds] :
       {std::pair("short-lived", 1u), std::pair("also short-lived", 1u),
        std::pair("lasting", 100u)}) {
    Message sent = message(context.topic("a"), payload);
    (void)sent.properties.add(PropertyId::message_expiry_interval, seconds);
    publisher.publish(sent);
  }
  context.stay(std::chrono::milliseconds(2500));
  (void)client.connect();
  const bool came = wait_for_message(context, client, "lasting", arrival_timeout) != nullptr;
  const std::size_t expired =
      count_of(client, "short-lived") + count_of(client, "also short-lived");
  end_session(context, client);
  if (context.is_aborted()) return {};
  if (came || expired != 0) context.tell(measured(fact("message-expiry"), expired == 0));
  if (expired != 0) return broken(fmt::format("{} of 2 expired messages were delivered", expired));
  return came ? pass("two expired messages were dropped, one that lasts was not")
              : inconclusive("the message that lasts did not come either");
}

double seconds_of(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

Finding message_expiry_lowered(CaseContext& context) {
  constexpr std::uint32_t lasting = 100;
  ScriptedClient& client = kept_subscriber(context, context.kept_plan(), context.topic("a"));
  client.disconnect();
  ScriptedClient& publisher = context.connected();
  Message sent = message(context.topic("a"), "lasting");
  (void)sent.properties.add(PropertyId::message_expiry_interval, lasting);
  const Time sent_at = context.loop().now();
  publisher.publish(sent);
  const Time taken_at = context.loop().now();
  context.stay(std::chrono::milliseconds(2200));
  const Duration waited = context.loop().now() - taken_at;
  (void)client.connect();
  const Message* came = wait_for_message(context, client, "lasting");
  const bool arrived = came != nullptr;
  const Message copy = arrived ? *came : Message();
  const auto left = copy.properties.view().number(PropertyId::message_expiry_interval);
  end_session(context, client);
  if (context.is_aborted()) return {};
  if (!arrived) return inconclusive("the message did not come");
  if (!left) return broken("delivered without its Message Expiry Interval");
  const std::string text =
      fmt::format("{} s of {} s left after {:.1f} s", *left, lasting, seconds_of(waited));
  // A broker counts whole seconds, and may have had the message for longer than is known here.
  const bool is_right = *left <= lasting - seconds_of(waited) + 1 &&
                        *left >= lasting - seconds_of(copy.at - sent_at) - 1;
  return is_right ? pass(text) : broken(text);
}

constexpr std::array cases{
    Case{"session-resume", "3.1.2.4", "takes up a kept session again, and says so", session_resume},
    Case{"session-clean", "3.1.2.4", "forgets a session at a clean start", session_clean},
    Case{"session-not-kept", "4.1", "keeps no session that is to end with its connection",
         session_not_kept},
    Case{"offline-messages", "3.1.2.4", "keeps QoS 1 messages for a client that is away",
         offline_messages},
    Case{.name = "session-expiry",
         .section = "3.1.2.11.2",
         .promise = "ends a session when its expiry interval is over",
         .play = session_expiry,
         .versions = Versions::v5_only,
         .limit = std::chrono::seconds(40)},
    Case{"session-expiry-disconnect", "3.14.2.2.2",
         "ends a session whose client says so in DISCONNECT", session_expiry_disconnect,
         Versions::v5_only},
    Case{"message-expiry", "3.3.2.3.3", "delivers no message that has expired", message_expiry,
         Versions::v5_only},
    Case{"message-expiry-lowered", "3.3.2.3.3",
         "forwards the Message Expiry Interval less the time that a message has waited",
         message_expiry_lowered, Versions::v5_only},
};

}  // namespace

std::span<const Case> session_cases() {
  return cases;
}

}  // namespace mqtt_toolbox::probe
