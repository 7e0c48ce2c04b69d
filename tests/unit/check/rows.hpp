#pragma once

#include <array>

#include "check/fact.hpp"

namespace mqtt_toolbox::check {

/// A table with a fact of every kind.
inline constexpr std::array rows{
    FactRow{"qos2", "features", FactKind::flag, "qos2", "delivers at QoS 2"},
    FactRow{"anonymous", "protocol", FactKind::flag, "anonymous", "lets anybody in"},
    FactRow{"levels", "limits", FactKind::count, "levels", "how many"},
    FactRow{"packet", "limits", FactKind::bytes, "packet", "how large"},
    FactRow{"cut", "limits", FactKind::duration, "cut", "when", false},
    FactRow{"expiry", "limits", FactKind::duration, "expiry", "how long"},
    FactRow{"methods", "protocol", FactKind::text, "methods", "which"},
};

}  // namespace mqtt_toolbox::check
