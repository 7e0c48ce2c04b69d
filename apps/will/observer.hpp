#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "check/added.hpp"
#include "check/allowance.hpp"
#include "check/case_context.hpp"
#include "check/foreign.hpp"
#include "check/message.hpp"
#include "check/violation.hpp"
#include "client/client.hpp"
#include "transport/inbox.hpp"

namespace mqtt_toolbox::will {

/// A client in a thread of its own that subscribes once, at QoS 2, and remembers what comes, for
/// the cases of a whole run. It keeps what matches its filters, and no more than the allowance.
/// When it loses its connection it connects again, a limited number of times: what came meanwhile
/// it has not seen.
class Observer final : private client::Handler {
 public:
  struct Presence {
    bool is_online = false;
    unsigned losses = 0;  ///< of its connection, so far
  };

  /// `plan` is complete, its engine included.
  Observer(
      client::ConnectPlan plan, std::vector<std::string> filters,
      std::shared_ptr<check::Allowance> allowance = std::make_shared<check::Allowance>(),
      std::shared_ptr<check::ForeignMessages> foreign = std::make_shared<check::ForeignMessages>(),
      std::shared_ptr<check::ObserverViolations> violations =
          std::make_shared<check::ObserverViolations>(),
      std::shared_ptr<check::AddedProperties> added = std::make_shared<check::AddedProperties>());
  ~Observer() override;

  /// Until the subscriptions are answered, the first of them with success; else why not, in bounded
  /// time.
  Status start();

  std::string_view name() const;
  /// What came to a topic, in order.
  std::vector<check::Message> seen(const std::string& topic) const;
  /// How many of these `counts` is true for; it is called with the observer locked.
  std::size_t count(const std::string& topic,
                    const std::function<bool(const check::Message&)>& counts) const;
  /// Whether the broker let it subscribe to the filter.
  bool may_see(const std::string& filter) const;
  /// At most what SUBACK granted.
  protocol::Qos granted_qos() const;
  Presence presence() const;
  /// Why it last lost its connection; empty: it never did.
  std::string why_lost() const;
  /// Set when it has given up: it proves nothing any more.
  std::optional<std::string> lost() const;
  /// What a packet that it had to refuse says of the broker, if that was a message to the topic.
  std::optional<check::Finding> violation_at(const std::string& topic) const;

  /// The context is told of everything that comes, until `forget`.
  void notify(check::CaseContext& context);
  void forget(check::CaseContext& context);

 private:
  void on_connected(const client::Connected& connected) override;
  void on_violation(const session::Failure& failure) override;
  void on_reconnecting(const Error& cause, Duration wait) override;
  void on_closed(const std::optional<Error>& error) override;
  bool on_message(const protocol::Publish& message) override;
  void on_published(const client::PublishOutcome&) override {}
  void on_subscribed(client::Token token, const protocol::SubAck& suback) override;
  void on_unsubscribed(client::Token, const protocol::UnsubAck&) override {}

  void work();
  void settle(Status status);
  void tell_contexts();

  client::ConnectPlan plan_;
  std::vector<std::string> filters_;
  client::Client* client_ = nullptr;
  transport::Loop* loop_ = nullptr;
  bool closing_ = false;

  mutable std::mutex mutex_;
  std::condition_variable settled_;
  std::optional<Status> status_;  ///< of the start
  Presence presence_;
  std::string why_lost_;
  std::optional<std::string> lost_;
  std::map<std::string, check::Finding> violations_;  ///< by topic, of those that match its filters
  std::map<std::string, std::vector<check::Message>> seen_;
  std::size_t received_bytes_ = 0;
  check::Holding holding_;
  std::shared_ptr<check::ForeignMessages> foreign_;
  std::shared_ptr<check::ObserverViolations> run_violations_;
  std::shared_ptr<check::AddedProperties> added_;
  protocol::Qos granted_ = protocol::Qos::exactly_once;
  std::set<std::string> refused_;  ///< filters
  std::set<check::CaseContext*> contexts_;
  std::unique_ptr<transport::Inbox> inbox_;
  std::jthread thread_;
};

}  // namespace mqtt_toolbox::will
