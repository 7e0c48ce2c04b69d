#include "will/observer.hpp"

#include <algorithm>

#include "base/thread.hpp"
#include "check/case_context.hpp"
#include "check/refusal.hpp"
#include "check/violation.hpp"

namespace mqtt_toolbox::will {

using namespace check;

namespace {

constexpr Duration timeout_at_start = std::chrono::seconds(15);
constexpr Duration timeout_at_end = std::chrono::seconds(1);

/// A broker may send every observer what it has to refuse, again and again.
constexpr std::size_t most_violations = 100;

client::ConnectPlan with_reconnects(client::ConnectPlan plan) {
  plan.reconnect.initial = std::chrono::milliseconds(50);
  plan.reconnect.maximum = std::chrono::seconds(1);
  plan.reconnect.attempts = 20;
  plan.ends_at_same_packet = session::BackoffSettings::unlimited;
  return plan;
}

}  // namespace

Observer::Observer(client::ConnectPlan plan, std::vector<std::string> filters,
                   std::shared_ptr<Allowance> allowance, std::shared_ptr<ForeignMessages> foreign,
                   std::shared_ptr<ObserverViolations> violations,
                   std::shared_ptr<AddedProperties> added)
    : plan_(with_reconnects(std::move(plan))),
      filters_(std::move(filters)),
      holding_(std::move(allowance)),
      foreign_(std::move(foreign)),
      run_violations_(std::move(violations)),
      added_(std::move(added)) {}

Observer::~Observer() {
  const std::lock_guard lock(mutex_);
  if (!inbox_) return;
  inbox_->post([this] {
    closing_ = true;
    if (client_ != nullptr) client_->close({}, timeout_at_end);
  });
}

Status Observer::start() {
  std::unique_lock lock(mutex_);
  auto thread = start_thread([this] { work(); });
  if (!thread) return tl::unexpected(std::move(thread.error()));
  thread_ = *std::move(thread);
  const bool in_time = settled_.wait_for(lock, timeout_at_start, [this] { return !!status_; });
  if (!in_time)
    return fail(ExitCode::lost,
                "the " + std::string(name()) + " witness could not subscribe in time");
  return *status_;
}

void Observer::work() {
  transport::Loop loop;
  if (!loop.made()) return settle(loop.made());
  Random random(system_seed());
  auto client = client::make_client({loop, random}, plan_, *this);
  if (!client) return settle(tl::unexpected<Error>(client.error()));
  {
    const std::lock_guard lock(mutex_);
    loop_ = &loop;
    inbox_ = std::make_unique<transport::Inbox>(loop);
  }
  if (!inbox_->made()) return settle(inbox_->made());
  client_ = client->get();
  client_->connect();
  loop.run_until(never);
  const std::lock_guard lock(mutex_);
  inbox_.reset();
}

void Observer::settle(Status status) {
  const std::lock_guard lock(mutex_);
  if (!status_) status_ = std::move(status);
  settled_.notify_all();
}

std::string_view Observer::name() const {
  return plan_.engine == client::Engine::paho ? "paho" : "native";
}

std::vector<Message> Observer::seen(const std::string& topic) const {
  const std::lock_guard lock(mutex_);
  const auto found = seen_.find(topic);
  return found == seen_.end() ? std::vector<Message>() : found->second;
}

std::size_t Observer::count(const std::string& topic,
                            const std::function<bool(const Message&)>& counts) const {
  const std::lock_guard lock(mutex_);
  const auto found = seen_.find(topic);
  if (found == seen_.end()) return 0;
  const auto counted = std::count_if(found->second.begin(), found->second.end(), counts);
  return static_cast<std::size_t>(counted);
}

bool Observer::may_see(const std::string& filter) const {
  const std::lock_guard lock(mutex_);
  return refused_.count(filter) == 0;
}

protocol::Qos Observer::granted_qos() const {
  const std::lock_guard lock(mutex_);
  return granted_;
}

std::optional<std::string> Observer::lost() const {
  const std::lock_guard lock(mutex_);
  return lost_;
}

Observer::Presence Observer::presence() const {
  const std::lock_guard lock(mutex_);
  return presence_;
}

std::string Observer::why_lost() const {
  const std::lock_guard lock(mutex_);
  return why_lost_;
}

std::optional<Finding> Observer::violation_at(const std::string& topic) const {
  const std::lock_guard lock(mutex_);
  const auto found = violations_.find(topic);
  return found == violations_.end() ? std::nullopt : std::optional(found->second);
}

void Observer::notify(CaseContext& context) {
  const std::lock_guard lock(mutex_);
  contexts_.insert(&context);
}

void Observer::forget(CaseContext& context) {
  const std::lock_guard lock(mutex_);
  contexts_.erase(&context);
}

// In its own thread.

void Observer::on_connected(const client::Connected& connected) {
  added_->look_at(connected.connack, asks_for_method(plan_));
  // The client subscribes again by itself.
  if (!connected.first) return;
  std::vector<protocol::Subscription> subscriptions;
  for (const std::string& filter : filters_)
    subscriptions.push_back({filter, protocol::Qos::exactly_once});
  const auto submission = client_->subscribe(subscriptions, {}, 1);
  if (!submission) settle(tl::unexpected<Error>(submission.error()));
}

void Observer::on_subscribed(client::Token, const protocol::SubAck& suback) {
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
    tell_contexts();
  }
  settle({});
}

void Observer::on_violation(const session::Failure& failure) {
  auto finding = finding_of(failure);
  if (!finding) return;
  if (!is_judged(filters_, failure.topic)) return run_violations_->note(name(), *finding);
  const std::lock_guard lock(mutex_);
  if (violations_.size() < most_violations) violations_.emplace(failure.topic, *finding);
}

void Observer::on_reconnecting(const Error& cause, Duration) {
  const std::lock_guard lock(mutex_);
  if (presence_.is_online) ++presence_.losses;
  presence_.is_online = false;
  why_lost_ = cause.text;
  tell_contexts();
}

void Observer::on_closed(const std::optional<Error>& error) {
  const std::string text = error ? error->text : "closed";
  settle(fail(error ? error->code : ExitCode::lost, text));
  {
    const std::lock_guard lock(mutex_);
    client_ = nullptr;
    if (!closing_) lost_ = why_lost_ = text;
    tell_contexts();
  }
  loop_->stop();
}

bool Observer::on_message(const protocol::Publish& message) {
  const std::lock_guard lock(mutex_);
  received_bytes_ += message.topic.size() + message.payload.size();
  const bool is_expected = is_judged(filters_, message.topic);
  const bool is_held = !is_expected || holding_.add(bytes_kept(message));
  if (!is_held || received_bytes_ > most_received_bytes) {
    lost_ = sends_without_end;
    tell_contexts();
    return false;
  }
  if (!is_expected) {
    foreign_->note("the " + std::string(name()) + " witness", message.topic);
    return true;
  }
  auto& seen = seen_[std::string(message.topic)];
  seen.push_back(copy_of(message, SystemClock().now()));
  added_->take_out(seen.back());
  tell_contexts();
  return true;
}

void Observer::tell_contexts() {
  for (CaseContext* context : contexts_) context->changed_elsewhere();
}

}  // namespace mqtt_toolbox::will
