#pragma once

#include <string>
#include <vector>

#include "check/requirement.hpp"
#include "check/settings.hpp"
#include "options/tool.hpp"
#include "probe/broker_cases.hpp"

namespace mqtt_toolbox::probe {

struct ToolSettings : check::Settings {
  BrokerBounds bounds;
  bool hostile = false;
  std::vector<check::Requirement> requirements;
  std::string before;  ///< path of an earlier result; empty: none
};

extern const options::Tool tool;

}  // namespace mqtt_toolbox::probe
