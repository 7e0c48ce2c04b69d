#pragma once

#include <span>

#include "base/export.hpp"
#include "probe/verdict.hpp"

namespace mqtt_toolbox::probe {

/// What is to be believed of a case that was a fail or inconclusive beside others and was then
/// played again by itself. A fail that rests on packets stays one. A fail that rests on a message
/// or an answer that did not come in time, and that never happens alone, is inconclusive: it may be
/// the load. What could only not be judged beside others is judged by how it went alone.
MQTT_TOOLBOX_API Finding judged_again(const Finding& first, std::span<const Finding> alone);

}  // namespace mqtt_toolbox::probe
