#pragma once

#include <string_view>

#include "console/tool.hpp"

namespace mqtt_toolbox::bench {

/// Writes to standard output and waits until it is written.
Status print(console::World& world, std::string_view text);
/// Says the error; its exit status.
console::Ended failed(console::World& world, const Error& error);
/// Done, or the error.
console::Ended finished(console::World& world, const Status& status);

}  // namespace mqtt_toolbox::bench
