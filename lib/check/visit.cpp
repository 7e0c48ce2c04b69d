#include "check/visit.hpp"

#include "client/session_use.hpp"

namespace mqtt_toolbox::check {

client::ConnectPlan plan_of_visit(client::ConnectPlan plan, Random& random) {
  plan.session_use = client::SessionUse::as_given;
  plan.session.will.reset();
  plan.session.clean_start = true;
  plan.session.resume = false;
  plan.session.connect_properties.remove(protocol::PropertyId::session_expiry_interval);
  plan.reconnect.attempts = 0;
  plan.retry_first_connect = false;
  if (plan.client_identifier.empty()) plan.client_identifier = client::make_identifier(random);
  return plan;
}

}  // namespace mqtt_toolbox::check
