#include <array>
#include <set>

#include <fmt/format.h>

#include "probe/broker_steps.hpp"

// Which versions the broker speaks, what it says of itself, whom it lets in.

namespace mqtt_toolbox::probe {

using namespace check;

using protocol::PacketType;
using protocol::PropertyId;
using protocol::ReasonCode;
using protocol::Version;

namespace {

Finding version_finding(const Attempt& attempt) {
  switch (attempt.kind) {
    case Attempt::Kind::accepted: return pass("accepted");
    case Attempt::Kind::refused:
    case Attempt::Kind::closed: return unsupported(attempt.text);
    case Attempt::Kind::silent: return broken("neither an answer nor an end");
    case Attempt::Kind::unreachable: break;
  }
  return inconclusive(attempt.text);
}

/// Whether the broker speaks the version; none: its answer does not say.
std::optional<bool> speaks(const Attempt& attempt) {
  switch (attempt.kind) {
    case Attempt::Kind::accepted: return true;
    case Attempt::Kind::closed: return false;
    case Attempt::Kind::refused:
      if (attempt.reason == ReasonCode::unsupported_protocol_version) return false;
      return std::nullopt;
    case Attempt::Kind::silent:
    case Attempt::Kind::unreachable: break;
  }
  return std::nullopt;
}

Finding try_version(CaseContext& context, Version version, const FactRow& row) {
  client::ConnectPlan plan = context.plan();
  plan.version = version;
  plan.connack_timeout = arrival_timeout.time;
  const Attempt attempt = context.client(plan).try_connect();
  if (const auto spoken = speaks(attempt)) context.tell(measured(row, *spoken));
  return version_finding(attempt);
}

Finding play_version_31(CaseContext& context) {
  return try_version(context, Version::v31, fact("mqtt31"));
}
Finding play_version_311(CaseContext& context) {
  return try_version(context, Version::v311, fact("mqtt311"));
}
Finding play_version_5(CaseContext& context) {
  return try_version(context, Version::v5, fact("mqtt5"));
}

/// A number of CONNACK, or what the standard says where it has none.
void tell_number(CaseContext& context, const protocol::Properties& properties, PropertyId id,
                 const FactRow& row, std::uint64_t otherwise) {
  const auto number = properties.number(id);
  if (!number) return context.tell({&row, otherwise, FactSource::standard});
  const std::uint64_t factor = row.kind == FactKind::duration ? 1000 : 1;
  context.tell(announced(row, *number * factor));
}

Finding play_connack(CaseContext& context) {
  client::ConnectPlan plan = context.plan();
  (void)plan.session.connect_properties.set(PropertyId::session_expiry_interval, 0xFFFFFFFF);
  ScriptedClient& client = context.connected(plan);
  if (context.is_aborted()) return {};
  const protocol::Properties said = client.connack_properties();
  tell_number(context, said, PropertyId::receive_maximum, fact("receive-maximum"), 65'535);
  tell_number(context, said, PropertyId::maximum_qos, fact("maximum-qos"), 2);
  tell_number(context, said, PropertyId::maximum_packet_size, fact("maximum-packet"),
              protocol::maximum_packet_bytes);
  tell_number(context, said, PropertyId::session_expiry_interval, fact("session-expiry-limit"),
              0xFFFFFFFFull * 1000);
  std::size_t count = 0;
  std::string names;
  for (const protocol::Property& property : said) {
    if (count++ != 0) names += ", ";
    names += protocol::property_row(property.id)->name;
  }
  end_session(context, client);
  return pass(count == 0 ? "no properties: the standard's own limits hold" : names);
}

Finding play_assigned_id(CaseContext& context) {
  if (context.run().version() == Version::v31)
    return unsupported("MQTT 3.1 has no clients without an identifier");
  client::ConnectPlan plan = context.plan();
  plan.client_identifier.clear();
  ScriptedClient& client = context.client(plan);
  const Attempt attempt = client.try_connect();
  const bool accepted = attempt.kind == Attempt::Kind::accepted;
  // Any other reason says nothing of identifiers.
  if (attempt.reason == ReasonCode::client_identifier_not_valid || accepted)
    context.tell(measured(fact("assigned-id"), accepted));
  if (attempt.kind == Attempt::Kind::refused) return unsupported(attempt.text);
  if (!accepted) return inconclusive(attempt.text);
  if (!context.is_v5()) return pass("accepted without an identifier");
  const auto assigned = client.connack_properties().text(PropertyId::assigned_client_identifier);
  if (!assigned) return broken("accepted without an identifier, and not told one");
  return pass("assigned " + std::string(*assigned));
}

/// Whether who gives no user name is let in; none: the answer does not say.
std::optional<bool> lets_in_anonymous(const Attempt& attempt) {
  const bool is_for_want_of_name = attempt.reason == ReasonCode::not_authorized ||
                                   attempt.reason == ReasonCode::bad_user_name_or_password;
  switch (attempt.kind) {
    case Attempt::Kind::accepted: return true;
    case Attempt::Kind::closed: return false;
    case Attempt::Kind::refused: return is_for_want_of_name ? std::optional(false) : std::nullopt;
    case Attempt::Kind::silent:
    case Attempt::Kind::unreachable: break;
  }
  return std::nullopt;
}

Finding play_anonymous(CaseContext& context) {
  client::ConnectPlan plan = context.plan();
  plan.username.reset();
  plan.password.reset();
  const Attempt attempt = context.client(plan).try_connect();
  if (attempt.kind == Attempt::Kind::unreachable) return inconclusive(attempt.text);
  const auto let_in = lets_in_anonymous(attempt);
  if (let_in) context.tell(measured(fact("anonymous"), *let_in));
  if (attempt.kind == Attempt::Kind::silent) return broken(attempt.text);
  return pass(let_in.value_or(false) ? "lets in who gives no user name" : attempt.text);
}

constexpr std::string_view invented_method = "mqtt-toolbox-unknown";

/// CONNECT with that method; what comes in answer.
struct Authentication {
  bool known = false;
  Attempt attempt;
};

Authentication try_method(CaseContext& context, std::string_view method) {
  client::ConnectPlan plan = context.plan();
  auto& properties = plan.session.connect_properties;
  properties.remove(PropertyId::authentication_method);
  properties.remove(PropertyId::authentication_data);
  (void)properties.add(PropertyId::authentication_method, method);
  RawClient client(context, plan);
  Authentication result;
  result.attempt = client.try_connect();
  result.known = client.count(PacketType::auth) != 0;
  return result;
}

Finding play_unknown_auth(CaseContext& context) {
  const Attempt attempt = try_method(context, invented_method).attempt;
  if (attempt.kind == Attempt::Kind::accepted)
    return broken("let in who asked for a method that does not exist");
  if (attempt.kind == Attempt::Kind::silent) return broken("no answer");
  if (attempt.reason == ReasonCode::bad_authentication_method)
    return pass(reason_text(*attempt.reason, PacketType::connack) + attempt.said);
  if (attempt.kind == Attempt::Kind::unreachable) return inconclusive(attempt.text);
  return deviates(attempt.text);
}

Finding play_auth_methods(CaseContext& context) {
  constexpr std::array<std::string_view, 7> usual{"SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512",
                                                  "GS2-KRB5",    "PLAIN",         "OAUTHBEARER",
                                                  "EXTERNAL"};
  const Authentication invented = try_method(context, invented_method);
  if (context.is_aborted()) return {};
  if (invented.attempt.kind == Attempt::Kind::unreachable)
    return inconclusive(invented.attempt.text);
  std::string known;
  for (const std::string_view method : usual) {
    const Authentication answer = try_method(context, method);
    if (context.is_aborted()) return {};
    const auto kind = answer.attempt.kind;
    if (!answer.known && (kind == Attempt::Kind::silent || kind == Attempt::Kind::unreachable))
      return inconclusive(std::string(method) + ": " + answer.attempt.text);
    const auto reason = answer.attempt.reason;
    // A method that it knows it goes on with, or it dislikes what is said in it. What it says of
    // any method proves nothing.
    const bool is_disliked =
        reason == ReasonCode::not_authorized || reason == ReasonCode::bad_user_name_or_password;
    const bool is_known =
        (answer.known && !invented.known) || (is_disliked && reason != invented.attempt.reason);
    if (is_known) known += (known.empty() ? "" : ", ") + std::string(method);
  }
  if (known.empty()) known = "none";
  context.tell(measured(fact("auth-methods"), known));
  return pass("of the usual methods: " + known);
}

Finding play_ping(CaseContext& context) {
  ScriptedClient& client = context.connected();
  if (context.is_aborted()) return {};
  const Time before = context.loop().now();
  if (client.ping(arrival_timeout)) return pass("answered", context.loop().now() - before);
  return broken(client.end() ? client.end()->text : "no PINGRESP");
}

Finding play_reason_strings(CaseContext& context) {
  std::size_t strings = 0;
  bool is_granted = false;
  client::ConnectPlan plan = context.plan();
  ScriptedClient& client = context.client(plan);
  client.set_hook([&](session::Direction direction, const protocol::Frame& frame) {
    const auto packet = direction == session::Direction::received
                            ? protocol::decode(frame, Version::v5)
                            : tl::unexpected(protocol::Fault{});
    if (!packet) return Fate::pass;
    std::visit(
        [&](const auto& value) {
          if constexpr (requires { value.properties.text(PropertyId::reason_string); })
            strings += value.properties.text(PropertyId::reason_string).has_value();
        },
        *packet);
    is_granted = is_granted || frame.type() == PacketType::suback;
    return Fate::pass;
  });
  if (client.connect()) {
    (void)client.try_unsubscribe(context.topic("never/subscribed"));
    (void)client.try_publish(message(context.topic("nobody"), "x"));
    // A filter that no broker may accept.
    client.send_bytes(raw_packet(
        0x82, two_bytes(77) + no_properties(context) + utf8_string(context.topic("a/#/b")) + '\1'));
    (void)client.wait_for_answer([&] { return is_granted || client.end(); }, arrival_timeout);
  }
  client.set_hook({});
  if (context.is_aborted()) return {};
  context.tell(measured(fact("reason-strings"), strings != 0));
  if (strings == 0 && !is_granted && !client.end())
    return unsupported("none in three answers, and no answer to a mistake");
  if (strings == 0) return unsupported("none in four answers, one of them to a mistake");
  return pass(fmt::format("{} in the answers to four requests", strings));
}

Finding play_response_information(CaseContext& context) {
  client::ConnectPlan plan = context.plan();
  (void)plan.session.connect_properties.set(PropertyId::request_response_information, 1);
  ScriptedClient& client = context.connected(plan);
  if (context.is_aborted()) return {};
  const auto information = client.connack_properties().text(PropertyId::response_information);
  const std::string text(information.value_or("none"));
  context.tell(announced(fact("response-information"), text));
  if (!information) return unsupported("asked for, and not given");
  return pass(text);
}

/// Without being asked, it may say nothing of it.
Finding play_response_not_requested(CaseContext& context) {
  client::ConnectPlan plan = context.plan();
  (void)plan.session.connect_properties.set(PropertyId::request_response_information, 0);
  ScriptedClient& client = context.connected(plan);
  if (context.is_aborted()) return {};
  if (client.connack_properties().text(PropertyId::response_information))
    return broken("Response Information in CONNACK though it was not asked for");
  return pass("no Response Information, as asked");
}

Finding play_sys_topics(CaseContext& context) {
  ScriptedClient& client = context.connected();
  const auto reason = client.try_subscribe("$SYS/#", {.qos = protocol::Qos::at_most_once});
  if (context.is_aborted()) return {};
  std::size_t before = 0;
  if (reason && !is_failure(*reason)) {
    // Until nothing more comes.
    do {
      before = client.received().size();
    } while (context.stay(std::chrono::milliseconds(600)) && client.received().size() > before);
  }
  if (!reason) return inconclusive("a subscription to $SYS/# was not answered");
  if (is_failure(*reason))
    return unsupported("refused: " + reason_text(*reason, PacketType::suback) + client.said());
  std::set<std::string> topics;
  for (const Message& message : client.received()) topics.insert(message.topic);
  context.tell(measured(fact("sys-topics"), std::uint64_t(topics.size())));
  if (topics.empty()) return unsupported("nothing there");
  return pass(fmt::format("{} topics", topics.size()));
}

Finding play_take_over(CaseContext& context) {
  ScriptedClient& first = context.connected();
  client::ConnectPlan plan = first.plan();
  (void)context.connected(plan);
  if (context.is_aborted()) return {};
  if (!first.wait_for_end(arrival_timeout)) return broken("the older connection stays open");
  if (!context.is_v5()) return pass("the older connection was closed");
  const auto& end = first.end();
  if (end->reason == ReasonCode::session_taken_over) return pass(end->text);
  return deviates("the older connection was closed, but not told that its session was taken over");
}

constexpr std::array cases{
    without_rights(Case{"version-3.1", "3.1.2.2",
                        "accepts MQTT 3.1, or refuses it and closes the connection",
                        play_version_31}),
    without_rights(Case{"version-3.1.1", "3.1.2.2",
                        "accepts MQTT 3.1.1, or refuses it and closes the connection",
                        play_version_311}),
    without_rights(Case{"version-5.0", "3.1.2.2",
                        "accepts MQTT 5.0, or refuses it and closes the connection",
                        play_version_5}),
    without_rights(
        Case{"connack", "3.2.2.3", "says its limits in CONNACK", play_connack, Versions::v5_only}),
    without_rights(Case{"assigned-id", "3.1.3.1",
                        "assigns a client identifier to who has none, and tells it, or refuses",
                        play_assigned_id}),
    without_rights(Case{
        "take-over", "3.1.4",
        "closes the connection of a client when another comes with its identifier, and says why",
        play_take_over}),
    without_rights(Case{"ping", "3.12.4", "answers PINGREQ with PINGRESP", play_ping}),
    without_rights(Case{"anonymous", "3.1.4", "answers a CONNECT without user name and password",
                        play_anonymous}),
    without_rights(
        Case{"unknown-auth", "4.12",
             "refuses an authentication method that it does not support with reason 0x8C",
             play_unknown_auth, Versions::v5_only}),
    without_rights(Case{"auth-methods", "4.12",
                        "says which authentication methods it supports by its answers",
                        play_auth_methods, Versions::v5_only}),
    Case{"reason-strings", "4.13", "may explain itself in reason strings", play_reason_strings,
         Versions::v5_only},
    without_rights(Case{"response-information", "3.1.2.11.6",
                        "may give Response Information to who asks for it",
                        play_response_information, Versions::v5_only}),
    without_rights(Case{"response-not-requested", "3.1.2.11.6",
                        "gives no Response Information to who does not want it",
                        play_response_not_requested, Versions::v5_only}),
    without_rights(Case{"sys-topics", "4.7.2", "may tell of itself below $SYS", play_sys_topics}),
};

}  // namespace

std::span<const Case> protocol_cases() {
  return cases;
}

}  // namespace mqtt_toolbox::probe
