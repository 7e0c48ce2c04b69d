#pragma once

#include "base/result.hpp"
#include "options/settings.hpp"

namespace mqtt_toolbox::options {

/// The layer of the option that won; fallback when it was not given.
Layer layer_of(const Settings& settings, std::string_view name);

/// Whether the connection is a WebSocket, by --ws, the URL's scheme, and the options that imply it.
bool uses_websocket(const Settings& settings);

/// Whether the connection speaks TLS, by --tls, the URL's scheme, the port, and the options that
/// imply it. ExitCode::usage when what was given contradicts itself: then nothing must be sent, as
/// it might be a password in clear.
Result<bool> uses_tls(const Settings& settings);

}  // namespace mqtt_toolbox::options
