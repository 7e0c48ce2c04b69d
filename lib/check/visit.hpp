#pragma once

#include "base/random.hpp"
#include "client/plan.hpp"

namespace mqtt_toolbox::check {

/// The user's connection as a check makes it: no will, a clean start, a session that ends with the
/// connection, and nothing done by itself after a loss. The client identifier stays; where there is
/// none it gets one, since a server may refuse who has none (3.1.3.1).
client::ConnectPlan plan_of_visit(client::ConnectPlan plan, Random& random);

}  // namespace mqtt_toolbox::check
