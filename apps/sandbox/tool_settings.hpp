#pragma once

#include "options/tool.hpp"
#include "sandbox/sandbox.hpp"

namespace mqtt_toolbox::sandbox {

struct ToolSettings : options::Settings {
  sandbox::Settings broker;
  Door door = Door::tcp;  ///< which one MQTT_URL names
};

extern const options::Tool tool;

}  // namespace mqtt_toolbox::sandbox
