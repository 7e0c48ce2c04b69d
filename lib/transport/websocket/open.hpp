#pragma once

#include <memory>
#include <string>

#include "transport/plugin.hpp"

namespace mqtt_toolbox::transport::websocket {

/// ExitCode::usage when a header or the path cannot be sent; `lower` then stays the caller's.
Result<std::unique_ptr<Layer>> open(const WebSocketSettings& settings, const std::string& host,
                                    Stream* lower);

}  // namespace mqtt_toolbox::transport::websocket
