#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "probe/bare.hpp"
#include "probe/broker_cases.hpp"
#include "probe/broker_facts.hpp"
#include "probe/patience.hpp"
#include "probe/refusal.hpp"
#include "probe/scene.hpp"
#include "probe/stream.hpp"

/// What the scripts of mqtt-probe share.
namespace mqtt_toolbox::probe {

/// How long nothing has to come for "nothing came" to be believed.
inline constexpr Duration quiet = std::chrono::milliseconds(250);

const BrokerBounds& bounds(const Scene& scene);

/// QoS 1 unless the script says otherwise.
Message message(std::string topic, std::string payload,
                protocol::Qos qos = protocol::Qos::at_least_once);
Message retained_message(std::string topic, std::string payload);

/// Of a message at QoS 0, and of others where nobody looks at the answer, a broker need not say
/// that it refuses them: where one did not come, one at QoS 1 tells.
Finding against_refused(Wire& publisher, const std::string& topic, Finding found);

/// How many messages with this payload have come; any payload when it is empty.
std::size_t count_of(const Wire& wire, std::string_view payload);
const Message* find_message(const Wire& wire, std::string_view payload);
/// Until one with this payload has come; null: it did not in time.
const Message* wait_for_message(Scene& scene, const Wire& wire, std::string_view payload,
                                Patience patience = arrival_patience);

/// DISCONNECT, until the broker has closed: it knows by then that the client is gone.
void say_goodbye(Scene& scene, Bare& client);
/// Connects again without a clean start. A broker that is not yet done with the connection before
/// may refuse it the first time.
bool come_back(Scene& scene, Bare& client);

}  // namespace mqtt_toolbox::probe
