#pragma once

#include <cstdint>

#include "base/export.hpp"
#include "base/result.hpp"

namespace mqtt_toolbox::load {

/// Raises this process's limit of open files so that `files` more fit. ExitCode::usage when the
/// system does not allow it; the text says how to.
Status allow_open_files(std::uint64_t files);

/// Raises it as far as the system lets this process; returns what it is then, 0 when it is not
/// known.
MQTT_TOOLBOX_API std::uint64_t allow_most_files();

}  // namespace mqtt_toolbox::load
