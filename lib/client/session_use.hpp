#pragma once

#include <string>

#include "base/export.hpp"
#include "base/random.hpp"
#include "client/plan.hpp"
#include "protocol/packet.hpp"

namespace mqtt_toolbox::client {

/// The session settings of a plan under `version`: SessionUse as the words of that version have it.
session::Settings settings_for(const ConnectPlan& plan, protocol::Version version);

/// The settings of the CONNECT that ends a kept session before 5.0.
session::Settings settings_to_clear(const ConnectPlan& plan);

/// Whether the server will not make up a client identifier itself: in 3.1 never, in 3.1.1 not for a
/// session that it is to keep (MQTT 3.1.1 section 3.1.3.1).
bool needs_identifier(protocol::Version version, const session::Settings& settings);

/// "mqtt-toolbox-" and ten random letters and digits: the 23 characters that every server must
/// take.
MQTT_TOOLBOX_API std::string make_identifier(Random& random);

/// Whether the server is to forget the session with its last connection, `inflight` requests being
/// without outcome: in 5.0 DISCONNECT says so, before it takes another CONNECT.
bool session_ends(const ConnectPlan& plan, std::size_t inflight);

/// The properties of the last DISCONNECT: `given` and, where the session ends, Session Expiry
/// Interval 0.
protocol::PropertyList disconnect_properties(bool ends_session, const protocol::Properties& given);

}  // namespace mqtt_toolbox::client
