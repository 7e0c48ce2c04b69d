#pragma once

#include "check/case_context.hpp"

namespace mqtt_toolbox::will {

/// Scripts about Will Delay Interval and Session Expiry Interval, MQTT 5.0 section 3.1.3.2.2.
check::Finding will_after_delay(check::CaseContext& context);
check::Finding will_at_session_end(check::CaseContext& context);
check::Finding will_without_session(check::CaseContext& context);
check::Finding will_called_off(check::CaseContext& context);
check::Finding will_at_clean_start(check::CaseContext& context);

}  // namespace mqtt_toolbox::will
