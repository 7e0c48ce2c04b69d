#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/export.hpp"

namespace mqtt_toolbox::options {

struct Tool;

/// The arguments after the tool's name, copied; the secrets among them (-P, the password in a URL,
/// secret properties, keys) are then overwritten in `argv` itself, so that `ps` shows them for the
/// first instant only. To be made as the first thing in `main`.
class MQTT_TOOLBOX_API Arguments {
 public:
  Arguments(int argc, char** argv, const Tool& tool);

  std::span<const std::string> values() const { return values_; }

 private:
  std::vector<std::string> values_;
};

}  // namespace mqtt_toolbox::options
