#pragma once

#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "client/plan.hpp"
#include "console/tool.hpp"

namespace mqtt_toolbox::check {

/// Sees whether the user may publish and subscribe where the checks do: a client subscribes to
/// `topic` at QoS 0 and sends itself one message at `qos`. ExitCode::rejected when the broker
/// refuses that, ends the connection at it or does not deliver the message; ExitCode::lost when the
/// subscription is not answered; the errors of a client; ExitCode::no when the loop was stopped
/// meanwhile. `timeout` is for each of the two answers.
Status send_control_message(console::World& world, const client::ConnectPlan& plan,
                            const std::string& topic, protocol::Qos qos, Duration timeout);

}  // namespace mqtt_toolbox::check
