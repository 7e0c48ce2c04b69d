#include "check/engine_client.hpp"

#include <algorithm>

#include "check/case_context.hpp"
#include "check/patience.hpp"
#include "check/refusal.hpp"
#include "check/violation.hpp"

namespace mqtt_toolbox::check {

using protocol::ReasonCode;

Peer::Peer(Scene& scene, client::ConnectPlan plan)
    : scene_(scene), plan_(std::move(plan)), holding_(scene.ground().allowance) {}

Peer::~Peer() = default;

bool Peer::connect() {
  if (connect_once() || (has_new_password() && connect_once())) return true;
  scene_.trouble("cannot connect" + why_closed());
  return false;
}

bool Peer::connect_once() {
  closed_ = false;
  if (const client::SharedPassword* const password = scene_.ground().password) {
    password_number_ = password->number();
    plan_.password = password->value();
  }
  auto made = client::make_client({scene_.loop(), scene_.random()}, plan_, *this);
  if (!made) {
    scene_.trouble(made.error().text);
    return false;
  }
  client_ = std::move(*made);
  client_->connect();
  return scene_.wait([this] { return online_ || closed_; }, never) && online_;
}

/// A client does not tell the reason code.
bool Peer::has_new_password() {
  const bool was_refused = closed_ && error_ && error_->code == ExitCode::refused;
  return was_refused && scene_.ground().password != nullptr &&
         scene_.renew_password(password_number_);
}

bool Peer::subscribe(const std::string& filter, protocol::Qos qos) {
  if (!online_) return false;
  granted_.reset();
  filters_.push_back(filter);
  const protocol::Subscription subscription{filter, qos};
  const auto submission = client_->subscribe({&subscription, 1}, {}, next_token_++);
  if (!submission) {
    scene_.trouble(unsupported(submission.error().text));
    return false;
  }
  scene_.wait_for_answer([this] { return granted_ || closed_; }, usual_patience, *client_);
  if (!granted_) {
    scene_.trouble("a subscription was not answered" + why_closed());
  } else if (is_failure(*granted_) || static_cast<protocol::Qos>(*granted_) < qos) {
    scene_.trouble(unsupported("a subscription at QoS " + std::to_string(static_cast<int>(qos)) +
                               " was answered with " +
                               std::string(name(*granted_, protocol::PacketType::suback)) + said_));
  }
  return !scene_.in_trouble();
}

bool Peer::send(const Message& message) {
  scene_.note_sent(message.topic, message.properties.view());
  while (online_ && !scene_.in_trouble()) {
    ready_ = false;
    const auto submission =
        client_->publish(view_of(message), next_token_++, client::Payload::copied);
    if (!submission) {
      scene_.trouble(unsupported(submission.error().text));
      return false;
    }
    if (submission->admission == client::Admission::accepted) {
      if (message.qos != protocol::Qos::at_most_once) ++outstanding_;
      return true;
    }
    if (!scene_.wait_for_answer([this] { return ready_ || closed_; }, usual_patience, *client_))
      break;
  }
  scene_.trouble("a message could not be sent" + why_closed());
  return false;
}

bool Peer::settle() {
  scene_.wait_for_answer([this] { return outstanding_ == 0 || closed_; }, usual_patience, *client_);
  if (refusal_)
    scene_.trouble("a message was refused: " +
                   std::string(name(*refusal_, protocol::PacketType::puback)) + said_);
  if (outstanding_ != 0) scene_.trouble("a message was not acknowledged" + why_closed());
  return !scene_.in_trouble();
}

bool Peer::wait_for(std::string_view payload, Patience patience) {
  const auto is_it = [&](const Message& message) { return message.payload == payload; };
  return scene_.wait(
      [&] { return std::any_of(received_.begin(), received_.end(), is_it) || closed_; }, patience);
}

std::string Peer::why_closed() const {
  return error_ ? ": " + error_->text : std::string();
}

void Peer::on_connected(const client::Connected& connected) {
  scene_.ground().added->look_at(connected.connack, asks_for_method(plan_));
  online_ = true;
  scene_.changed();
}

void Peer::on_closed(const std::optional<Error>& error) {
  online_ = false;
  closed_ = true;
  error_ = error;
  scene_.changed();
}

void Peer::on_violation(const session::Failure& failure) {
  if (auto finding = finding_of(failure)) scene_.trouble(std::move(*finding));
}

bool Peer::on_message(const protocol::Publish& message) {
  received_bytes_ += message.topic.size() + message.payload.size();
  const bool is_expected = is_judged(filters_, message.topic);
  const bool is_held = !is_expected || holding_.add(bytes_kept(message));
  if (!is_held || received_bytes_ > most_received_bytes)
    scene_.trouble(std::string(sends_without_end));
  if (scene_.in_trouble()) return false;
  if (!is_expected) {
    scene_.note_foreign(message.topic);
    return true;
  }
  received_.push_back(copy_of(message, scene_.loop().now()));
  scene_.ground().added->take_out(received_.back());
  scene_.changed();
  return true;
}

void Peer::on_published(const client::PublishOutcome& outcome) {
  if (outstanding_ != 0) --outstanding_;
  if (is_failure(outcome.reason)) {
    refusal_ = outcome.reason;
    said_ = reason_string_of(outcome.properties);
  }
  scene_.changed();
}

void Peer::on_subscribed(client::Token, const protocol::SubAck& suback) {
  said_ = reason_string_of(suback.properties);
  granted_ = suback.codes.empty() ? ReasonCode::unspecified_error : suback.code(0);
  scene_.changed();
}

void Peer::on_ready() {
  ready_ = true;
  scene_.changed();
}

}  // namespace mqtt_toolbox::check
