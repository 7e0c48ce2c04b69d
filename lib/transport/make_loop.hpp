#pragma once

#include <memory>

#include "base/export.hpp"
#include "base/result.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::transport {

/// A loop for a program's own code. Without descriptors for it ExitCode::io, where Loop throws: a
/// program that has a C++ runtime of its own is aborted by an exception that comes out of the
/// library.
MQTT_TOOLBOX_API Result<std::unique_ptr<Loop>> make_loop();

}  // namespace mqtt_toolbox::transport
