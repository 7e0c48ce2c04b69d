#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cases.hpp"
#include "known.hpp"

namespace mqtt_toolbox::contract {

enum class Verdict : std::uint8_t {
  pass,
  breach,       ///< the broker does what is known of it instead
  unsupported,  ///< the broker is known not to have it
  differs,      ///< from the other engine, as the manual says
  refused,      ///< the engine does not offer it, and says so
  fail,
};

std::string_view name(Verdict verdict);

struct Judgement {
  Verdict verdict = Verdict::fail;
  std::string remark;  ///< of the known breach, or why it failed
};

/// What was seen, against the specification and against what is known of the broker. A broker that
/// mends a known breach fails too, so that the data stay true.
Judgement judge(const Case& played, const std::string& observed, const KnownBreach* known);

}  // namespace mqtt_toolbox::contract
