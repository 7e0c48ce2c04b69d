#include "sub/retained_state.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "client/password.hpp"
#include "protocol/topic.hpp"

namespace mqtt_toolbox::sub {

using protocol::RetainHandling;

namespace {

RetainHandling handling_of(const Plan& plan, const Request& request) {
  return request.retain_handling.value_or(plan.retain_handling);
}

retained::Patience patience_of(const Plan& plan) {
  retained::Patience patience;
  patience.acknowledgement_timeout = plan.acknowledgement_timeout;
  if (plan.idle_timeout && plan.retained_only) patience.quiet_time = *plan.idle_timeout;
  return patience;
}

protocol::PropertyList without_expiry(const protocol::PropertyList& given) {
  protocol::PropertyList result(protocol::PropertyPlace::connect);
  for (const auto& property : given.view())
    if (property.id != protocol::PropertyId::session_expiry_interval) (void)result.add(property);
  return result;
}

}  // namespace

bool is_read_beside(const Plan& plan, const Request& request) {
  return plan.record && !plan.retained_only && !plan.hide_retained &&
         !plan.exit_after_subscribing && handling_of(plan, request) == RetainHandling::always &&
         !protocol::shared_subscription(request.filter);
}

RetainedState::RetainedState(console::World& world, const Plan& plan,
                             const client::ConnectPlan& connect_plan, const Properties& properties,
                             Listener listener)
    : world_(world),
      plan_(plan),
      connect_plan_(connect_plan),
      properties_(properties),
      listener_(std::move(listener)),
      patience_(patience_of(plan)),
      state_(
          world.loop, patience_,
          {listener_.wants, listener_.message,
           [this](std::size_t first, const protocol::SubAck& suback) { subscribed(first, suback); },
           [this](const retained::Reading& reading) { ended(reading); },
           [this](const Error& error) { failed(error); }}) {
  const bool is_beside =
      std::any_of(plan.requests.begin(), plan.requests.end(),
                  [&plan](const Request& request) { return is_read_beside(plan, request); });
  stage_ = is_beside ? Stage::not_begun : Stage::over;
}

RetainedState::~RetainedState() = default;

void RetainedState::read_on(client::Client& client, const client::Connected& connected) {
  requests_.clear();
  for (const Request& request : plan_.requests)
    if (handling_of(plan_, request) != RetainHandling::never) requests_.push_back(&request);
  start(client, connected);
}

void RetainedState::read_beside(const std::function<bool(const Request&)>& is_wanted) {
  requests_.clear();
  for (const Request& request : plan_.requests)
    if (is_read_beside(plan_, request) && is_wanted(request)) requests_.push_back(&request);
  if (requests_.empty()) {
    if (stage_ == Stage::not_begun) stage_ = Stage::over;
    return;
  }
  state_.stop();
  make_own_plan();
  auto client =
      client::make_client({world_.loop, world_.random}, own_plan_, *this, plan_.password_command);
  if (!client) return listener_.no_connection(client.error());
  own_ = std::move(*client);
  stage_ = Stage::connecting;
  own_->connect();
}

/// A session that ends with the connection, and nothing that others see: no will.
void RetainedState::make_own_plan() {
  own_plan_ = connect_plan_;
  own_plan_.session_use = client::SessionUse::as_given;
  own_plan_.session.clean_start = true;
  own_plan_.session.resume = false;
  own_plan_.session.acknowledge_at_once = true;
  own_plan_.session.will.reset();
  own_plan_.session.connect_properties = without_expiry(connect_plan_.session.connect_properties);
  if (!own_plan_.client_identifier.empty()) own_plan_.client_identifier += "-retained";
  own_plan_.reconnect.attempts = 0;
  own_plan_.retry_first_connect = false;
}

void RetainedState::start(client::Client& client, const client::Connected& connected) {
  retained::StateReader::Request request;
  for (const Request* wanted : requests_)
    request.filters.push_back({wanted->filter, wanted->qos.value_or(plan_.qos)});
  request.properties = properties_.subscribe.view();
  if (plan_.subscribe_batch != 0) request.packet.filters = plan_.subscribe_batch;
  request.packet.bytes = connected.limits.maximum_packet_size / 2;
  request.window = retained::ByName::room(connected, connect_plan_);
  request.maximum_qos = connected.limits.maximum_qos;
  request.live_elsewhere = is_beside();
  request.shrinks = plan_.remove_retained;
  unanswered_ = requests_.size();
  stage_ = Stage::reading;
  if (!requests_.empty()) return state_.start(client, std::move(request));
  listener_.subscribed();
  ended({});
}

void RetainedState::stop() {
  stage_ = Stage::over;
  state_.stop();
  if (own_) own_->close({}, plan_.grace);
}

void RetainedState::pause_reading(bool paused) {
  if (own_) own_->pause_reading(paused);
}

std::optional<std::string> RetainedState::unread() const {
  if (stage_ != Stage::connecting && stage_ != Stage::reading) return std::nullopt;
  const retained::Reading& reading = state_.reading();
  const std::string early = "the run ends before all that is retained was ";
  if (reading.topics.topics == 0) return early + "found";
  return early + fmt::format("read: {} of {} messages", reading.read, reading.topics.topics);
}

void RetainedState::subscribed(std::size_t first, const protocol::SubAck& suback) {
  if (is_beside()) return;
  for (std::size_t i = 0; i < suback.codes.size() && first + i < requests_.size(); ++i) {
    --unanswered_;
    listener_.granted(*requests_[first + i], suback.code(i));
  }
  if (unanswered_ == 0) listener_.subscribed();
}

void RetainedState::ended(const retained::Reading& reading) {
  stage_ = Stage::over;
  state_.forget_live();
  if (own_) own_->close({}, plan_.grace);
  const std::uint64_t unmarked = reading.topics.unmarked;
  if (plan_.retained_only && unmarked != 0)
    world_.reporter.note(fmt::format(
        "{} messages came without the RETAIN flag before the end of the read, and are left out",
        unmarked));
  if (const auto changes = retained::changes(reading)) world_.reporter.note(*changes);
  const auto doubt = retained::doubt(reading);
  if (doubt) world_.reporter.error(*doubt);
  listener_.ended(doubt ? ExitCode::no : ExitCode::done);
}

void RetainedState::failed(const Error& error) {
  if (!is_beside()) return listener_.failed(error);
  stage_ = Stage::over;
  own_->close({}, plan_.grace);
  const auto& reading = state_.reading();
  world_.reporter.error(fmt::format("{} of {} retained messages found were read: {}", reading.read,
                                    reading.topics.topics, error.text));
  listener_.ended(ExitCode::no);
}

void RetainedState::on_connected(const client::Connected& connected) {
  start(*own_, connected);
}

void RetainedState::on_closed(const std::optional<Error>& error) {
  if (!error || stage_ == Stage::over) return;
  if (stage_ == Stage::connecting) {
    stage_ = Stage::over;
    return listener_.no_connection(*error);
  }
  state_.stop();
  failed(*error);
}

bool RetainedState::on_message(const protocol::Publish& message) {
  if (stage_ == Stage::reading) reader().on_message(message);
  return stage_ == Stage::reading;
}

void RetainedState::on_subscribed(client::Token token, const protocol::SubAck& suback) {
  if (stage_ == Stage::reading) reader().on_subscribed(token, suback);
}

void RetainedState::on_unsubscribed(client::Token token, const protocol::UnsubAck&) {
  if (stage_ == Stage::reading) reader().on_unsubscribed(token);
}

void RetainedState::on_pingresp(std::uint64_t number) {
  if (stage_ == Stage::reading) reader().on_pinged(number);
}

void RetainedState::on_packet(session::Direction direction, const protocol::Frame& frame,
                              protocol::Version version) {
  if (world_.trace != nullptr) world_.trace->packet(direction, frame, version);
}

}  // namespace mqtt_toolbox::sub
