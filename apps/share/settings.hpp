#pragma once

#include "check/case_context.hpp"
#include "check/settings.hpp"
#include "options/tool.hpp"

namespace mqtt_toolbox::share {

struct Settings : check::Settings {
  check::Amounts amounts;
};

extern const options::Tool tool;

}  // namespace mqtt_toolbox::share
