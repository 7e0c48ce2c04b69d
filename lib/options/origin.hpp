#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mqtt_toolbox::options {

struct Spec;

/// Where a value comes from; a higher layer wins. The configuration has four: the top level, the
/// tool's table, the profile, and the tool's table in the profile.
enum class Layer : std::uint8_t {
  fallback,
  configuration,
  tool_configuration,
  profile,
  tool_profile,
  environment,
  flag,
};

struct Origin {
  Layer layer = Layer::fallback;
  bool from_url = false;  ///< a part of a URL: below single options of the same layer
  std::string where;      ///< "--host", "MQTT_URL", "/etc/config.toml, profile.lab", for people
};

/// One option as it was given: the values of each occurrence, in order.
struct Given {
  const Spec* spec = nullptr;
  Origin origin;
  std::vector<std::vector<std::string>> occurrences;
};

}  // namespace mqtt_toolbox::options
