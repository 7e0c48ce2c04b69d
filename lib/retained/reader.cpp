#include "retained/reader.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "client/filter_room.hpp"

namespace mqtt_toolbox::retained {

namespace {

/// A filter that nobody has.
constexpr protocol::Bytes nobodys_filter = "mqtt-toolbox/end-of-retained";

/// Far from the tokens of others on the same connection.
constexpr client::Token first_token = client::Token{1} << 62;

}  // namespace

Reader::Reader(transport::Loop& loop, const Patience& patience)
    : loop_(loop),
      patience_(patience),
      quiet_(loop, [this] { quiet(); }),
      silence_(loop, patience.acknowledgement_timeout, [this] { unanswered(); }),
      next_token_(first_token) {}

void Reader::start(client::Client& client, Request request, Listener listener) {
  listener_ = std::move(listener);
  client_ = &client;
  request_ = std::move(request);
  received_ = 0;
  quiet_until_ = never;
  end_ = End::answered;
  subscriptions_.clear();
  stage_ = Stage::subscribing;
  asked_at_ = loop_.now();
  silence_.start(*client_);
  for (std::size_t first = 0; first < request_.filters.size() && stage_ == Stage::subscribing;) {
    const std::size_t end = batch_end(first);
    subscribe(first, end);
    first = end;
  }
}

/// How far one packet may go from `first` on.
std::size_t Reader::batch_end(std::size_t first) const {
  std::size_t bytes = 0;
  std::size_t end = first;
  while (end < request_.filters.size() && end - first < request_.room.filters) {
    bytes += client::filter_length_prefix + request_.filters[end].filter.size() +
             client::filter_options_size;
    if (end != first && bytes > request_.room.bytes) break;
    ++end;
  }
  return end;
}

void Reader::subscribe(std::size_t first, std::size_t end) {
  std::vector<protocol::Subscription> subscriptions;
  for (std::size_t i = first; i < end; ++i) {
    const Wanted& wanted = request_.filters[i];
    subscriptions.push_back({wanted.filter, wanted.qos, false, request_.retain_as_published, {}});
  }
  subscriptions_.emplace(++next_token_, first);
  (void)take(client_->subscribe(subscriptions, request_.properties, next_token_));
}

void Reader::stop() {
  stage_ = Stage::idle;
  quiet_.disarm();
  silence_.stop();
}

bool Reader::take(const Result<client::Submission>& submission) {
  if (submission && submission->admission == client::Admission::accepted) return true;
  fail(submission ? Error{ExitCode::lost, "the connection took no request"} : submission.error());
  return false;
}

/// What is called may start the next read, and put another listener in this one's place.
void Reader::fail(const Error& error) {
  stop();
  const auto failed = std::move(listener_.failed);
  failed(error);
}

void Reader::start_asking(Stage stage) {
  stage_ = stage;
  asked_at_ = loop_.now();
  silence_.start(*client_);
}

/// Of UNSUBSCRIBE and PINGREQ one answer is enough: some brokers answer no UNSUBSCRIBE of a filter
/// that they do not know.
bool Reader::unsubscribe(const std::vector<protocol::Bytes>& filters) {
  question_ = ++next_token_;
  return take(client_->unsubscribe(filters, {}, question_));
}

void Reader::unanswered() {
  switch (stage_) {
    case Stage::subscribing:
      return fail({ExitCode::lost, "the broker did not answer SUBSCRIBE within " +
                                       show_duration(patience_.acknowledgement_timeout)});
    case Stage::asking:
      end_ = End::quiet_alone;
      is_mute_ = true;
      return quiet();
    default: return end();
  }
}

void Reader::on_message(const protocol::Publish& message) {
  if (stage_ == Stage::idle) return;
  if (!message.retain) return listener_.unmarked(message);
  if (!listener_.retained(message)) return;
  ++received_;
  // What a broker sends instead of an answer is a sign of life too.
  if (stage_ == Stage::subscribing || stage_ == Stage::asking) silence_.answered();
  if (stage_ == Stage::asking || stage_ == Stage::quiet) wait_for_quiet();
}

void Reader::on_subscribed(client::Token token, const protocol::SubAck& suback) {
  const auto subscription = subscriptions_.find(token);
  if (stage_ != Stage::subscribing || subscription == subscriptions_.end()) return;
  const std::size_t first = subscription->second;
  subscriptions_.erase(subscription);
  note_round_trip();
  listener_.subscribed(first, suback);
  if (stage_ != Stage::subscribing || !subscriptions_.empty()) return;
  start_asking(Stage::asking);
  if (!unsubscribe({nobodys_filter})) return;
  ping_ = client_->ping().value_or(0);
  if (received_ >= request_.expected) wait_for_quiet();
}

void Reader::on_unsubscribed(client::Token token) {
  if (token == question_) answered();
}

void Reader::on_pinged(std::uint64_t number) {
  if (ping_ != 0 && number >= ping_) answered();
}

void Reader::answered() {
  ping_ = 0;
  is_mute_ = false;
  note_round_trip();
  if (stage_ == Stage::undoing) return end();
  if (stage_ != Stage::asking) return;
  silence_.stop();
  stage_ = Stage::quiet;
  quiet_until_ = loop_.now() + std::max(patience_.acknowledgement_timeout, quiet_time());
  wait_for_quiet();
}

void Reader::note_round_trip() {
  round_trip_ = std::min(round_trip_, loop_.now() - asked_at_);
}

Duration Reader::quiet_time() const {
  return std::max(patience_.quiet_time, 3 * round_trip_);
}

void Reader::wait_for_quiet() {
  if (received_ >= request_.expected) return quiet_.arm(loop_.now());
  if (stage_ != Stage::quiet) return;
  const Time wanted = loop_.now() + quiet_time();
  end_ = wanted > quiet_until_ ? End::cut_short : End::answered;
  quiet_.arm(std::min(wanted, quiet_until_));
}

void Reader::quiet() {
  quiet_.disarm();
  silence_.stop();
  if (stage_ != Stage::staying && request_.stay != Duration(0)) {
    stage_ = Stage::staying;
    return quiet_.arm(loop_.now() + request_.stay);
  }
  undo();
}

void Reader::undo() {
  start_asking(Stage::undoing);
  for (std::size_t first = 0; first < request_.filters.size();) {
    const std::size_t end = batch_end(first);
    std::vector<protocol::Bytes> filters;
    for (; first < end; ++first) filters.emplace_back(request_.filters[first].filter);
    if (!unsubscribe(filters)) return;
  }
  ping_ = client_->ping().value_or(0);
  if (is_mute_) end();  // it would not answer this either
}

void Reader::end() {
  stop();
  const auto ended = std::move(listener_.ended);
  ended(end_);
}

}  // namespace mqtt_toolbox::retained
