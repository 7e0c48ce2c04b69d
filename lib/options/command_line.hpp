#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "options/tool.hpp"

namespace mqtt_toolbox::options {

/// One option as argv names it. Values: "true" or "false" for flags and toggles; none or one for a
/// mark; three or four for a property; else one.
struct Occurrence {
  const Spec* spec = nullptr;
  std::vector<std::string> values;
};

struct CommandLine {
  std::vector<Occurrence> occurrences;  ///< in the order of argv
  std::vector<std::string> positionals;
};

/// Tokenises arguments. A value is taken whatever it looks like, as mosquitto does.
Result<CommandLine> parse_command_line(const Tool& tool, std::span<const std::string> arguments);

}  // namespace mqtt_toolbox::options
