#include "probe/visit.hpp"

namespace mqtt_toolbox::probe {

client::ConnectPlan plan_of_visit(client::ConnectPlan plan) {
  plan.session_use = client::SessionUse::as_given;
  plan.session.will.reset();
  plan.session.clean_start = true;
  plan.session.resume = false;
  plan.session.connect_properties.remove(protocol::PropertyId::session_expiry_interval);
  plan.reconnect.attempts = 0;
  plan.retry_first_connect = false;
  return plan;
}

}  // namespace mqtt_toolbox::probe
