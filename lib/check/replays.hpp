#pragma once

#include <span>

#include "check/verdict.hpp"

namespace mqtt_toolbox::check {

/// What is to be believed of a case that was a fail or inconclusive and was then played again by
/// itself. A fail that rests on packets stays one. A fail beside others that rests on a message or
/// an answer that did not come in time, and that never happens alone, is inconclusive: it may be
/// the load. What could not be judged at first is judged by how it went alone.
Finding judged_again(const Finding& first, std::span<const Finding> alone, bool was_beside_others);

}  // namespace mqtt_toolbox::check
