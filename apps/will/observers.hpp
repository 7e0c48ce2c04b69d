#pragma once

#include <memory>
#include <string>
#include <vector>

#include "check/case_context.hpp"
#include "will/observer.hpp"

namespace mqtt_toolbox::will {

/// The observers of a run: independent implementations of a client that saw the same or do not
/// prove anything.
class Observers {
 public:
  explicit Observers(std::vector<std::unique_ptr<Observer>> observers)
      : observers_(std::move(observers)) {}

  const std::vector<std::unique_ptr<Observer>>& observers() const { return observers_; }
  /// Whether the broker let all of them subscribe to the filter.
  bool may_see(const std::string& filter) const;
  /// The lowest that any of them was granted.
  protocol::Qos granted_qos() const;

 private:
  std::vector<std::unique_ptr<Observer>> observers_;
};

/// One case before the observers: told of what comes for as long as it lives. A observer that was
/// not connected all the time since its beginning is not asked: the others decide alone.
class Observation {
 public:
  Observation(check::CaseContext& context, const Observers& observers);
  ~Observation();
  Observation(const Observation&) = delete;
  Observation& operator=(const Observation&) = delete;

  /// Until every observer has seen so many messages at the topic.
  bool wait_for(const std::string& topic, std::size_t messages, check::Timeout timeout);
  /// Publishes a last message to the topic and waits until every observer has it: what was sent
  /// before has come by then. A topic that the user has named is only listened to a little longer.
  bool close(const std::string& topic);
  /// What they saw at the topic, without the last message of `close`. Aborts the case when they
  /// disagree, when none was there, and when one of them had to refuse a packet there.
  std::vector<check::Message> testimony(const std::string& topic);

 private:
  bool concerns(const std::string& topic, const check::Message& message) const;
  std::size_t count(const Observer& observer, const std::string& topic) const;
  std::vector<check::Message> seen(const Observer& observer, const std::string& topic) const;
  struct Member {
    const Observer& observer;
    unsigned losses;  ///< of its connection, before the observation; it was connected then
  };

  struct Account {
    const Observer& observer;
    std::vector<check::Message> messages;
  };

  void call_members();
  bool is_there(const Member& member) const;
  template <typename Saw>
  bool all(const Saw& saw) const;
  bool all_saw(const std::string& topic, std::size_t messages) const;
  bool any_saw(const std::string& topic, std::size_t messages) const;
  bool all_saw_last_words(const std::string& topic) const;
  bool is_any_there() const;
  bool is_refused(const std::string& topic);
  std::string why_none_is_there() const;
  void compare(Account& first, const Account& other);

  check::CaseContext& context_;
  const Observers& observers_;
  std::vector<Member> members_;  ///< who were connected when it began
};

}  // namespace mqtt_toolbox::will
