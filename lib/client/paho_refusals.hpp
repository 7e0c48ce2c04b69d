#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/export.hpp"
#include "base/result.hpp"
#include "client/plan.hpp"

namespace mqtt_toolbox::client {

/// Something that a plan may ask for and that Paho cannot do; listed in mqtt-toolbox(7).
struct PahoRefusal {
  static constexpr std::uint32_t never = UINT32_MAX;

  std::string_view feature;  ///< a noun phrase: "a Unix socket"
  std::string_view options;  ///< "--unix"
  std::uint32_t since;       ///< the first version of Paho C++ that can, 0xMMmmpp00, or `never`
  std::string_view reason;   ///< a sentence
  bool (*used)(const ConnectPlan& plan);
};
MQTT_TOOLBOX_API std::span<const PahoRefusal> paho_refusals();

/// What the paho engine does in another way than the native one; listed in mqtt-toolbox(7).
struct PahoDifference {
  std::string_view what;  ///< a noun phrase
  std::string_view how;   ///< sentences
};
MQTT_TOOLBOX_API std::span<const PahoDifference> paho_differences();

/// "1.2.0".
MQTT_TOOLBOX_API std::string paho_version_text(std::uint32_t version);

/// ExitCode::usage with the first refusal that applies to the plan under this version.
Status check_paho(const ConnectPlan& plan, std::uint32_t version);
/// The text of a refusal.
std::string describe(const PahoRefusal& refusal, std::uint32_t version);

}  // namespace mqtt_toolbox::client
