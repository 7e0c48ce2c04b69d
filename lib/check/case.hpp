#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "check/verdict.hpp"
#include "protocol/types.hpp"

namespace mqtt_toolbox::check {

class CaseContext;
struct RunContext;

/// The protocol versions that a case makes sense in.
enum class Versions : std::uint8_t { all, v5_only, before_v5 };

constexpr bool includes(Versions versions, protocol::Version version) {
  const bool is_v5 = version == protocol::Version::v5;
  return versions == Versions::all || is_v5 == (versions == Versions::v5_only);
}

/// One way to play a case: what its script asks the context for.
struct Variant {
  std::string_view name{};  ///< behind the case's name and a slash; empty: there is only one way
  protocol::Qos qos = protocol::Qos::at_least_once;
  bool retain = false;
  bool resume = false;  ///< the session is taken up again
  unsigned times = 1;   ///< how often what the case is about happens
};

inline constexpr Variant only_variant[] = {{}};

/// One promise of the specification: a script over sessions that sees whether the broker keeps it.
struct Case {
  std::string_view name;     ///< words with dashes, unique in its table
  std::string_view section;  ///< of MQTT 5.0
  std::string_view promise;  ///< what the broker is to do: one clause, no full stop
  /// Plays it. What it returns counts unless the case was aborted.
  Finding (*play)(CaseContext& context);
  Versions versions = Versions::all;
  std::span<const Variant> variants = only_variant;
  /// When it has not come to a verdict by then, it is inconclusive.
  Duration limit = std::chrono::seconds(15);
  /// As often it needs the way to the broker and back, at most; that is no part of the limit.
  int trips = 20;
  /// Played after all others and by itself, because it disturbs them or they disturb it.
  bool alone = false;
  /// It may harm a broker that is not prepared for it: played on express demand only.
  bool hostile = false;
  /// It may harm a broker: whether that lives on is looked at afterwards, and the case has failed
  /// if not. A finding of any other case is inconclusive then.
  bool may_kill = false;
  /// Of one that is played by itself: what its script does before CaseContext::begin_harm harms
  /// nobody, and may be done beside the case before it.
  bool begins_harmless = false;
  /// What all cases of the run have seen of its promise so far, which stands whatever it finds
  /// itself; none: nothing. Played again it would say the same.
  std::optional<Finding> (*seen)(const RunContext& run) = nullptr;
  /// It publishes or subscribes below the prefix, for which the user needs rights.
  bool needs_rights = true;
};

/// The same case, of one that neither publishes nor subscribes below the prefix.
constexpr Case without_rights(Case played) {
  played.needs_rights = false;
  return played;
}

/// Of a broker that is gone.
inline constexpr std::string_view lets_nobody_in = "the broker lets nobody in any more";
/// Of one that is half gone.
inline constexpr std::string_view delivers_nothing =
    "the broker delivers nothing to new clients any more";

/// A case and one way to play it.
struct Task {
  const Case* played = nullptr;
  const Variant* variant = nullptr;

  /// "fin/qos1"
  std::string name() const {
    std::string text(played->name);
    if (!variant->name.empty()) (text += '/') += variant->name;
    return text;
  }
};

}  // namespace mqtt_toolbox::check
