#include "check/engine_client.hpp"

#include <algorithm>

#include "check/case_context.hpp"
#include "check/refusal.hpp"
#include "check/timeout.hpp"
#include "check/violation.hpp"

namespace mqtt_toolbox::check {

using protocol::ReasonCode;

EngineClient::EngineClient(CaseContext& context, client::ConnectPlan plan)
    : context_(context), plan_(std::move(plan)), holding_(context.run().allowance) {}

EngineClient::~EngineClient() = default;

bool EngineClient::connect() {
  if (connect_once() || (has_new_password() && connect_once())) return true;
  context_.abort("cannot connect" + why_closed());
  return false;
}

bool EngineClient::connect_once() {
  closed_ = false;
  if (const client::SharedPassword* const password = context_.run().password) {
    password_number_ = password->number();
    plan_.password = password->value();
  }
  auto made = client::make_client({context_.loop(), context_.random()}, plan_, *this);
  if (!made) {
    context_.abort(made.error().text);
    return false;
  }
  client_ = std::move(*made);
  client_->connect();
  return context_.wait([this] { return online_ || closed_; }, never) && online_;
}

/// A client does not tell the reason code.
bool EngineClient::has_new_password() {
  const bool was_refused = closed_ && error_ && error_->code == ExitCode::refused;
  return was_refused && context_.run().password != nullptr &&
         context_.renew_password(password_number_);
}

bool EngineClient::subscribe(const std::string& filter, protocol::Qos qos) {
  if (!online_) return false;
  granted_.reset();
  filters_.push_back(filter);
  const protocol::Subscription subscription{filter, qos};
  const auto submission = client_->subscribe({&subscription, 1}, {}, next_token_++);
  if (!submission) {
    context_.abort(unsupported(submission.error().text));
    return false;
  }
  context_.wait_for_answer([this] { return granted_ || closed_; }, usual_timeout, *client_);
  if (!granted_) {
    context_.abort("a subscription was not answered" + why_closed());
  } else if (is_failure(*granted_) || static_cast<protocol::Qos>(*granted_) < qos) {
    context_.abort(unsupported("a subscription at QoS " + std::to_string(static_cast<int>(qos)) +
                               " was answered with " +
                               std::string(name(*granted_, protocol::PacketType::suback)) + said_));
  }
  return !context_.is_aborted();
}

bool EngineClient::send(const Message& message) {
  context_.note_sent(message.topic, message.properties.view());
  while (online_ && !context_.is_aborted()) {
    ready_ = false;
    const auto submission =
        client_->publish(view_of(message), next_token_++, client::Payload::copied);
    if (!submission) {
      context_.abort(unsupported(submission.error().text));
      return false;
    }
    if (submission->admission == client::Admission::accepted) {
      if (message.qos != protocol::Qos::at_most_once) ++outstanding_;
      return true;
    }
    if (!context_.wait_for_answer([this] { return ready_ || closed_; }, usual_timeout, *client_))
      break;
  }
  context_.abort("a message could not be sent" + why_closed());
  return false;
}

bool EngineClient::settle() {
  context_.wait_for_answer([this] { return outstanding_ == 0 || closed_; }, usual_timeout,
                           *client_);
  if (refusal_)
    context_.abort("a message was refused: " +
                   std::string(name(*refusal_, protocol::PacketType::puback)) + said_);
  if (outstanding_ != 0) context_.abort("a message was not acknowledged" + why_closed());
  return !context_.is_aborted();
}

bool EngineClient::wait_for(std::string_view payload, Timeout timeout) {
  const auto is_it = [&](const Message& message) { return message.payload == payload; };
  return context_.wait(
      [&] { return std::any_of(received_.begin(), received_.end(), is_it) || closed_; }, timeout);
}

std::string EngineClient::why_closed() const {
  return error_ ? ": " + error_->text : std::string();
}

void EngineClient::on_connected(const client::Connected& connected) {
  context_.run().added->look_at(connected.connack, asks_for_method(plan_));
  online_ = true;
  context_.changed();
}

void EngineClient::on_closed(const std::optional<Error>& error) {
  online_ = false;
  closed_ = true;
  error_ = error;
  context_.changed();
}

void EngineClient::on_violation(const session::Failure& failure) {
  if (auto finding = finding_of(failure)) context_.abort(std::move(*finding));
}

bool EngineClient::on_message(const protocol::Publish& message) {
  received_bytes_ += message.topic.size() + message.payload.size();
  const bool is_expected = is_judged(filters_, message.topic);
  const bool is_held = !is_expected || holding_.add(bytes_kept(message));
  if (!is_held || received_bytes_ > most_received_bytes)
    context_.abort(std::string(sends_without_end));
  if (context_.is_aborted()) return false;
  if (!is_expected) {
    context_.note_foreign(message.topic);
    return true;
  }
  received_.push_back(copy_of(message, context_.loop().now()));
  context_.run().added->take_out(received_.back());
  context_.changed();
  return true;
}

void EngineClient::on_published(const client::PublishOutcome& outcome) {
  if (outstanding_ != 0) --outstanding_;
  if (is_failure(outcome.reason)) {
    refusal_ = outcome.reason;
    said_ = reason_string_of(outcome.properties);
  }
  context_.changed();
}

void EngineClient::on_subscribed(client::Token, const protocol::SubAck& suback) {
  said_ = reason_string_of(suback.properties);
  granted_ = suback.codes.empty() ? ReasonCode::unspecified_error : suback.code(0);
  context_.changed();
}

void EngineClient::on_ready() {
  ready_ = true;
  context_.changed();
}

}  // namespace mqtt_toolbox::check
