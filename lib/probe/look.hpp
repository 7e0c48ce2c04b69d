#pragma once

#include "probe/wire.hpp"

namespace mqtt_toolbox::probe {

/// What becomes of a client that had no part in the case.
struct Look {
  Attempt attempt;
  bool delivers = false;  ///< a message that it published came back to it
};

/// Connects with an identifier that no client of the case has, and publishes to itself.
Look look_at_broker(Scene& scene);

/// The plan of such a client.
client::ConnectPlan plan_of_look(Scene& scene);

}  // namespace mqtt_toolbox::probe
