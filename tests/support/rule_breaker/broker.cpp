#include "support/rule_breaker/broker.hpp"

#include <algorithm>
#include <sys/socket.h>
#include <utility>

#include "support/listener.hpp"
#include "support/rule_breaker/matching.hpp"

namespace mqtt_toolbox::rule_breaker {
namespace {

using transport::Interest;

constexpr std::uint64_t lose_every = 40;
constexpr Duration distribution_interval = std::chrono::milliseconds(5);
constexpr Duration pause_of_looks = std::chrono::seconds(5);
constexpr std::size_t longest_topic_survived = 32u << 10;

}  // namespace

Result<std::unique_ptr<Broker>> Broker::start(transport::Loop& loop, const Settings& settings) {
  return support::listen_anywhere().map([&](FileDescriptor listener) {
    return std::make_unique<Broker>(loop, std::move(listener), settings);
  });
}

Broker::Broker(transport::Loop& loop, FileDescriptor listener, const Settings& settings)
    : loop_(loop),
      settings_(settings),
      rules_(settings.broken),
      listener_(std::move(listener)),
      watch_(loop, listener_.get(), [this](Interest) { accept_one(); }),
      retained_(rules_),
      shares_(rules_),
      wills_(loop, rules_, [this](const MessagePtr& will) { publish(will); }),
      faults_(loop, settings.fault, settings.injection, settings.seed),
      distribution_(loop, [this] { distribute_due(); }) {
  watch_.want(Interest::read);
  if (settings_.retains && !rules_.breaks(Breach::sys_topics_missing)) add_system_topics();
}

Broker::~Broker() = default;

std::uint16_t Broker::port() const {
  return support::port_of(listener_);
}

void Broker::add_system_topics() {
  Message version;
  version.topic = "$SYS/broker/version";
  version.payload = "rule-breaker 1.0";
  version.retain = true;
  retained_.store(std::make_shared<Message>(std::move(version)));
}

void Broker::accept_one() {
  FileDescriptor socket(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket || !faults_.admits_connection()) return;
  if (settings_.unanswered != 0 && ++accepted_ % settings_.unanswered == 0)
    return unanswered_.push_back(std::move(socket));
  if (is_harmed_ && rules_.breaks(Breach::nobody_let_in_after_wildcard)) return;
  if (rules_.breaks(Breach::one_closed_after_wildcard) && std::exchange(is_harmed_, false)) return;
  auto client = std::make_unique<Client>(*this, std::move(socket));
  Client* key = client.get();
  clients_.emplace(key, std::move(client));
}

void Broker::forget(Client& client) {
  loop_.defer([this, key = &client] { clients_.erase(key); });
}

std::string Broker::new_client_identifier() {
  return "assigned-" + std::to_string(++assigned_identifiers_);
}

Broker::Opened Broker::open_session(const std::string& client_identifier, bool clean_start) {
  if (Session* session = find(client_identifier); session != nullptr && session->client != nullptr)
    session->client->take_over();
  Session* session = find(client_identifier);
  if (session == nullptr) return create_session(client_identifier);
  if (!clean_start) return resume(*session);
  if (rules_.breaks(Breach::session_kept_after_clean_start)) {
    wills_.session_ended(client_identifier, SessionEnd::clean_start);
    return {*session, false};
  }
  end_session(*session, SessionEnd::clean_start);
  Opened opened = create_session(client_identifier);
  opened.is_present = rules_.breaks(Breach::session_present_wrong);
  return opened;
}

Session* Broker::find(const std::string& client_identifier) {
  const auto found = sessions_.find(client_identifier);
  return found == sessions_.end() ? nullptr : found->second.get();
}

Broker::Opened Broker::create_session(const std::string& client_identifier) {
  const auto expire = [this, client_identifier] {
    if (rules_.breaks(Breach::session_expiry_ignored))
      return wills_.session_ended(client_identifier, SessionEnd::expired);
    if (Session* session = find(client_identifier)) end_session(*session, SessionEnd::expired);
  };
  auto& session = sessions_[client_identifier];
  session = std::make_unique<Session>(loop_, rules_, client_identifier, expire);
  return {*session, false};
}

Broker::Opened Broker::resume(Session& session) {
  wills_.resumed(session.client_identifier);
  if (rules_.breaks(Breach::session_forgotten)) {
    const std::string client_identifier = session.client_identifier;
    end_session(session, SessionEnd::expired);
    return create_session(client_identifier);
  }
  if (rules_.breaks(Breach::subscriptions_forgotten_on_resume)) {
    shares_.forget(session);
    session.subscriptions.clear();
  }
  return {session, !rules_.breaks(Breach::session_present_missing)};
}

void Broker::connection_ended(Session& session, Ending ending) {
  session.client = nullptr;
  session.outbox.detach();
  wills_.connection_ended(session, ending);
  if (session.expiry_seconds == 0) return end_session(session, SessionEnd::expired);
  pass_on_shared(session, false);
  if (session.expiry_seconds != Session::no_expiry)
    session.expiry_timer.arm(
        loop_.now() + std::chrono::seconds(session.expiry_seconds) +
        (rules_.breaks(Breach::session_expiry_late) ? pause_of_looks : Duration()));
}

void Broker::end_session(Session& session, SessionEnd end) {
  pass_on_shared(session, true);
  shares_.forget(session);
  const auto ended = sessions_.extract(session.client_identifier);
  wills_.session_ended(ended.key(), end);
}

/// To who is connected; to any other member, once the session is no more.
void Broker::pass_on_shared(Session& session, bool session_ends) {
  const bool loses_all = rules_.breaks(Breach::share_member_death_lost);
  const auto is_wanted = [&](const Delivery& delivery) {
    return loses_all || shares_.has_other(delivery.group, session, !session_ends);
  };
  for (const Delivery& delivery : session.outbox.take_shared(is_wanted))
    if (!loses_all) shares_.dispatch_again(delivery, session);
}

void Broker::met_topic(std::string_view topic) {
  if (topic.size() > longest_topic_survived && rules_.breaks(Breach::killed_by_long_topic))
    faults_.kill();
}

void Broker::publish(const MessagePtr& message) {
  if (is_harmed_ && rules_.breaks(Breach::nothing_delivered_after_wildcard)) return;
  if (!rules_.breaks(Breach::distributed_late)) return distribute(message);
  Time& last = last_distribution_[message->topic];
  last = std::max(last, loop_.now()) + distribution_interval;
  undistributed_.emplace(last, message);
  distribution_.arm(undistributed_.begin()->first);
}

void Broker::distribute_due() {
  const auto next = undistributed_.extract(undistributed_.begin());
  distribute(next.mapped());
  if (!undistributed_.empty()) distribution_.arm(undistributed_.begin()->first);
}

void Broker::distribute(const MessagePtr& message) {
  if (message->retain) retained_.store(message);
  const bool starves =
      rules_.breaks(Breach::share_plain_starved) && shares_.is_subscribed(message->topic);
  for (const auto& [client_identifier, session] : sessions_) {
    if (starves) break;
    if (auto delivery = delivery_for(*session, message)) session->outbox.add(std::move(*delivery));
  }
  shares_.dispatch(message);
}

/// One for all subscriptions of the session that match, at their highest QoS and with all their
/// identifiers (MQTT 5.0 section 3.3.4).
std::optional<Delivery> Broker::delivery_for(const Session& session,
                                             const MessagePtr& message) const {
  std::optional<Delivery> delivery;
  const bool is_own = session.client_identifier == message->publisher;
  for (const auto& [name, subscription] : session.subscriptions) {
    if (!subscription.share.empty()) continue;
    if (is_own && subscription.no_local && !rules_.breaks(Breach::no_local_ignored)) continue;
    if (!matches(subscription.filter, message->topic, rules_)) continue;
    if (!delivery) delivery = Delivery{message};
    const auto qos = delivered_qos(message->qos, subscription.qos, rules_);
    delivery->qos = std::max(delivery->qos, qos);
    const bool keeps_retain =
        (subscription.retain_as_published && !rules_.breaks(Breach::retain_as_published_ignored)) ||
        rules_.breaks(Breach::retained_flag_on_live);
    delivery->retain = delivery->retain || (message->retain && keeps_retain);
    if (subscription.identifier != 0) delivery->identifiers.push_back(subscription.identifier);
  }
  return delivery;
}

bool Broker::loses(const Message& message) {
  constexpr std::size_t many = 8;
  const bool is_qos_1 = message.qos == protocol::Qos::at_least_once;
  if (is_qos_1 && clients_.size() > many && rules_.breaks(Breach::qos1_lost_under_load))
    return true;
  const bool is_often = is_qos_1 && rules_.breaks(Breach::qos1_lost_often);
  const bool is_losable =
      (is_qos_1 && rules_.breaks(Breach::qos1_lost)) || is_often ||
      (message.qos == protocol::Qos::exactly_once && rules_.breaks(Breach::qos2_lost));
  return is_losable && ++losable_[message.topic] % (is_often ? 7 : lose_every) == 0;
}

}  // namespace mqtt_toolbox::rule_breaker
