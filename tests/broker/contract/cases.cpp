#include "cases.hpp"

namespace mqtt_toolbox::contract {

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  add_connect_cases(cases);
  add_delivery_cases(cases);
  add_topic_cases(cases);
  add_retained_cases(cases);
  add_will_cases(cases);
  add_session_cases(cases);
  add_shared_cases(cases);
  add_property_cases(cases);
  add_transport_cases(cases);
  add_limit_cases(cases);
  add_restart_cases(cases);
  return cases;
}

}  // namespace mqtt_toolbox::contract
