#include "peer.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace mqtt_toolbox::contract {

using client::Token;
using protocol::ReasonCode;

namespace {

/// How long something that should not come is waited for, once a message sent later is there.
constexpr Duration quiet_time = std::chrono::milliseconds(60);

std::string_view kind_of_end(ExitCode code) {
  switch (code) {
    case ExitCode::unreachable: return "no answer";
    case ExitCode::tls: return "TLS";
    case ExitCode::refused: return "refused";
    case ExitCode::lost: return "lost";
    case ExitCode::rejected: return "rejected";
    case ExitCode::usage: return "usage";
    default: return "failed";
  }
}

std::string_view reason_in(std::string_view text) {
  std::string_view longest;
  for (const protocol::ReasonCodeRow& row : protocol::reason_codes()) {
    const bool is_there = is_failure(row.code) && text.find(row.name) != text.npos;
    if (is_there && row.name.size() > longest.size()) longest = row.name;
  }
  return longest;
}

std::string outcome_text(const client::PublishOutcome& outcome, protocol::Qos asked) {
  const auto packet = outcome.qos == protocol::Qos::at_least_once ? protocol::PacketType::puback
                                                                  : protocol::PacketType::pubrec;
  if (is_failure(outcome.reason)) return fmt::format("refused: {}", name(outcome.reason, packet));
  if (outcome.qos == asked) return "accepted";
  return fmt::format("accepted at QoS {}", static_cast<int>(outcome.qos));
}

std::string codes_text(const protocol::SubAck& suback) {
  std::string text;
  for (std::size_t i = 0; i < suback.codes.size(); ++i) {
    const auto code = static_cast<unsigned>(suback.code(i));
    if (i != 0) text += ' ';
    text += is_failure(suback.code(i)) ? fmt::format("0x{:02X}", code) : fmt::format("{}", code);
  }
  return text;
}

}  // namespace

std::string describe_end(const std::optional<Error>& error) {
  if (!error) return "closed";
  const std::string_view reason = reason_in(error->text);
  return reason.empty() ? std::string(kind_of_end(error->code))
                        : fmt::format("{}: {}", kind_of_end(error->code), reason);
}

Peer::Peer(client::Surroundings surroundings, client::ConnectPlan plan, Time deadline)
    : surroundings_(surroundings), plan_(std::move(plan)), deadline_(deadline) {}

bool Peer::wait_until(const std::function<bool()>& condition, Duration patience) {
  transport::Loop& loop = surroundings_.loop;
  const Time until = std::min(loop.now() + patience, deadline_);
  while (!condition()) {
    if (ended_ || !loop.run_until(until)) return condition();
  }
  return true;
}

std::string Peer::how_it_stands(const std::string& missing) const {
  return ended_ ? *ended_ : missing;
}

std::string Peer::try_connect() {
  auto made = client::make_client(surroundings_, plan_, *this);
  if (!made) throw EngineRefuses{made.error().text};
  client_ = std::move(*made);
  ended_.reset();
  connected_.reset();
  client_->connect();
  const auto is_decided = [this] { return connected_ || ended_; };
  if (!wait_until(is_decided, 2 * patience_)) return "no answer";
  return connected_ ? "connected" : *ended_;
}

void Peer::connect() {
  if (const std::string how = try_connect(); how != "connected") throw Stopped{"CONNECT: " + how};
}

std::string Peer::subscribe(const std::vector<Filter>& filters, protocol::Properties properties) {
  std::vector<protocol::Subscription> entries;
  for (const Filter& filter : filters) {
    entries.push_back({filter.filter, static_cast<protocol::Qos>(filter.qos), filter.no_local,
                       filter.retain_as_published, filter.retain_handling});
  }
  const Token token = next_token_++;
  const auto submission = client_->subscribe(entries, properties, token);
  if (!submission) throw Stopped{"SUBSCRIBE: " + describe_end(submission.error())};
  return outcome_of(token);
}

void Peer::subscribe(const std::string& filter, int qos) {
  const std::string codes = subscribe({{filter, qos}});
  if (codes != "0" && codes != "1" && codes != "2") throw Stopped{"SUBACK: " + codes};
}

void Peer::unsubscribe(const std::string& filter) {
  const Token token = next_token_++;
  const protocol::Bytes view = filter;
  const auto submission = client_->unsubscribe({&view, 1}, {}, token);
  if (!submission) throw Stopped{"UNSUBSCRIBE: " + describe_end(submission.error())};
  outcome_of(token);
}

