#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/export.hpp"
#include "base/result.hpp"
#include "client/paho_link.hpp"
#include "client/plan.hpp"

namespace mqtt_toolbox::client {

/// Something that a plan may ask for and that Paho cannot do; listed in mqtt-toolbox(7).
struct PahoRefusal {
  static constexpr std::uint32_t never = UINT32_MAX;

  std::string_view feature;  ///< a noun phrase: "a Unix socket"
  std::string_view options;  ///< "--unix"
  std::uint32_t since;       ///< the first release of Paho C++ that can, or `never`
  std::uint32_t since_c;     ///< and of the Paho C below it; 0: any
  std::string_view reason;   ///< a sentence
  bool (*used)(const ConnectPlan& plan);

  constexpr bool possible(PahoVersion version) const {
    return version.cpp >= since && version.c >= since_c;
  }
  /// "Paho C++ 1.3.0"; empty when nothing can.
  std::string possible_with() const;
};
MQTT_TOOLBOX_API std::span<const PahoRefusal> paho_refusals();

/// What the paho engine does in another way than the native one; listed in mqtt-toolbox(7).
struct PahoDifference {
  std::string_view what;  ///< a noun phrase
  std::string_view how;   ///< sentences
};
MQTT_TOOLBOX_API std::span<const PahoDifference> paho_differences();

/// "1.2.0".
std::string paho_release_text(std::uint32_t release);

/// ExitCode::usage with the first refusal that applies to the plan under this version.
Status check_paho(const ConnectPlan& plan, PahoVersion version);
/// The text of a refusal.
std::string describe(const PahoRefusal& refusal, PahoVersion version);

}  // namespace mqtt_toolbox::client
