#pragma once

#include <string>
#include <vector>

#include "options/tool.hpp"
#include "sandbox/sandbox.hpp"

namespace mqtt_toolbox::sandbox {

struct ToolSettings : options::Settings {
  sandbox::Settings broker;
  Door door = Door::tcp;  ///< which one MQTT_URL names
};

/// The variables of every option that speaks of one broker.
std::vector<std::string> variables_of_a_broker();

extern const options::Tool tool;

}  // namespace mqtt_toolbox::sandbox
