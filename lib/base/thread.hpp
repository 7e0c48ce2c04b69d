#pragma once

#include <functional>
#include <thread>

#include "base/export.hpp"
#include "base/result.hpp"

namespace mqtt_toolbox {

/// A thread that runs `work`, which must not throw. ExitCode::io when the system refuses one.
MQTT_TOOLBOX_API Result<std::jthread> start_thread(std::function<void()> work);

}  // namespace mqtt_toolbox
