#pragma once

#include "options/tool.hpp"
#include "retain/plan.hpp"

namespace mqtt_toolbox::retain {

struct Settings : options::Settings {
  Plan work;
};

extern const options::Tool tool;

}  // namespace mqtt_toolbox::retain
