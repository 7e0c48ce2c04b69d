#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "check/case_context.hpp"
#include "check/raw_client.hpp"
#include "check/refusal.hpp"
#include "check/stream.hpp"
#include "check/timeout.hpp"
#include "probe/broker_cases.hpp"
#include "probe/broker_facts.hpp"

/// What the scripts of mqtt-probe share.
namespace mqtt_toolbox::probe {

/// How long nothing has to come for "nothing came" to be believed.
inline constexpr Duration quiet = std::chrono::milliseconds(250);

const BrokerBounds& bounds(const check::CaseContext& context);

/// QoS 1 unless the script says otherwise.
check::Message message(std::string topic, std::string payload,
                       protocol::Qos qos = protocol::Qos::at_least_once);
check::Message retained_message(std::string topic, std::string payload);

/// Of a message at QoS 0, and of others where nobody looks at the answer, a broker need not say
/// that it refuses them: where one did not come, one at QoS 1 tells.
check::Finding against_refused(check::ScriptedClient& publisher, const std::string& topic,
                               check::Finding found);

/// How many messages with this payload have come; any payload when it is empty.
std::size_t count_of(const check::ScriptedClient& client, std::string_view payload);
const check::Message* find_message(const check::ScriptedClient& client, std::string_view payload);
/// Until one with this payload has come; null: it did not in time.
const check::Message* wait_for_message(check::CaseContext& context,
                                       const check::ScriptedClient& client,
                                       std::string_view payload,
                                       check::Timeout timeout = check::arrival_timeout);

/// DISCONNECT, until the broker has closed: it knows by then that the client is gone.
void say_goodbye(check::CaseContext& context, check::RawClient& client);
/// Connects again without a clean start. A broker that is not yet done with the connection before
/// may refuse it the first time.
bool come_back(check::CaseContext& context, check::RawClient& client);

}  // namespace mqtt_toolbox::probe
