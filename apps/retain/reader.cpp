#include "retain/reader.hpp"

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace mqtt_toolbox::retain {

namespace {

/// A filter that nobody has.
constexpr std::string_view nobodys_filter = "mqtt-toolbox/barrier";
enum : client::Token { of_subscription, of_barrier, of_end };

std::vector<protocol::Bytes> views_of(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

}  // namespace

Reader::Reader(transport::Loop& loop, const Plan& plan, Listener listener)
    : loop_(loop),
      plan_(plan),
      listener_(std::move(listener)),
      quiet_(loop, [this] { quiet(); }),
      silence_(loop, [this] { unanswered(); }) {}

void Reader::start(client::Client& client, Request request) {
  client_ = &client;
  request_ = std::move(request);
  received_ = 0;
  std::vector<protocol::Subscription> subscriptions;
  for (const std::string& filter : request_.filters)
    subscriptions.push_back({filter, request_.qos, false, request_.retain_as_published, {}});
  take(client.subscribe(subscriptions, {}, of_subscription), Stage::subscribing);
}

void Reader::take(const Result<client::Submission>& submission, Stage stage) {
  if (!submission) return listener_.failed(submission.error());
  if (submission->admission == client::Admission::would_block)
    return listener_.failed({ExitCode::lost, "the connection took no request"});
  stage_ = stage;
  silence_.arm(loop_.now() + plan_.acknowledgement_timeout);
}

void Reader::unanswered() {
  listener_.failed({ExitCode::lost, "the broker did not answer within " +
                                        show_duration(plan_.acknowledgement_timeout)});
}

void Reader::on_message(const protocol::Publish& message) {
  if (stage_ == Stage::idle) return;
  if (!message.retain) return listener_.live(message);
  if (!listener_.retained(message)) return;
  ++received_;
  // What a broker sends instead of an answer is a sign of life too.
  silence_.arm(loop_.now() + plan_.acknowledgement_timeout);
  if (stage_ == Stage::quiet) wait_for_quiet();
  if (received_ == request_.expected && stage_ > Stage::subscribing && stage_ < Stage::staying)
    quiet();
}

void Reader::on_subscribed(const protocol::SubAck& suback) {
  for (std::size_t i = 0; i < suback.codes.size() && i < request_.filters.size(); ++i) {
    if (!protocol::is_failure(suback.code(i))) continue;
    return listener_.failed(
        {ExitCode::rejected,
         "the subscription to " + printable(request_.filters[i]) + " was refused: " +
             std::string(protocol::name(suback.code(i), protocol::PacketType::suback))});
  }
  if (received_ >= request_.expected) {
    stage_ = Stage::barrier;
    return quiet();
  }
  send_barrier();
}

void Reader::send_barrier() {
  const protocol::Bytes filter = nobodys_filter;
  take(client_->unsubscribe({&filter, 1}, {}, of_barrier), Stage::barrier);
}

void Reader::on_unsubscribed(client::Token token) {
  if (token == of_barrier && stage_ == Stage::barrier) {
    silence_.disarm();
    stage_ = Stage::quiet;
    wait_for_quiet();
  } else if (token == of_end) {
    silence_.disarm();
    stage_ = Stage::idle;
    listener_.ended();
  }
}

void Reader::wait_for_quiet() {
  quiet_.arm(loop_.now() + (received_ < request_.many ? plan_.quiet_time : plan_.quiet_time / 10));
}

void Reader::quiet() {
  quiet_.disarm();
  if (stage_ != Stage::staying && request_.stay != Duration(0)) {
    stage_ = Stage::staying;
    silence_.disarm();
    return quiet_.arm(loop_.now() + request_.stay);
  }
  undo();
}

void Reader::undo() {
  take(client_->unsubscribe(views_of(request_.filters), {}, of_end), Stage::unsubscribing);
}

}  // namespace mqtt_toolbox::retain
