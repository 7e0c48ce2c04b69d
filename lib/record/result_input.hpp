#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>

#include "base/export.hpp"
#include "base/result.hpp"

namespace mqtt_toolbox::record {

/// The fields of a line that ResultWriter has written, by name; arrays, objects and numbers that
/// are not whole and positive are left out.
using ResultFields = std::map<std::string, std::variant<bool, std::uint64_t, std::string>>;

/// ExitCode::io for what is no JSON object.
MQTT_TOOLBOX_API Result<ResultFields> parse_result(std::string_view line);

/// A text; empty when there is none of this name.
MQTT_TOOLBOX_API std::string text_of(const ResultFields& fields, const std::string& name);

}  // namespace mqtt_toolbox::record
