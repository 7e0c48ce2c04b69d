#pragma once

#include "base/result.hpp"
#include "options/layers.hpp"
#include "options/settings.hpp"
#include "options/tool.hpp"

namespace mqtt_toolbox::options {

/// Reads the password and the key's password from where the draft says, but for what the tool reads
/// itself.
Status read_secrets(const Tool& tool, Settings& settings, const Invocation& invocation);

/// The rules that need all options: TLS, port, version, session, will; completes the plan.
Status finish(Settings& settings, Outside& outside);

}  // namespace mqtt_toolbox::options
