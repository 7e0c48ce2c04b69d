#pragma once

#include <functional>
#include <string>

#include "check/case_context.hpp"
#include "check/sequence_tally.hpp"
#include "check/timeout.hpp"

// Numbered streams, as the scripts about QoS and shared subscriptions use them.

namespace mqtt_toolbox::check {

/// How long what must not come is waited for.
inline constexpr Duration quiet_time = std::chrono::milliseconds(150);

/// A broker that forgets the order may still keep that of a few: a hash table often has up to eight
/// in the order in which they came.
inline constexpr std::size_t enough_for_order = 10;

/// Behind a stream, so that its end is seen.
inline constexpr std::string_view last_payload = "last";

Message numbered(const std::string& topic, protocol::Qos qos, std::size_t number);
Message last_of(const std::string& topic, protocol::Qos qos);

/// The plan of a client that acknowledges only when it is told to.
client::ConnectPlan withholding(client::ConnectPlan plan);

/// As many messages as the user wants, else as the case needs.
std::size_t length_of_stream(const CaseContext& context, std::size_t usual);

/// Whether the broker lets a new client in. Costs a connection.
bool is_alive(CaseContext& context);

/// Whether the broker has the QoS of the variant. QoS 2 is tried with a message of its own to a
/// topic that nobody reads; a broker that does not answer it with PUBREC aborts the case:
/// unsupported.
bool has_qos(CaseContext& context, ScriptedClient& client);

/// Subscribes at that QoS; the case is aborted (unsupported) when less is granted.
bool subscribe_at(CaseContext& context, ScriptedClient& client, const std::string& filter,
                  protocol::Qos qos);

/// Sends the `count` numbers from `first` on and waits until all are acknowledged.
bool send_numbers(EngineClient& engine_client, const std::string& topic, protocol::Qos qos,
                  std::size_t count, std::size_t first = 1);

/// Sends the message that ends a stream, until the reader has it or time is up, and waits whether
/// more comes behind it. False only when the case is aborted.
bool send_last(CaseContext& context, EngineClient& sender, const std::string& topic,
               protocol::Qos qos, const std::function<bool()>& has_arrived);

bool has_payload(const std::vector<Message>& messages, std::string_view payload);
/// Whether a stream of so many messages has come, and the message that ends it.
bool has_stream(const std::vector<Message>& messages, std::size_t count);
SequenceTally tally_of(const std::vector<Message>& messages, std::size_t sent);

/// DISCONNECT, and time for the broker to see it before it hears from others: what it still sends
/// to this connection would be a first delivery.
void go_away(CaseContext& context, ScriptedClient& client);

/// Ends a connection and its session on the broker's side, so that nothing is left there.
void end_session(CaseContext& context, ScriptedClient& client);

/// Connects again to go on with the session. A broker that has forgotten it aborts the case,
/// inconclusive: then nothing follows from what comes.
bool resume(CaseContext& context, ScriptedClient& client);

}  // namespace mqtt_toolbox::check
