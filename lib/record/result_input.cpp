#include "record/result_input.hpp"

#include <nlohmann/json.hpp>

#include "record/json_value.hpp"

namespace mqtt_toolbox::record {

Result<ResultFields> parse_result(std::string_view line) {
  // Its parser does not bound the depth.
  if (!is_json(line)) return fail(ExitCode::io, "not JSON");
  const auto object = nlohmann::json::parse(line, nullptr, false);
  if (!object.is_object()) return fail(ExitCode::io, "not a JSON object");
  ResultFields fields;
  for (const auto& [name, value] : object.items()) {
    if (value.is_boolean()) fields[name] = value.get<bool>();
    if (value.is_number_unsigned()) fields[name] = value.get<std::uint64_t>();
    if (value.is_string()) fields[name] = value.get<std::string>();
  }
  return fields;
}

std::string text_of(const ResultFields& fields, const std::string& name) {
  const auto found = fields.find(name);
  if (found == fields.end()) return {};
  const auto* text = std::get_if<std::string>(&found->second);
  return text != nullptr ? *text : std::string();
}

}  // namespace mqtt_toolbox::record
