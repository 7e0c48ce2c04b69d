#pragma once

#include <string>
#include <string_view>

namespace mqtt_toolbox::options {

/// Text made safe for mdoc: backslashes, control lines, characters that troff changes, and
/// non-ASCII letters; the dashes of options stay dashes.
std::string mdoc_escape(std::string_view text);

/// Appends sentences, one or more lines each, at most 78 bytes a line.
void append_mdoc_text(std::string& out, std::string_view text);

/// Appends a literal block.
void append_mdoc_literal(std::string& out, std::string_view text);

inline constexpr std::string_view manual_date = "November 22, 2026";

}  // namespace mqtt_toolbox::options
