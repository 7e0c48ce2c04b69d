#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "check/fact.hpp"
#include "check/verdict.hpp"

namespace mqtt_toolbox::check {

/// What is known of a broker, by name and in words.
struct Knowledge {
  std::map<std::string, std::string> facts;
  std::map<std::string, std::string> findings;  ///< verdicts by case

  void add(const Fact& fact);
  void add(const std::string& task, Verdict verdict);
};

/// From the lines that --json printed. Lines of other types, and facts that are not in the table or
/// not steady, are left out. ExitCode::io for a file that cannot be read, is larger than 64 MiB
/// or is no such thing.
Result<Knowledge> read_knowledge(const std::string& path, std::span<const FactRow> rows);
/// The same of the text itself.
Result<Knowledge> parse_knowledge(std::string_view lines, std::span<const FactRow> rows);

struct Change {
  std::string_view kind;  ///< "fact" or "finding"
  std::string name;
  std::string_view change;  ///< "added", "removed" or "changed"
  std::string before;
  std::string after;
};

/// In the order of the names.
std::vector<Change> changes_between(const Knowledge& before, const Knowledge& after);

}  // namespace mqtt_toolbox::check
