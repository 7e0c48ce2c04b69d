#include "stage.hpp"

#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "transport/loop.hpp"

namespace mqtt_toolbox::contract {

using protocol::PropertyId;

namespace {

constexpr std::uint32_t kept_for_seconds = 60;

transport::ConnectSettings way_to(const BrokerFacts& facts, const std::string& door) {
  transport::ConnectSettings way;
  way.host = "127.0.0.1";
  way.port = facts.doors.at(door);
  if (door == "tls" || door == "wss") way.tls.emplace().ca_file = facts.ca_file;
  if (door == "ws" || door == "wss") way.websocket.emplace().path = facts.websocket_path;
  return way;
}

std::unique_ptr<transport::Loop> new_loop() {
  auto loop = std::make_unique<transport::Loop>();
  if (!loop->made()) throw Stopped{loop->made().error().text};
  return loop;
}

std::string shell_quoted(const std::vector<std::string>& command) {
  std::string line;
  for (const std::string& word : command) line += "'" + word + "' ";
  return line;
}

}  // namespace

Stage::Stage(const Conditions& conditions, std::uint64_t seed, Duration patience)

    : conditions_(conditions),
      random_(seed),
      own_loop_(new_loop()),
      loop_(*own_loop_),
      deadline_(loop_.now() + patience) {
  folder_ = fmt::format("contract/{:08x}/", random_() >> 32);
}

std::string Stage::topic(std::string_view name) const {
  return folder_ + std::string(name);
}

std::string Stage::new_identifier() {
  return fmt::format("contract{:015x}", random_() >> 4);
}

client::ConnectPlan Stage::plan() {
  client::ConnectPlan plan;
  plan.engine = conditions_.engine;
  plan.transport = way_to(facts(), std::string(conditions_.door));
  plan.client_identifier = new_identifier();
  plan.version = conditions_.version;
  plan.connack_timeout = std::chrono::seconds(3);
  plan.reconnect.attempts = 0;
  if (const auto& credentials = facts().credentials) {
    plan.username = credentials->username;
    plan.password = credentials->password;
  }
  return plan;
}

client::ConnectPlan Stage::kept_plan(const std::string& identifier) {
  client::ConnectPlan kept = plan();
  kept.client_identifier = identifier;
  kept.session.clean_start = false;
  if (is_v5())
    (void)kept.session.connect_properties.set(PropertyId::session_expiry_interval,
                                              kept_for_seconds);
  return kept;
}

client::ConnectPlan Stage::helper_plan() {
  client::ConnectPlan helper = plan();
  helper.engine = client::Engine::native;
  helper.transport = way_to(facts(), "tcp");
  return helper;
}

Peer& Stage::bring(client::ConnectPlan plan) {
  peers_.push_back(
      std::make_unique<Peer>(client::Surroundings{loop_, random_}, std::move(plan), deadline_));
  return *peers_.back();
}

Peer& Stage::connect(client::ConnectPlan plan) {
  Peer& peer = bring(std::move(plan));
  peer.connect();
  return peer;
}

Line& Stage::lay_line(client::ConnectPlan& plan) {
  lines_.push_back(std::make_unique<Line>(loop_, plan.transport.port));
  plan.transport.port = lines_.back()->port();
  return *lines_.back();
}

std::vector<Received> Stage::collect(Peer& receiver, Peer& sender, const std::string& topic,
                                     int qos) {
  sender.publish({topic, "the end", qos});
  return receiver.received_until("the end");
}

std::string Stage::seen(Peer& receiver, Peer& sender, const std::string& topic, int qos) {
  return describe(collect(receiver, sender, topic, qos));
}

void Stage::restart_broker() {
  std::FILE* command = ::popen(shell_quoted(facts().restart).c_str(), "r");
  if (command == nullptr) throw Stopped{"the broker cannot be restarted"};
  bool is_done = false;
  {
    transport::Loop::Watch end(loop_, ::fileno(command), [&](transport::Interest) {
      is_done = std::fgetc(command) == EOF;
      loop_.stop();
    });
    end.want(transport::Interest::read);
    while (!is_done && loop_.run_until(deadline_)) {
    }
  }
  if (::pclose(command) != 0 || !is_done) throw Stopped{"the broker was not restarted"};
}

}  // namespace mqtt_toolbox::contract
