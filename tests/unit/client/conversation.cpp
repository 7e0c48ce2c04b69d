#include "unit/client/conversation.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include <doctest/doctest.h>

namespace mqtt_toolbox::client {

namespace {

constexpr Duration longest_test = std::chrono::seconds(20);

std::string codes_of(protocol::Bytes codes) {
  std::string text;
  for (const char code : codes) text += ' ' + std::to_string(static_cast<unsigned char>(code));
  return text;
}

}  // namespace

void Recorder::on_connected(const Connected& event) {
  events.push_back("connected " + std::string(name(event.version)) +
                   (event.first ? " first" : " again"));
  connected(event);
}

void Recorder::on_reconnecting(const Error& cause, Duration) {
  events.push_back("reconnecting: " + cause.text);
  reconnecting();
}

void Recorder::on_closed(const std::optional<Error>& error) {
  CHECK_FALSE(closed);
  closed = true;
  end = error;
  events.push_back("closed" + (error ? ": " + error->text : ""));
  ended();
}

bool Recorder::on_message(const protocol::Publish& event) {
  events.push_back("message " + std::string(event.topic));
  return message(event);
}

void Recorder::on_published(const PublishOutcome& outcome) {
  events.push_back("published " + std::to_string(outcome.token) + " " +
                   std::to_string(static_cast<unsigned>(outcome.reason)) +
                   (outcome.may_be_duplicate ? " may be duplicate" : ""));
  published(outcome);
}

void Recorder::on_subscribed(Token token, const protocol::SubAck& suback) {
  events.push_back("subscribed " + std::to_string(token) + codes_of(suback.codes));
  subscribed(token);
}

void Recorder::on_unsubscribed(Token token, const protocol::UnsubAck& unsuback) {
  events.push_back("unsubscribed " + std::to_string(token) + codes_of(unsuback.codes));
}

std::size_t Recorder::count(std::string_view beginning) const {
  return static_cast<std::size_t>(
      std::count_if(events.begin(), events.end(),
                    [&](const std::string& event) { return event.starts_with(beginning); }));
}

Conversation::Conversation(std::string_view script) {
  auto started = support::ScriptedBroker::start(loop, script);
  REQUIRE_MESSAGE(started, (started ? "" : started.error().text));
  broker = std::move(*started);
  plan.transport.host = "127.0.0.1";
  plan.transport.port = broker->port();
  plan.reconnect.attempts = 0;
  plan.reconnect.initial = std::chrono::milliseconds(1);
  const char* engine = std::getenv("MQTT_TEST_ENGINE");
  if (engine != nullptr && std::string_view(engine) == "paho") plan.engine = Engine::paho;
  client = nullptr;
}

void Conversation::make(Handler& handler) {
  auto made = make_client({loop, random}, plan, handler);
  REQUIRE_MESSAGE(made, (made ? "" : made.error().text));
  client = std::move(*made);
}

bool Conversation::run_until(const std::function<bool()>& done) {
  const Time deadline = loop.now() + longest_test;
  while (!done()) {
    if (loop.now() >= deadline) return false;
    loop.run_until(std::min(deadline, loop.now() + std::chrono::milliseconds(1)));
  }
  return true;
}

bool Conversation::run() {
  if (!client) {
    make();
    client->connect();
  }
  return run_until([this] { return recorder.closed; });
}

bool Conversation::run_to_the_end() {
  return run() && run_until([this] { return broker->finished(); });
}

Result<Submission> Conversation::publish(std::string_view topic, std::string_view payload, int qos,
                                         Token token) {
  protocol::Publish message;
  message.topic = topic;
  message.payload = payload;
  message.qos = static_cast<protocol::Qos>(qos);
  return client->publish(message, token, Payload::copied);
}

Result<Submission> Conversation::subscribe(std::string_view filter, int qos, Token token) {
  protocol::Subscription subscription;
  subscription.filter = filter;
  subscription.qos = static_cast<protocol::Qos>(qos);
  return client->subscribe({&subscription, 1}, {}, token);
}

std::string Conversation::failures() const {
  std::string text;
  for (const std::string& failure : broker->failures()) text += failure + '\n';
  return text;
}

}  // namespace mqtt_toolbox::client
