#pragma once

#include "checks/settings.hpp"
#include "options/tool.hpp"
#include "probe/scene.hpp"

namespace mqtt_toolbox::share {

struct Settings : checks::Settings {
  probe::Amounts amounts;
};

extern const options::Tool tool;

}  // namespace mqtt_toolbox::share
