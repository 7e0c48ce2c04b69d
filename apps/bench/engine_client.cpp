#include "bench/engine_client.hpp"

#include <algorithm>

#include "load/messages.hpp"
#include "load/names.hpp"

namespace mqtt_toolbox::bench {

namespace {

/// A closed loop lets the event loop have its turn after so many.
constexpr int messages_per_turn = 64;

client::ConnectPlan plan_of(const load::Plan& plan, std::uint32_t number) {
  const load::Clients& clients = plan.clients;
  client::ConnectPlan own;
  own.transport = clients.transport;
  own.session = clients.session;
  own.version = clients.version;
  own.client_identifier = load::client_identifier(plan, number);
  load::Login login = load::login_of(plan, number, own.client_identifier);
  own.username = std::move(login.username);
  own.password = std::move(login.password);
  own.connack_timeout = clients.connect_timeout;
  own.reconnect = clients.reconnect;
  return own;
}

}  // namespace

EngineClient::EngineClient(EngineAccount& account, EngineClientEvents& events, std::uint32_t number)
    : account_(account),
      events_(events),
      number_(number),
      plan_(plan_of(account.run.plan, number)),
      timer_(account.loop, [this] { pump(); }) {
  const load::Prepared& run = account.run;
  const load::Publishing& publishing = run.plan.publishing;
  if (is_subscriber()) streams_.resize(subscriptions().own->size());
  if (!is_publisher()) return;
  for (std::size_t stream = number; stream < run.topics.size(); stream += run.publishers)
    lanes_.push_back({static_cast<std::uint32_t>(stream), 0});
  left_ = load::share_of(publishing.messages, run.publishers, number);
  if (publishing.rate > 0)
    schedule_ = std::make_unique<load::Schedule>(publishing.arrivals, publishing.rate,
                                                 run.publishers, number, run.plan.seed);
}

Status EngineClient::open(client::Surroundings surroundings, client::Engine engine) {
  plan_.engine = engine;
  return client::make_client(surroundings, plan_, *this)
      .map([&](std::unique_ptr<client::Client>&& made) { client_ = std::move(made); });
}

void EngineClient::connect() {
  ++account_.since_tick.connects_started;
  client_->connect();
}

void EngineClient::on_connected(const client::Connected& connected) {
  ++account_.since_tick.connects_succeeded;
  if (std::exchange(was_connected_, true)) ++account_.since_tick.reconnects;
  if (number_ == 0) account_.measurement.broker = connected.limits;
  note_times(connected);
  if (connected.first && is_subscriber()) return subscribe();
  attempted();
  pump();
}

void EngineClient::note_times(const client::Connected& connected) {
  const transport::StageTimes& times = connected.times;
  load::Latencies& latencies = account_.measurement.latencies;
  if (times.upgraded == Time{}) return;  // the engine does not say
  latencies.connect.record(times.proxied - times.resolved);
  if (plan_.transport.tls) latencies.tls.record(times.secured - times.proxied);
  latencies.connack.record(account_.clock.now() - times.upgraded);
}

void EngineClient::subscribe() {
  std::vector<protocol::Subscription> wanted;
  for (const std::string& filter : subscriptions().filters) {
    wanted.emplace_back();
    wanted.back().filter = filter;
    wanted.back().qos = account_.run.plan.subscribing.qos;
  }
  const auto asked = client_->subscribe(wanted, {}, 0);
  if (asked) return;
  account_.fail_with(&load::Counters::subscriptions_refused, asked.error(), wanted.size());
  was_subscribed_ = true;
  attempted();
}

void EngineClient::on_subscribed(client::Token, const protocol::SubAck& suback) {
  for (std::size_t i = 0; i < suback.codes.size(); ++i) {
    if (!protocol::is_failure(suback.code(i))) continue;
    account_.fail_with(&load::Counters::subscriptions_refused,
                       load::refused_subscription(suback.code(i)));
  }
  was_subscribed_ = true;
  attempted();
}

void EngineClient::attempted() {
  if (!std::exchange(was_attempted_, true)) events_.on_attempted(*this);
}

/// A connection that was lost, or one that did not come about.
void EngineClient::fail_with(const Error& error) {
  last_failure_ = error.code;
  account_.fail_with(error.code == ExitCode::lost ? &load::Counters::connections_lost
                                                  : &load::Counters::connects_failed,
                     error);
}

void EngineClient::on_reconnecting(const Error& cause, Duration) {
  fail_with(cause);
  ++account_.since_tick.connects_started;
}

void EngineClient::on_closed(const std::optional<Error>& error) {
  gone_ = true;
  if (error && !closing_) {
    fail_with(*error);
    stopped_early_ = left_ != 0;
    account_.abandoned += client_->pending();
    attempted();
    stop_sending();
  }
  events_.on_gone(*this);
}

// Sending.

void EngineClient::pump() {
  const load::Times& times = account_.times;
  const Time now = account_.clock.now();
  if (!may_publish()) return;
  if (now < times.publishing) return timer_.arm(times.publishing);
  if (schedule_)
    send_due(now);
  else
    send_turn(now);
}

void EngineClient::send_due_before(Time end) {
  if (schedule_ && may_publish()) send_due(end - Duration(1));
}

bool EngineClient::may_publish() const {
  return left_ != 0 && !closing_ && account_.times.publishing != never;
}

void EngineClient::send_due(Time now) {
  const load::Times& times = account_.times;
  Time due = times.publishing + schedule_->next();
  while (due <= now && due < times.end && left_ != 0) {
    if (due >= account_.next_tick) {
      // Each message is counted in the interval in which it was due.
      account_.tick();
      continue;
    }
    const Time written = account_.clock.now();
    const std::uint64_t sent_before = account_.since_tick.sent;
    if (send(due, written) != Sent::done) return;
    schedule_->advance();
    if (account_.since_tick.sent != sent_before && account_.is_measured(due))
      account_.measurement.latencies.lateness.record(written - due);
    due = times.publishing + schedule_->next();
  }
  if (left_ == 0) return events_.on_all_sent(*this);
  if (due < times.end) timer_.arm(due);
}

void EngineClient::send_turn(Time now) {
  for (int i = 0; i < messages_per_turn && left_ != 0; ++i) {
    if (now >= account_.times.end || send(now, now) != Sent::done) return;
    now = account_.clock.now();
  }
  if (left_ == 0) return events_.on_all_sent(*this);
  timer_.arm(now);
}

EngineClient::Sent EngineClient::send(Time due, Time written) {
  Lane& lane = lanes_[lane_];
  std::string& payload = account_.payloads[taken_ % account_.payloads.size()];
  load::stamp_payload(payload,
                      load::stamp_of(account_.run.plan.run, lane.stream, lane.sent, due, written));
  const protocol::Publish message = load::message_of(account_.run, lane.stream, payload);
  const bool is_answered = message.qos != protocol::Qos::at_most_once;
  const std::uint32_t flight = is_answered ? account_.flights.add({due, written}) : 0;
  const auto submission = client_->publish(message, flight, client::Payload::copied);
  const bool accepted = submission && submission->admission == client::Admission::accepted;
  if (!accepted && is_answered) account_.flights.remove(flight);
  if (!submission) return refuse(submission.error());
  if (!accepted) return Sent::not_now;
  count(payload.size());
  return Sent::done;
}

/// As load::Publisher::refuse.
EngineClient::Sent EngineClient::refuse(const Error& error) {
  account_.fail_with(&load::Counters::refused_here, error);
  take_next();
  if (++refused_in_a_row_ < account_.payloads.size()) return Sent::done;
  stopped_early_ = left_ != 0;
  left_ = 0;
  events_.on_all_sent(*this);
  return Sent::never;
}

void EngineClient::take_next() {
  ++taken_;
  if (left_ != UINT64_MAX) --left_;
  if (++lane_ == lanes_.size()) lane_ = 0;
}

void EngineClient::count(std::size_t payload_bytes) {
  ++lanes_[lane_].sent;
  take_next();
  refused_in_a_row_ = 0;
  ++account_.since_tick.sent;
  account_.since_tick.sent_bytes += payload_bytes;
}

void EngineClient::stop_sending() {
  if (left_ == 0) return;
  left_ = 0;
  events_.on_all_sent(*this);
}

std::uint64_t EngineClient::due_by(Time now) const {
  const load::Times& times = account_.times;
  if (!schedule_) return taken_;
  if (times.publishing == never || now <= times.publishing) return 0;
  const std::uint64_t due =
      schedule_->due_by(std::min(now, times.end) - Duration(1) - times.publishing);
  return left_ == UINT64_MAX ? due : std::min(due, left_ + taken_);
}

void EngineClient::on_published(const client::PublishOutcome& outcome) {
  const auto number = static_cast<std::uint32_t>(outcome.token);
  const load::Flight flight = account_.flights.at(number);
  account_.flights.remove(number);
  if (protocol::is_failure(outcome.reason))
    return account_.fail_with(&load::Counters::refused, load::refused_message(outcome.reason));
  ++account_.since_tick.acknowledged;
  if (!account_.is_measured(flight.due)) return;
  const Time now = account_.clock.now();
  account_.measurement.latencies.acknowledged_from_due.record(now - flight.due);
  account_.measurement.latencies.acknowledged_from_written.record(now - flight.written);
  account_.acknowledged.record(now - flight.due);
}

// Receiving.

bool EngineClient::on_message(const protocol::Publish& message) {
  const auto stamp = load::read_stamp(message.payload);
  const bool is_own = stamp && stamp->run == account_.run.plan.run;
  if (account_.run.matches_streams && !is_own) {
    ++account_.since_tick.foreign;
    return true;
  }
  ++account_.since_tick.received;
  account_.since_tick.received_bytes += message.payload.size();
  if (account_.run.matches_streams) note_stamp(*stamp, account_.clock.now());
  return true;
}

void EngineClient::note_stamp(const load::Stamp& stamp, Time received) {
  if (!match(stamp.stream, stamp.sequence)) return;
  ++account_.matched;
  const Time due(static_cast<Time::rep>(stamp.due));
  if (due > received || !account_.is_measured(due)) return;
  const load::Travel travel = load::travel_of(stamp, received);
  account_.measurement.latencies.received_from_due.record(travel.from_due);
  account_.measurement.latencies.received_from_written.record(travel.from_written);
  account_.received.record(travel.from_due);
}

/// False for what was not asked for, and for what had come already.
bool EngineClient::match(std::uint32_t stream, std::uint64_t sequence) {
  if (!is_subscriber()) return false;
  const std::size_t place = subscriptions().own->place_of(stream);
  if (place == load::StreamSet::none) return false;
  const std::uint64_t before = streams_[place].unique();
  streams_[place].received(sequence);
  return streams_[place].unique() != before;
}

// The end.

void EngineClient::close(Duration grace) {
  closing_ = true;
  timer_.disarm();
  if (!gone_) client_->close({}, grace);
}

void EngineClient::add_sent(std::vector<std::uint64_t>& sent) const {
  for (const Lane& lane : lanes_) sent[lane.stream] = lane.sent;
}

void EngineClient::add_delivery(const std::vector<std::uint64_t>& sent,
                                load::Delivery& delivery) const {
  if (!was_subscribed_) return;
  const auto& streams = subscriptions().own->streams();
  for (std::size_t place = 0; place < streams_.size(); ++place)
    delivery.add(streams_[place].result(sent[streams[place]]));
}

}  // namespace mqtt_toolbox::bench
