#pragma once

#include "options/tool.hpp"
#include "probe/scene.hpp"

namespace mqtt_toolbox::share {

struct Settings : options::Settings {
  probe::Amounts amounts;
};

extern const options::Tool tool;

}  // namespace mqtt_toolbox::share
