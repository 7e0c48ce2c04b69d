#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/export.hpp"
#include "probe/scene.hpp"
#include "probe/witness.hpp"

namespace mqtt_toolbox::probe {

/// The witnesses of a run: independent implementations of a client that saw the same or do not
/// prove anything.
class MQTT_TOOLBOX_API Jury {
 public:
  explicit Jury(std::vector<std::unique_ptr<Witness>> witnesses)
      : witnesses_(std::move(witnesses)) {}

  const std::vector<std::unique_ptr<Witness>>& witnesses() const { return witnesses_; }
  /// Whether the broker let all of them subscribe to the filter.
  bool may_see(const std::string& filter) const;
  /// The lowest that any of them was granted.
  protocol::Qos granted_qos() const;

 private:
  std::vector<std::unique_ptr<Witness>> witnesses_;
};

/// One case before the jury: told of what comes for as long as it lives.
class MQTT_TOOLBOX_API Hearing {
 public:
  Hearing(Scene& scene, const Jury& jury);
  ~Hearing();
  Hearing(const Hearing&) = delete;
  Hearing& operator=(const Hearing&) = delete;

  /// Until every witness has seen so many messages at the topic.
  bool wait_for(const std::string& topic, std::size_t messages, Duration patience);
  /// Publishes a last message to the topic and waits until every witness has it: what was sent
  /// before has come by then. A topic that the user has named is only listened to a little longer.
  bool close(const std::string& topic);
  /// What they saw at the topic, without the last message of `close`. Leaves the scene in trouble
  /// when they disagree, or when one of them has lost its connection.
  std::vector<Message> testimony(const std::string& topic);

 private:
  bool concerns(const std::string& topic, const Message& message) const;
  std::size_t count(const Witness& witness, const std::string& topic) const;
  std::vector<Message> seen(const Witness& witness, const std::string& topic) const;
  bool all_saw(const std::string& topic, std::size_t messages) const;
  bool any_saw(const std::string& topic, std::size_t messages) const;
  bool all_saw_last_words(const std::string& topic) const;
  bool is_lost() const;

  Scene& scene_;
  const Jury& jury_;
};

}  // namespace mqtt_toolbox::probe
