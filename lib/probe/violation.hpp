#pragma once

#include <optional>

#include "base/export.hpp"
#include "probe/verdict.hpp"
#include "session/session.hpp"

namespace mqtt_toolbox::probe {

/// What a packet that a session has refused says of the broker: fail where a statement of the
/// standard forbids it to a server, else deviates, with its first bytes. None when it was not a
/// packet of the broker's that ended the connection, or only one that is larger than the user
/// takes.
MQTT_TOOLBOX_API std::optional<Finding> finding_of(const session::Failure& failure);

}  // namespace mqtt_toolbox::probe
