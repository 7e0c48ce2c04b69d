#include "will/observer.hpp"

#include <algorithm>
#include <exception>

#include "base/thread.hpp"
#include "check/case_context.hpp"
#include "check/refusal.hpp"
#include "check/violation.hpp"

namespace mqtt_toolbox::will {

using namespace check;

namespace {

constexpr Duration patience_at_start = std::chrono::seconds(15);
constexpr Duration patience_at_end = std::chrono::seconds(1);

/// A broker may send every witness what it has to refuse, again and again.
constexpr std::size_t most_violations = 100;

client::ConnectPlan with_reconnects(client::ConnectPlan plan) {
  plan.reconnect.initial = std::chrono::milliseconds(50);
  plan.reconnect.maximum = std::chrono::seconds(1);
  plan.reconnect.attempts = 20;
  plan.ends_at_same_packet = session::BackoffSettings::unlimited;
  return plan;
}

}  // namespace

Witness::Witness(client::ConnectPlan plan, std::vector<std::string> filters,
                 std::shared_ptr<Allowance> allowance, std::shared_ptr<ForeignMessages> foreign,
                 std::shared_ptr<ObserverViolations> violations,
                 std::shared_ptr<AddedProperties> added)
    : plan_(with_reconnects(std::move(plan))),
      filters_(std::move(filters)),
      holding_(std::move(allowance)),
      foreign_(std::move(foreign)),
      run_violations_(std::move(violations)),
      added_(std::move(added)) {}

Witness::~Witness() {
  const std::lock_guard lock(mutex_);
  if (!inbox_) return;
  inbox_->post([this] {
    closing_ = true;
    if (client_ != nullptr) client_->close({}, patience_at_end);
  });
}

Status Witness::start() {
  std::unique_lock lock(mutex_);
  auto thread = start_thread([this] { work(); });
  if (!thread) return tl::unexpected(std::move(thread.error()));
  thread_ = *std::move(thread);
  const bool in_time = settled_.wait_for(lock, patience_at_start, [this] { return !!status_; });
  if (!in_time)
    return fail(ExitCode::lost,
                "the " + std::string(name()) + " witness could not subscribe in time");
  return *status_;
}

void Witness::work() {
  try {
    observe();
  } catch (const std::exception& exception) {
    settle(fail(ExitCode::io, exception.what()));
  }
}

void Witness::observe() {
  transport::Loop loop;
  Random random(system_seed());
  auto client = client::make_client({loop, random}, plan_, *this);
  if (!client) return settle(tl::unexpected<Error>(client.error()));
  {
    const std::lock_guard lock(mutex_);
    loop_ = &loop;
    inbox_ = std::make_unique<transport::Inbox>(loop);
  }
  client_ = client->get();
  client_->connect();
  loop.run_until(never);
  const std::lock_guard lock(mutex_);
  inbox_.reset();
}

void Witness::settle(Status status) {
  const std::lock_guard lock(mutex_);
  if (!status_) status_ = std::move(status);
  settled_.notify_all();
}

std::string_view Witness::name() const {
  return plan_.engine == client::Engine::paho ? "paho" : "native";
}

std::vector<Message> Witness::seen(const std::string& topic) const {
  const std::lock_guard lock(mutex_);
  const auto found = seen_.find(topic);
  return found == seen_.end() ? std::vector<Message>() : found->second;
}

std::size_t Witness::count(const std::string& topic,
                           const std::function<bool(const Message&)>& counts) const {
  const std::lock_guard lock(mutex_);
  const auto found = seen_.find(topic);
  if (found == seen_.end()) return 0;
  const auto counted = std::count_if(found->second.begin(), found->second.end(), counts);
  return static_cast<std::size_t>(counted);
}

bool Witness::may_see(const std::string& filter) const {
  const std::lock_guard lock(mutex_);
  return refused_.count(filter) == 0;
}

protocol::Qos Witness::granted_qos() const {
  const std::lock_guard lock(mutex_);
  return granted_;
}

std::optional<std::string> Witness::lost() const {
  const std::lock_guard lock(mutex_);
  return lost_;
}

Witness::Presence Witness::presence() const {
  const std::lock_guard lock(mutex_);
  return presence_;
}

std::string Witness::why_lost() const {
  const std::lock_guard lock(mutex_);
  return why_lost_;
}

std::optional<Finding> Witness::violation_at(const std::string& topic) const {
  const std::lock_guard lock(mutex_);
  const auto found = violations_.find(topic);
  return found == violations_.end() ? std::nullopt : std::optional(found->second);
}

void Witness::notify(Scene& scene) {
  const std::lock_guard lock(mutex_);
  scenes_.insert(&scene);
}

void Witness::forget(Scene& scene) {
  const std::lock_guard lock(mutex_);
  scenes_.erase(&scene);
}

// In its own thread.

void Witness::on_connected(const client::Connected& connected) {
  added_->look_at(connected.connack, asks_for_method(plan_));
  // The client subscribes again by itself.
  if (!connected.first) return;
  std::vector<protocol::Subscription> subscriptions;
  for (const std::string& filter : filters_)
    subscriptions.push_back({filter, protocol::Qos::exactly_once});
  const auto submission = client_->subscribe(subscriptions, {}, 1);
  if (!submission) settle(tl::unexpected<Error>(submission.error()));
}

void Witness::on_subscribed(client::Token, const protocol::SubAck& suback) {
  const protocol::ReasonCode first = suback.code(0);
  if (is_failure(first))
    return settle(fail(ExitCode::rejected,
                       "the broker refused the subscription of the witness to " + filters_[0] +
                           ": " + std::string(protocol::name(first, protocol::PacketType::suback)) +
                           reason_string_of(suback.properties)));
  {
    const std::lock_guard lock(mutex_);
    granted_ = static_cast<protocol::Qos>(first);
    for (std::size_t i = 1; i < suback.codes.size(); ++i)
      if (is_failure(suback.code(i))) refused_.insert(filters_[i]);
    presence_.is_online = true;
    tell_scenes();
  }
  settle({});
}

void Witness::on_violation(const session::Failure& failure) {
  auto finding = finding_of(failure);
  if (!finding) return;
  if (!is_judged(filters_, failure.topic)) return run_violations_->note(name(), *finding);
  const std::lock_guard lock(mutex_);
  if (violations_.size() < most_violations) violations_.emplace(failure.topic, *finding);
}

void Witness::on_reconnecting(const Error& cause, Duration) {
  const std::lock_guard lock(mutex_);
  if (presence_.is_online) ++presence_.losses;
  presence_.is_online = false;
  why_lost_ = cause.text;
  tell_scenes();
}

void Witness::on_closed(const std::optional<Error>& error) {
  const std::string text = error ? error->text : "closed";
  settle(fail(error ? error->code : ExitCode::lost, text));
  {
    const std::lock_guard lock(mutex_);
    client_ = nullptr;
    if (!closing_) lost_ = why_lost_ = text;
    tell_scenes();
  }
  loop_->stop();
}

bool Witness::on_message(const protocol::Publish& message) {
  const std::lock_guard lock(mutex_);
  received_bytes_ += message.topic.size() + message.payload.size();
  const bool is_expected = is_judged(filters_, message.topic);
  const bool is_held = !is_expected || holding_.add(bytes_kept(message));
  if (!is_held || received_bytes_ > most_received_bytes) {
    lost_ = sends_without_end;
    tell_scenes();
    return false;
  }
  if (!is_expected) {
    foreign_->note("the " + std::string(name()) + " witness", message.topic);
    return true;
  }
  auto& seen = seen_[std::string(message.topic)];
  seen.push_back(copy_of(message, SystemClock().now()));
  added_->take_out(seen.back());
  tell_scenes();
  return true;
}

void Witness::tell_scenes() {
  for (Scene* scene : scenes_) scene->changed_elsewhere();
}

}  // namespace mqtt_toolbox::will
