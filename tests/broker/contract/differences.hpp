#pragma once

#include <istream>
#include <regex>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "verdict.hpp"

namespace mqtt_toolbox::contract {

/// Where the paho engine is known to show something else than the native one, each by the name
/// under which the manual lists it.
class EngineDifferences {
 public:
  /// From JSON. ExitCode::io when it cannot be read, and for a name that the manual does not list.
  static Result<EngineDifferences> read(const std::string& file);
  static Result<EngineDifferences> parse(std::istream& json);

  /// What paho showed, against what native did under the same conditions and how that was judged.
  /// Two that are both as the specification says are equal.
  Judgement judge(const Case& played, const std::string& protocol, const std::string& native,
                  const std::string& paho, const Judgement& otherwise) const;

 private:
  struct Row {
    std::regex protocol;
    std::regex case_name;
    std::regex observed;
    std::string listed;
  };
  std::vector<Row> rows_;
};

}  // namespace mqtt_toolbox::contract
