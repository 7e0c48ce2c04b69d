#include "verdict.hpp"

namespace mqtt_toolbox::contract {

std::string_view name(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass: return "pass";
    case Verdict::breach: return "breach";
    case Verdict::unsupported: return "unsupported";
    case Verdict::differs: return "differs";
    case Verdict::refused: return "refused";
    case Verdict::fail: return "fail";
  }
  return "";
}

Judgement judge(const Case& played, const std::string& observed, const KnownBreach* known) {
  const bool as_specified = std::regex_match(observed, std::regex(played.expected));
  if (known == nullptr) {
    if (as_specified) return {Verdict::pass, ""};
    return {Verdict::fail, "not as the specification says"};
  }
  if (std::regex_match(observed, known->observed))
    return {known->unsupported ? Verdict::unsupported : Verdict::breach, known->remark};
  if (as_specified && known->sometimes) return {Verdict::pass, ""};
  if (as_specified) return {Verdict::fail, "an unexpected pass: " + known->remark};
  return {Verdict::fail, "neither as the specification says nor as known: " + known->remark};
}

}  // namespace mqtt_toolbox::contract
