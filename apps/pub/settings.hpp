#pragma once

#include "options/tool.hpp"
#include "pub/plan.hpp"

namespace mqtt_toolbox::pub {

struct Settings : options::Settings {
  Plan work;
};

extern const options::Tool tool;

}  // namespace mqtt_toolbox::pub
