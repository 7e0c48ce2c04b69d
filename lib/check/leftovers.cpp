#include "check/leftovers.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "check/case_context.hpp"

namespace mqtt_toolbox::check {

using protocol::PropertyId;
using protocol::Version;

namespace {

/// By then a broker has published the will of a connection that was taken over.
constexpr Duration wills_are_out = std::chrono::milliseconds(300);

void add_count(std::string& text, std::size_t count, std::string_view what) {
  if (count == 0) return;
  text += fmt::format("{}{} {}{}", text.empty() ? "" : ", ", count, what, count == 1 ? "" : "s");
}

/// Connects without a will, and leaves.
void end_client(CaseContext& context, const client::ConnectPlan& plan) {
  ScriptedClient& client = context.client(plan);
  if (client.connect()) client.disconnect();
}

}  // namespace

bool keeps_session(const client::ConnectPlan& plan, Version version) {
  if (version != Version::v5) return !plan.session.clean_start;
  const auto properties = plan.session.connect_properties.view();
  return properties.number(PropertyId::session_expiry_interval).value_or(0) != 0;
}

void Leftovers::add_client(const client::ConnectPlan& plan, Version version, bool is_session_kept) {
  Client client{plan, {}};
  session::Settings& session = client.plan.session;
  if (session.will && session.will->retain) client.will_topic = session.will->topic;
  client.has_session = !is_session_kept && keeps_session(plan, version);
  session.will.reset();
  client.plan.version = version;
  // A clean start ends the session that was kept, before the broker sends what waits in it. The
  // will delay of 5.0 is called off by who takes the session up, which ends with that connection.
  const bool may_have_delay = version == Version::v5 && !client.will_topic.empty();
  if (!is_session_kept) session.clean_start = !may_have_delay;
  if (is_session_kept && version == Version::v5) session.clean_start = false;
  if (!is_session_kept) session.connect_properties.remove(PropertyId::session_expiry_interval);
  session.resume = false;
  const std::lock_guard lock(mutex_);
  clients_.insert_or_assign(plan.client_identifier, std::move(client));
}

void Leftovers::remove_client(const std::string& identifier) {
  const std::lock_guard lock(mutex_);
  clients_.erase(identifier);
}

void Leftovers::add_topic(const std::string& topic) {
  const std::lock_guard lock(mutex_);
  topics_.insert(topic);
}

void Leftovers::remove_topic(const std::string& topic) {
  const std::lock_guard lock(mutex_);
  topics_.erase(topic);
  std::erase_if(clients_, [&](const auto& entry) { return entry.second.will_topic == topic; });
}

bool Leftovers::empty() const {
  const std::lock_guard lock(mutex_);
  return clients_.empty() && topics_.empty();
}

std::string Leftovers::text() const {
  const std::lock_guard lock(mutex_);
  std::size_t sessions = 0;
  std::set<std::string> wills;
  for (const auto& [identifier, client] : clients_) {
    sessions += client.has_session;
    if (!client.will_topic.empty() && !topics_.contains(client.will_topic))
      wills.insert(client.will_topic);
  }
  std::string text;
  add_count(text, sessions, "session");
  add_count(text, wills.size(), "retained will");
  add_count(text, topics_.size(), "retained message");
  return text;
}

void Leftovers::take_away(CaseContext& context) {
  std::map<std::string, Client> clients;
  std::set<std::string> topics;
  {
    const std::lock_guard lock(mutex_);
    clients = clients_;
    topics = topics_;
  }
  for (const auto& [identifier, client] : clients) {
    end_client(context, client.plan);
    if (context.is_aborted()) return;
    // One with a will goes with its topic.
    if (client.will_topic.empty()) remove_client(identifier);
  }
  const bool had_wills = std::any_of(clients.begin(), clients.end(), [](const auto& entry) {
    return !entry.second.will_topic.empty();
  });
  if (had_wills) context.stay(wills_are_out);
  if (topics.empty()) return;
  ScriptedClient& client = context.connected();
  const auto qos = std::min(protocol::Qos::at_least_once, context.run().limits.maximum_qos);
  for (const std::string& topic : topics) (void)client.publish({topic, "", qos, true});
  client.disconnect();
}

}  // namespace mqtt_toolbox::check
