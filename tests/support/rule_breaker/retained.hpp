#pragma once

#include <map>
#include <string>
#include <vector>

#include "support/rule_breaker/message.hpp"

namespace mqtt_toolbox::rule_breaker {

/// The retained messages, MQTT 5.0 section 3.3.1.3.
class Retained {
 public:
  explicit Retained(const Rules& rules) : rules_(rules) {}

  /// An empty payload clears the topic's.
  void store(MessagePtr message);
  std::vector<MessagePtr> matching(std::string_view filter, Time now) const;

 private:
  const Rules& rules_;
  std::map<std::string, MessagePtr> messages_;  ///< by topic
};

}  // namespace mqtt_toolbox::rule_breaker
