#pragma once

#include <optional>

#include "options/tool.hpp"
#include "sub/plan.hpp"
#include "sub/requests.hpp"

namespace mqtt_toolbox::sub {

struct Settings : options::Settings {
  Plan work;

  Properties properties() const {
    return {subscribe_properties, unsubscribe_properties, plan.disconnect_properties};
  }
};

extern const options::Tool tool;

/// "qos=1,no-local,rap,rh=2:FILTER" (--subscribe). ExitCode::usage names what is wrong.
Result<Request> parse_request(std::string_view text);

}  // namespace mqtt_toolbox::sub
