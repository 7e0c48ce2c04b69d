#pragma once

#include "options/tool.hpp"
#include "sandbox/sandbox.hpp"

namespace mqtt_toolbox::sandbox {

struct ToolSettings : options::Settings {
  Settings sandbox;
  Door door = Door::tcp;  ///< which one MQTT_URL names
};

extern const options::Tool tool;

}  // namespace mqtt_toolbox::sandbox
