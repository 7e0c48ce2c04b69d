#pragma once

#include <cstdint>

#include "base/result.hpp"

namespace mqtt_toolbox::load {

/// Raises this process's limit of open files so that `files` more fit. ExitCode::usage when the
/// system does not allow it; the text says how to.
Status allow_open_files(std::uint64_t files);

}  // namespace mqtt_toolbox::load
