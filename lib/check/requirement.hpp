#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "check/fact.hpp"

namespace mqtt_toolbox::check {

/// One demand on a fact: "qos2", "!anonymous", "packet >= 1MiB".
struct Requirement {
  enum class Operator : std::uint8_t {
    has,    ///< a flag is yes; a number is not 0; a text is not "none"
    lacks,  ///< the opposite
    at_least,
    at_most,
    more,
    less,
    equal,
    different,
  };

  std::string text;  ///< as it was given
  const FactRow* row = nullptr;
  Operator op = Operator::has;
  Fact::Value value{};  ///< of the row's kind
};

/// A list parted by commas. ExitCode::usage for what is no requirement, with the nearest name for
/// one that no fact has.
Result<std::vector<Requirement>> parse_requirements(std::string_view list,
                                                    std::span<const FactRow> rows);

struct Fulfilment {
  bool met = false;
  std::string observed;  ///< for people
};

/// `facts` may lack the one that is asked for: then it is not met.
Fulfilment fulfilment_of(const Requirement& requirement, std::span<const Fact> facts);

}  // namespace mqtt_toolbox::check
