#pragma once

#include "base/result.hpp"
#include "options/layers.hpp"
#include "options/settings.hpp"

namespace mqtt_toolbox::options {

/// Reads the password and the key's password from where the draft says.
Status read_secrets(Settings& settings, const char* const* environment, Outside& outside);

/// The rules that need all options: TLS, port, version, session, will; completes the plan.
Status finish(Settings& settings, Outside& outside);

}  // namespace mqtt_toolbox::options