/// The outcome of a call, "not acknowledged" when there is none.
std::string Peer::outcome_of(Token token) {
  const auto is_told = [this, token] { return outcomes_.contains(token); };
  if (!wait_until(is_told, patience_)) return how_it_stands("not acknowledged");
  return outcomes_.extract(token).mapped();
}

Token Peer::submit(const Message& message) {
  const Token token = next_token_++;
  const protocol::Publish publish{
      message.topic,  message.payload,          0, static_cast<protocol::Qos>(message.qos), false,
      message.retain, message.properties.view()};
  for (;;) {
    ready_ = false;
    const auto submission = client_->publish(publish, token, client::Payload::copied);
    if (!submission) throw Stopped{"PUBLISH: " + describe_end(submission.error())};
    if (submission->admission == client::Admission::accepted) break;
    if (!wait_until([this] { return ready_; }, 2 * patience_))
      throw Stopped{"PUBLISH: " + how_it_stands("no room")};
  }
  if (message.qos != 0) asked_[token] = message.qos;
  return token;
}

std::string Peer::try_publish(const Message& message) {
  const Token token = submit(message);
  return message.qos == 0 ? "accepted" : outcome_of(token);
}

void Peer::publish(const Message& message) {
  if (const std::string how = try_publish(message); !how.starts_with("accepted"))
    throw Stopped{"PUBLISH: " + how};
}

void Peer::send(const Message& message) {
  submit(message);
}

void Peer::settle() {
  if (!wait_until([this] { return asked_.empty(); }, 4 * patience_))
    throw Stopped{"PUBLISH: " + how_it_stands("not acknowledged")};
}

void Peer::disconnect(ReasonCode reason) {
  if (ended_) return;
  client_->close({reason, {}}, std::chrono::seconds(1));
  if (!wait_until([this] { return ended_.has_value(); }, patience_))
    throw Stopped{"DISCONNECT: no end"};
  client_.reset();
}

std::string Peer::wait_for_end(Duration patience) {
  wait_until([this] { return ended_.has_value(); }, patience);
  return ended_.value_or("open");
}

void Peer::stay(Duration duration) {
  transport::Loop& loop = surroundings_.loop;
  const Time until = std::min(loop.now() + duration, deadline_);
  while (loop.run_until(until)) {
  }
}

std::vector<Received> Peer::received_until(const std::string& last) {
  const auto is_last = [&](const Received& message) { return message.payload == last; };
  const auto has_come = [&] { return std::ranges::any_of(received_, is_last); };
  if (!wait_until(has_come, patience_))
    throw Stopped{describe(received_) + "; then " + how_it_stands("silence")};
  stay(quiet_time);
  std::vector<Received> others;
  std::ranges::remove_copy_if(received_, std::back_inserter(others), is_last);
  return others;
}

void Peer::on_connected(const client::Connected& connected) {
  connack_properties_ = connected.connack.properties.encoded();
  client_identifier_ = connected.client_identifier;
  connected_ = connected;
  connected_->connack.properties = connack_properties();
  connected_->client_identifier = client_identifier_;
  ++connections_;
  surroundings_.loop.stop();
}

void Peer::on_reconnecting(const Error&, Duration) {
  surroundings_.loop.stop();
}

void Peer::on_closed(const std::optional<Error>& error) {
  ended_ = describe_end(error);
  surroundings_.loop.stop();
}

bool Peer::on_message(const protocol::Publish& message) {
  received_.push_back({std::string(message.topic), std::string(message.payload),
                       static_cast<int>(message.qos), message.retain, message.dup,
                       std::string(message.properties.encoded()), surroundings_.loop.now()});
  surroundings_.loop.stop();
  return true;
}

void Peer::on_published(const client::PublishOutcome& outcome) {
  const auto asked = static_cast<protocol::Qos>(asked_.extract(outcome.token).mapped());
  const std::string text = outcome_text(outcome, asked);
  outcomes_[outcome.token] = text;
  if (is_failure(outcome.reason)) ++failures_[text];
  surroundings_.loop.stop();
}

void Peer::on_subscribed(Token token, const protocol::SubAck& suback) {
  ++subscribed_;
  outcomes_[token] = codes_text(suback);
  surroundings_.loop.stop();
}

void Peer::on_unsubscribed(Token token, const protocol::UnsubAck&) {
  outcomes_[token] = "done";
  surroundings_.loop.stop();
}

void Peer::on_ready() {
  ready_ = true;
  surroundings_.loop.stop();
}

}  // namespace mqtt_toolbox::contract
