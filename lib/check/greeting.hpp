#pragma once

#include "base/result.hpp"
#include "client/plan.hpp"
#include "console/tool.hpp"
#include "protocol/types.hpp"
#include "session/settings.hpp"

namespace mqtt_toolbox::check {

/// What the broker says when it is first met.
struct Greeting {
  protocol::Version version = protocol::Version::v5;
  session::ServerLimits limits;
  Duration took{};  ///< from the first attempt on
};

/// Connects once as the plan says, without its will, and leaves. The errors of a client;
/// ExitCode::no when the loop was stopped meanwhile.
Result<Greeting> greet(console::World& world, const client::ConnectPlan& plan);

}  // namespace mqtt_toolbox::check
