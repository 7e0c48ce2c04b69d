#pragma once

#include <string>
#include <string_view>

namespace mqtt_toolbox::report {

/// Appends text so that it stands in HTML and SVG, in elements and in quoted attributes: the five
/// characters of markup escaped, control characters and bytes that are not UTF-8 as U+FFFD.
void append_escaped(std::string& out, std::string_view text);
std::string escaped(std::string_view text);

}  // namespace mqtt_toolbox::report
