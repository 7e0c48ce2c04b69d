#include "unit/session/simulation.hpp"

#include <algorithm>
#include <utility>

namespace mqtt_toolbox::session {

using protocol::Qos;
using protocol::Version;
using simulated::chance;
using simulated::Cut;
using simulated::pick;

namespace {

constexpr int topics = 3;
constexpr std::size_t most_steps = 200'000;

template <typename T>
T one_of(Random& random, std::initializer_list<T> values) {
  return values.begin()[pick(random, 0, values.size() - 1)];
}

std::string kind(const std::string& topic, int qos) {
  return topic + " at QoS " + std::to_string(qos);
}

}  // namespace

Scenario random_scenario(std::uint64_t seed) {
  Random random(seed);
  Scenario scenario;
  scenario.seed = seed;
  scenario.version = chance(random, 70) ? Version::v5 : Version::v311;
  Settings& settings = scenario.settings;
  settings.resume = true;
  // The random choices starve a direction for long now and then.
  settings.ping_response_timeout = std::chrono::minutes(30);
  settings.keep_alive = one_of<std::uint16_t>(random, {0, 2, 60});
  settings.acknowledge_at_once = chance(random, 50);
  settings.use_topic_aliases = chance(random, 50);
  settings.inflight_bytes = one_of<std::size_t>(random, {256, 1024, 16u << 20});
  settings.output_bytes = one_of<std::size_t>(random, {64, 1024, 256u << 10});
  if (chance(random, 50))
    settings.inflight_messages = one_of<std::uint16_t>(random, {1, 2, 7, 100});
  static_cast<void>(settings.connect_properties.add(protocol::PropertyId::receive_maximum,
                                                    one_of<std::uint16_t>(random, {1, 4, 65'535})));
  static_cast<void>(settings.connect_properties.add(protocol::PropertyId::topic_alias_maximum,
                                                    one_of<std::uint16_t>(random, {0, 1, 10})));
  scenario.server.version = scenario.version;
  scenario.server.receive_maximums.clear();
  for (int i = 0; i < 3; ++i)
    scenario.server.receive_maximums.push_back(one_of<std::uint16_t>(random, {1, 3, 20, 65'535}));
  scenario.server.topic_alias_maximum = one_of<std::uint16_t>(random, {0, 2, 10});
  const std::uint16_t usual = scenario.version == Version::v5 ? 1000 : 20;
  scenario.server.client_window = settings.inflight_messages.value_or(usual);
  scenario.messages_to_server = pick(random, 0, 40);
  scenario.messages_to_client = pick(random, 0, 40);
  scenario.lowest_qos = static_cast<int>(pick(random, 0, 2));
  scenario.highest_qos = static_cast<int>(pick(random, scenario.lowest_qos, 2));
  scenario.largest_payload = one_of<std::size_t>(random, {40, 200, 3000});
  scenario.largest_piece = one_of<std::size_t>(random, {1, 10, 100, 5000});
  for (auto left = pick(random, 0, 6); left != 0; --left)
    scenario.cuts.push_back(
        {chance(random, 50), pick(random, 1, one_of<std::size_t>(random, {60, 600, 3000}))});
  scenario.server_forgets = chance(random, 20);
  scenario.acknowledge_percent = one_of(random, {5u, 100u});
  return scenario;
}

Scenario random_scenario_with_crashes(std::uint64_t seed) {
  Scenario scenario = random_scenario(seed);
  Random random(seed + 1);
  scenario.settings.clean_start = false;
  scenario.messages_to_client = 0;
  scenario.with_requests = false;
  scenario.lowest_qos = static_cast<int>(pick(random, 1, 2));
  scenario.highest_qos = 2;
  scenario.is_durable = true;
  scenario.crashes = pick(random, 0, 8);
  return scenario;
}

Simulation::Simulation(Scenario scenario)
    : scenario_(std::move(scenario)),
      random_(scenario_.seed ^ 0x9E3779B97F4A7C15u),
      server_(scenario_.server) {
  begin_life();
  std::vector<int> up(topics * 3), down(topics * 3);
  const auto make = [&](std::vector<int>& numbers) {
    const auto topic = static_cast<int>(pick(random_, 0, topics - 1));
    const auto qos = static_cast<int>(pick(random_, static_cast<std::size_t>(scenario_.lowest_qos),
                                           static_cast<std::size_t>(scenario_.highest_qos)));
    Sent sent;
    sent.topic = "topic/" + std::to_string(topic);
    sent.qos = qos;
    sent.payload = next_payload(numbers, topic, qos);
    return sent;
  };
  for (std::size_t i = 0; i < scenario_.messages_to_server; ++i) to_server_.push_back(make(up));
  for (std::size_t i = 0; i < scenario_.messages_to_client; ++i) to_client_.push_back(make(down));
  for (auto left = scenario_.with_requests ? pick(random_, 0, 3) : 0u; left != 0; --left)
    requests_.push_back({chance(random_, 50), false, 0});
}

/// "N:topic:qos:" and padding, where N counts within a topic and a QoS.
std::string Simulation::next_payload(std::vector<int>& numbers, int topic, int qos) {
  const int number = numbers[static_cast<std::size_t>(topic * 3 + qos)]++;
  std::string payload =
      std::to_string(number) + ":" + std::to_string(topic) + ":" + std::to_string(qos) + ":";
  payload.append(pick(random_, 0, scenario_.largest_payload), 'x');
  return payload;
}

std::vector<std::string> Simulation::run() {
  while (!finished() && violations_.empty() && steps_ < most_steps) step();
  if (steps_ >= most_steps) violation("does not come to an end");
  for (const auto& text : server_.violations()) violation(text);
  std::vector<simulated::ServerMessage> received = server_.received();
  check_arrivals(to_server_, received, "at the server");
  check_arrivals(to_client_, delivered_, "at the client");
  check_outcomes();
  return violations_;
}

bool Simulation::finished() const {
  const auto answered = [](const Request& request) { return request.outcomes != 0; };
  return link_ && session_->phase() == Phase::online && connections_ > scenario_.cuts.size() &&
         next_to_server_ == to_server_.size() && next_to_client_ == to_client_.size() &&
         std::all_of(requests_.begin(), requests_.end(), answered) && session_->inflight() == 0 &&
         session_->unacknowledged() == 0 && server_.outgoing() == 0 && server_.held() == 0 &&
         output_->empty() && !server_.has_output() && link_->to_server.empty() &&
         link_->to_client.empty();
}

/// One of the things that can happen now.
void Simulation::step() {
  ++steps_;
  if (crashes_ < scenario_.crashes && chance(random_, 2)) return crash();
  now_ += std::chrono::microseconds(pick(random_, 0, 2000));
  if (now_ >= session_->deadline()) session_->advance(now_);
  if (!link_) {
    // Refused with would_block while offline; on_ready must follow.
    if (may_publish_ && chance(random_, 20) && next_to_server_ < to_server_.size())
      client_publishes();
    return connect();
  }
  if (session_->phase() == Phase::closing) return lose();
  std::vector<void (Simulation::*)()> possible;
  if (!output_->empty()) possible.push_back(&Simulation::client_writes);
  if (server_.has_output()) possible.push_back(&Simulation::server_writes);
  if (may_publish_ && next_to_server_ < to_server_.size())
    possible.push_back(&Simulation::client_publishes);
  if (session_->unacknowledged() != 0 && chance(random_, scenario_.acknowledge_percent))
    possible.push_back(&Simulation::client_acknowledges);
  if (was_connected_ && next_to_client_ < to_client_.size())
    possible.push_back(&Simulation::server_publishes);
  if (session_->phase() == Phase::online && next_request() != requests_.end())
    possible.push_back(&Simulation::client_requests);
  const std::size_t arrivals = (link_->to_server.empty() ? 0u : 1u);
  const std::size_t all = possible.size() + arrivals + (link_->to_client.empty() ? 0u : 1u) +
                          (server_.held() == 0 ? 0u : 1u);
  if (all == 0) return let_time_pass();
  const std::size_t choice = pick(random_, 0, all - 1);
  if (choice < possible.size()) return (this->*possible[choice])();
  if (choice < possible.size() + arrivals) return arrives(true);
  if (server_.held() != 0 && choice == all - 1)
    return server_.release(pick(random_, 1, server_.held()));
  arrives(false);
}

void Simulation::let_time_pass() {
  if (session_->unacknowledged() != 0) return client_acknowledges();
  // All is said, and the cut's byte will not come.
  if (connections_ <= scenario_.cuts.size()) return lose();
  if (session_->deadline() == never) {
    violation("stands still");
    return;
  }
  now_ = session_->deadline();
}

/// The process begins, with what the store has kept.
void Simulation::begin_life() {
  session_.reset();
  output_.emplace();
  session_.emplace(scenario_.settings, static_cast<Handler&>(*this), *output_,
                   scenario_.is_durable ? &store_ : nullptr);
  if (scenario_.is_durable && !session_->restore()) violation("cannot be restored");
  next_to_server_ = scenario_.is_durable ? store_.first_waiting() : 0;
  may_publish_ = true;
}

/// What the process has given to the kernel may still arrive; what it has not committed is gone.
void Simulation::crash() {
  ++crashes_;
  if (link_) {
    const auto bytes = link_->to_server.size();
    server_.receive(link_->take(true, pick(random_, 0, bytes)));
    link_.reset();
  }
  // As after a CONNACK that never arrived: see `lose`.
  const bool knows_session = std::exchange(is_online_, false) && !store_.is_dirty();
  if (scenario_.server_forgets && (!knows_session || chance(random_, 50))) server_.forget_session();
  store_.crash();
  begin_life();
}

void Simulation::connect() {
  std::optional<Cut> cut;
  if (connections_ < scenario_.cuts.size()) cut = scenario_.cuts[connections_];
  ++connections_;
  link_ = std::make_unique<simulated::Link>(cut);
  server_.connection_opened();
  if (!session_->transport_opened(scenario_.version, Identity{"sim", {}, {}}, now_))
    violation("CONNECT cannot be encoded");
}

void Simulation::lose() {
  if (session_->failure()) violation("failure: " + std::string(session_->failure()->text));
  link_.reset();
  session_->transport_closed();
  // A CONNACK with Session Present 0 that never arrives leaves a new session behind which no client
  // can tell from the old one; that hole in MQTT is not what is tested here.
  const bool was_online = std::exchange(is_online_, false);
  if (scenario_.server_forgets && (!was_online || chance(random_, 50))) {
    server_.forget_session();
    for (std::size_t i = 0; i < next_to_client_; ++i) to_client_[i].is_forgotten = true;
  }
  // Some acknowledge what they have printed while there is no connection.
  if (session_->unacknowledged() != 0 && chance(random_, 30)) client_acknowledges();
}

void Simulation::client_publishes() {
  Sent& sent = to_server_[next_to_server_];
  protocol::Publish message;
  message.topic = sent.topic;
  sent.lent = sent.payload;
  message.payload = sent.lent;
  message.qos = static_cast<Qos>(sent.qos);
  const auto payload = chance(random_, 50) ? Payload::borrowed : Payload::copied;
  ++next_to_server_;
  const auto submission = session_->publish(message, next_to_server_ - 1, payload, now_);
  if (!submission) return violation("publish failed: " + submission.error().text);
  sent.accepted = submission->admission == Admission::accepted;
  if (sent.accepted && scenario_.is_durable) store_.describe(message);
  if (sent.accepted) return check_window();
  --next_to_server_;
  may_publish_ = false;
}

std::vector<Simulation::Request>::iterator Simulation::next_request() {
  return std::find_if(requests_.begin(), requests_.end(),
                      [](const Request& request) { return !request.accepted; });
}

void Simulation::client_requests() {
  const auto open = next_request();
  const auto token = static_cast<Token>(open - requests_.begin());
  std::string entries;
  Result<Submission> submission;
  if (open->is_subscribe) {
    protocol::append_subscription(entries, {.filter = "topic/#", .qos = Qos::exactly_once});
    submission = session_->subscribe({0, {}, entries}, token, now_);
  } else {
    protocol::append_filter(entries, "other/+");
    submission = session_->unsubscribe({0, {}, entries}, token, now_);
  }
  if (!submission) return violation("request failed: " + submission.error().text);
  open->accepted = submission->admission == Admission::accepted;
}

void Simulation::client_acknowledges() {
  const auto count = pick(random_, 1, session_->unacknowledged());
  for (std::size_t i = 0; i < count; ++i) released_.insert(unacknowledged_.at(i));
  unacknowledged_.erase(unacknowledged_.begin(),
                        unacknowledged_.begin() + static_cast<std::ptrdiff_t>(count));
  session_->acknowledge(count, now_);
}

void Simulation::client_writes() {
  if (scenario_.is_durable) static_cast<void>(store_.commit());
  Bytes pieces[4];
  const auto count = output_->gather(pieces);
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) bytes += pieces[i];
  bytes.resize(pick(random_, 1, bytes.size()));
  link_->to_server.write(bytes);
  output_->consume(bytes.size());
}

void Simulation::server_writes() {
  link_->to_client.write(server_.take_output());
}

void Simulation::server_publishes() {
  const Sent& sent = to_client_[next_to_client_++];
  server_.publish({sent.topic, sent.payload, static_cast<Qos>(sent.qos)});
}

void Simulation::arrives(bool at_server) {
  const auto bytes = link_->take(at_server, pick(random_, 1, scenario_.largest_piece));
  if (at_server) {
    server_.receive(bytes);
    check_acknowledged();
  } else {
    // A block of its own, so that a sanitizer sees every read beyond it.
    session_->receive(std::string(bytes), now_);
  }
  if (link_ && link_->is_cut()) lose();
}

void Simulation::on_connected(const Connected&) {
  was_connected_ = true;
  is_online_ = true;
  if (may_publish_ && chance(random_, 30) && next_to_server_ < to_server_.size())
    client_publishes();
}
void Simulation::on_refused(const protocol::ConnAck&) {
  violation("refused");
}
bool Simulation::on_message(const protocol::Publish& message) {
  delivered_.push_back({std::string(message.topic), std::string(message.payload), message.qos});
  const bool waits = message.qos != Qos::at_most_once && !scenario_.settings.acknowledge_at_once;
  if (waits) unacknowledged_.emplace_back(message.payload);
  if (session_->unacknowledged() != unacknowledged_.size()) violation("unacknowledged() is wrong");
  if (chance(random_, 5) && session_->unacknowledged() != 0) client_acknowledges();
  return true;
}
void Simulation::on_published(const PublishOutcome& outcome) {
  Sent& sent = to_server_.at(outcome.token);
  ++sent.outcomes;
  std::fill(sent.lent.begin(), sent.lent.end(), '!');
  sent.may_be_duplicate = outcome.may_be_duplicate;
  if (protocol::is_failure(outcome.reason)) violation("outcome with a failure");
  if (may_publish_ && chance(random_, 30) && next_to_server_ < to_server_.size())
    client_publishes();
}
void Simulation::on_subscribed(Token token, const protocol::SubAck&) {
  request_answered(token, true);
}
void Simulation::on_unsubscribed(Token token, const protocol::UnsubAck&) {
  request_answered(token, false);
}
void Simulation::request_answered(Token token, bool is_subscribe) {
  Request& request = requests_.at(token);
  ++request.outcomes;
  if (request.is_subscribe != is_subscribe) violation("an answer of the wrong kind");
}
void Simulation::on_disconnect(const protocol::Disconnect&) {
  violation("DISCONNECT");
}
void Simulation::on_auth(const protocol::Auth&) {
  violation("AUTH");
}
void Simulation::on_ready() {
  may_publish_ = true;
  if (chance(random_, 50) && next_to_server_ < to_server_.size()) client_publishes();
}

/// Nothing is acknowledged before the application says so.
void Simulation::check_acknowledged() {
  const auto& all = server_.acknowledged();
  for (; acknowledged_ != all.size(); ++acknowledged_) {
    const std::string& payload = all[acknowledged_];
    if (!scenario_.settings.acknowledge_at_once && released_.count(payload) == 0)
      violation("acknowledged too early: " + payload.substr(0, 20));
  }
}

void Simulation::check_window() {
  const auto requests = static_cast<std::size_t>(std::count_if(
      requests_.begin(), requests_.end(),
      [](const Request& request) { return request.accepted && request.outcomes == 0; }));
  if (session_->inflight() > scenario_.server.client_window + requests)
    violation("more in flight than the window");
}

void Simulation::check_arrivals(const std::vector<Sent>& sent,
                                const std::vector<simulated::ServerMessage>& arrived,
                                const std::string& side) {
  std::map<std::string, int> counts;
  std::map<std::string, int> last;
  for (const auto& message : arrived) {
    const int qos = static_cast<int>(message.qos);
    if (++counts[message.payload] > 1) continue;
    const int number = std::stoi(message.payload);
    const auto [before, is_first] = last.emplace(kind(message.topic, qos), number);
    const bool in_order = is_first || before->second < number;
    before->second = number;
    if (!in_order && !scenario_.server_forgets)
      violation(side + " out of order: " + message.payload.substr(0, 20));
  }
  for (const Sent& message : sent) {
    const int count = counts[message.payload];
    counts.erase(message.payload);
    const auto complain = [&](const char* what) {
      violation(side + " " + what + ": " + message.payload.substr(0, 20));
    };
    const bool may_be_lost = message.qos == 0 || message.is_forgotten;
    const bool may_be_twice = message.qos == 1 || message.may_be_duplicate;
    if (count == 0 && !may_be_lost) complain("lost");
    if (count > 1 && !may_be_twice) complain("twice");
  }
  for (const auto& [payload, count] : counts)
    if (count != 0) violation(side + " something never sent: " + payload.substr(0, 20));
}

void Simulation::check_outcomes() {
  for (const Sent& sent : to_server_) {
    const bool is_told_again = sent.outcomes > 1 && crashes_ != 0;
    if (sent.outcomes != (sent.qos == 0 ? 0 : 1) && !is_told_again)
      violation("not exactly one outcome");
    if (sent.may_be_duplicate && !scenario_.server_forgets)
      violation("perhaps a duplicate, although the session was kept");
  }
  for (const Request& request : requests_)
    if (request.outcomes != 1) violation("not exactly one answer to a request");
}

}  // namespace mqtt_toolbox::session
