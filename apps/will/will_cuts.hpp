#pragma once

#include "will/will_script.hpp"

namespace mqtt_toolbox::will {

/// Ways to end the connection of a client process; each says when that was.
Time cut_by_disconnect(check::CaseContext& context, check::ScriptedClient& process);
Time cut_by_disconnect_with_will(check::CaseContext& context, check::ScriptedClient& process);
Time cut_by_error_disconnect(check::CaseContext& context, check::ScriptedClient& process);
Time cut_by_fin(check::CaseContext& context, check::ScriptedClient& process);
Time cut_by_reset(check::CaseContext& context, check::ScriptedClient& process);
Time cut_by_silence(check::CaseContext& context, check::ScriptedClient& process);
Time cut_by_protocol_error(check::CaseContext& context, check::ScriptedClient& process);
Time cut_by_flawed_disconnect(check::CaseContext& context, check::ScriptedClient& process);
Time cut_by_take_over(check::CaseContext& context, check::ScriptedClient& process);
Time cut_by_kick(check::CaseContext& context, check::ScriptedClient& process);

/// The seconds of silence after which the broker is to act (MQTT 5.0 section 3.1.2.10).
Window window_of_silence(const check::ScriptedClient& process);

}  // namespace mqtt_toolbox::will
