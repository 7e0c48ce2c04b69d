#pragma once

#include "check/scripted_client.hpp"

namespace mqtt_toolbox::check {

/// What becomes of a client that had no part in the case.
struct Reachability {
  Attempt attempt;
  bool delivers = false;  ///< a message that it published came back to it
};

/// Connects after the pause, with an identifier that no client of the case has, and publishes to
/// itself. The longer the pause, the longer it waits for its message.
Reachability reach_broker(CaseContext& context, Duration pause);

/// The same within one round trip: SUBSCRIBE and PUBLISH follow CONNECT at once, as they may (MQTT
/// 5.0 and 3.1.1 section 3.1.4). A broker that does not take them so is not a harmed one.
Reachability look_at_once(CaseContext& context);

/// The plan of such a client.
client::ConnectPlan plan_of_reach(CaseContext& context);

}  // namespace mqtt_toolbox::check
