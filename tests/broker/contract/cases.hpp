#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "stage.hpp"

namespace mqtt_toolbox::contract {

/// The protocol versions a case is played in, as bits.
enum Versions : unsigned {
  in_3_1 = 1,
  in_3_1_1 = 2,
  in_5_0 = 4,
  in_auto = 8,
  in_common = in_3_1_1 | in_5_0,
  in_all = in_3_1 | in_common,
};

/// One promise of the specification: a script, and what it has to see.
struct Case {
  std::string name;          ///< unique within a version and a door
  std::string_view feature;  ///< a column of the table of brokers
  std::string_view section;  ///< of MQTT 5.0, where not said otherwise
  unsigned versions;
  std::string expected;  ///< regular expression for all that the script observed
  std::function<std::string(Stage&)> play;
  /// The case without which this one makes no sense: not played where that one is known as
  /// unsupported.
  std::string needs{};
  std::string_view door = "tcp";
  /// Not beside others: it disturbs them.
  bool alone = false;
  /// Played only where the broker's facts have it.
  bool (*offered)(const BrokerFacts&) = nullptr;
};

/// Brokers without QoS 2 are known by it.
inline const std::string publish_at_qos_2 = "publish at QoS 2";

/// Every case there is, in the order of the table of features.
std::vector<Case> all_cases();

void add_connect_cases(std::vector<Case>& cases);
void add_delivery_cases(std::vector<Case>& cases);
void add_topic_cases(std::vector<Case>& cases);
void add_retained_cases(std::vector<Case>& cases);
void add_will_cases(std::vector<Case>& cases);
void add_session_cases(std::vector<Case>& cases);
void add_shared_cases(std::vector<Case>& cases);
void add_property_cases(std::vector<Case>& cases);
void add_transport_cases(std::vector<Case>& cases);
void add_limit_cases(std::vector<Case>& cases);
void add_restart_cases(std::vector<Case>& cases);

}  // namespace mqtt_toolbox::contract
