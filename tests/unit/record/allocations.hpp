#pragma once

#include <cstddef>

namespace mqtt_toolbox::record {

/// How often this program has asked operator new for memory.
std::size_t allocations();

}  // namespace mqtt_toolbox::record
