#pragma once

#include <array>
#include <string_view>

#include "probe/fact.hpp"

namespace mqtt_toolbox::probe {

/// The one table of what mqtt-probe finds out, grouped by subject.
inline constexpr std::array broker_facts{
    FactRow{"mqtt31", "protocol", FactKind::flag, "version-3.1", "speaks MQTT 3.1"},
    FactRow{"mqtt311", "protocol", FactKind::flag, "version-3.1.1", "speaks MQTT 3.1.1"},
    FactRow{"mqtt5", "protocol", FactKind::flag, "version-5.0", "speaks MQTT 5.0"},
    FactRow{"assigned-id", "protocol", FactKind::flag, "assigned-id",
            "gives a client without an identifier one"},
    FactRow{"anonymous", "protocol", FactKind::flag, "anonymous",
            "lets in who gives neither user name nor password"},
    FactRow{"auth-methods", "protocol", FactKind::text, "auth-methods",
            "which of the usual methods of enhanced authentication it knows"},
    FactRow{"reason-strings", "protocol", FactKind::flag, "reason-strings",
            "explains refusals with reason strings"},
    FactRow{"response-information", "protocol", FactKind::text, "response-information",
            "what it answers to who asks for response information"},
    FactRow{"sys-topics", "protocol", FactKind::count, "sys-topics",
            "topics below $SYS that have a message", false},

    FactRow{"qos1", "features", FactKind::flag, "qos1", "delivers at QoS 1"},
    FactRow{"qos2", "features", FactKind::flag, "qos2", "delivers at QoS 2"},
    FactRow{"retained", "features", FactKind::flag, "retained", "retains messages"},
    FactRow{"retained-wildcard", "features", FactKind::flag, "retained-wildcard",
            "sends retained messages for filters with wildcards"},
    FactRow{"wildcards", "features", FactKind::flag, "wildcard-plus",
            "has subscriptions with wildcards"},
    FactRow{"shared", "features", FactKind::flag, "shared",
            "has shared subscriptions that deliver"},
    FactRow{"subscription-identifiers", "features", FactKind::flag, "subscription-identifier",
            "says which subscription a message is for"},
    FactRow{"no-local", "features", FactKind::flag, "no-local",
            "can keep a client's own messages from it"},
    FactRow{"retain-handling", "features", FactKind::flag, "retain-handling",
            "lets a subscription choose when retained messages are sent"},
    FactRow{"retain-as-published", "features", FactKind::flag, "retain-as-published",
            "can leave the retain flag as it was published"},
    FactRow{"alias-to-broker", "features", FactKind::count, "topic-alias",
            "the highest topic alias that it takes"},
    FactRow{"alias-to-client", "features", FactKind::flag, "alias-to-client",
            "uses topic aliases towards a client that allows them"},
    FactRow{"message-expiry", "features", FactKind::flag, "message-expiry",
            "drops messages that have expired"},
    FactRow{"session-resume", "features", FactKind::flag, "session-resume",
            "keeps the session of a client that comes back"},
    FactRow{"session-expiry", "features", FactKind::flag, "session-expiry",
            "ends sessions when their time is over"},
    FactRow{"offline-messages", "features", FactKind::flag, "offline-messages",
            "keeps QoS 1 messages for a client that is away"},
    FactRow{"offline-qos0", "features", FactKind::flag, "offline-messages",
            "keeps QoS 0 messages for a client that is away"},
    FactRow{"flow-control", "features", FactKind::flag, "flow-control",
            "obeys the client's receive maximum"},
    FactRow{"overlap-copies", "features", FactKind::count, "overlap",
            "copies of a message that two subscriptions of a client match"},
    FactRow{"unsuback-unknown", "features", FactKind::text, "unsubscribe-unknown",
            "its answer to an unsubscription from nothing"},
    FactRow{"puback-unmatched", "features", FactKind::text, "no-subscribers",
            "its answer to a QoS 1 message that nobody gets"},

    FactRow{"receive-maximum", "limits", FactKind::count, "connack",
            "QoS 1 and 2 messages that it takes unacknowledged at once"},
    FactRow{"maximum-qos", "limits", FactKind::count, "connack", "the highest QoS that it takes"},
    FactRow{"maximum-packet", "limits", FactKind::bytes, "connack",
            "the largest packet that it says it takes"},
    FactRow{"session-expiry-limit", "limits", FactKind::duration, "connack",
            "the longest session that it keeps, when asked for one without end"},
    FactRow{"keep-alive-limit", "limits", FactKind::duration, "keep-alive-bounds",
            "the longest keep-alive that it accepts"},
    FactRow{"keep-alive-off", "limits", FactKind::flag, "keep-alive-bounds",
            "lets clients turn the keep-alive off"},
    FactRow{"keep-alive-cut", "limits", FactKind::duration, "keep-alive",
            "when it gave up on a silent client whose keep-alive was two seconds", false},
    FactRow{"packet", "limits", FactKind::bytes, "packet-size",
            "the largest packet that it took and delivered"},
    FactRow{"topic", "limits", FactKind::bytes, "topic-length",
            "the longest topic that it delivered to"},
    FactRow{"topic-levels", "limits", FactKind::count, "topic-levels",
            "the levels of the deepest topic that it delivered to"},
    FactRow{"client-id", "limits", FactKind::bytes, "client-id-length",
            "the longest client identifier that it accepts"},
    FactRow{"client-id-characters", "limits", FactKind::text, "client-id-characters",
            "which characters it accepts in client identifiers"},
    FactRow{"filters", "limits", FactKind::count, "subscribe-filters",
            "filters that it takes in one SUBSCRIBE"},
    FactRow{"queued", "limits", FactKind::count, "queued-messages",
            "QoS 1 messages that it keeps for a client that is away"},

    FactRow{"tls-version", "tls", FactKind::text, "tls", "the version of TLS that was agreed on"},
    FactRow{"tls-cipher", "tls", FactKind::text, "tls", "the cipher suite that was agreed on"},
    FactRow{"tls-alpn", "tls", FactKind::text, "tls", "the protocol that was agreed on"},
    FactRow{"tls1.2", "tls", FactKind::flag, "tls-1.2", "accepts TLS 1.2"},
    FactRow{"tls1.3", "tls", FactKind::flag, "tls-1.3", "accepts TLS 1.3"},
    FactRow{"certificate-subject", "tls", FactKind::text, "tls",
            "whom the broker's certificate names"},
    FactRow{"certificate-names", "tls", FactKind::text, "tls",
            "the names and addresses that the certificate is for"},
    FactRow{"certificate-issuer", "tls", FactKind::text, "tls", "who issued the certificate"},
    FactRow{"certificate-chain", "tls", FactKind::text, "tls",
            "the subjects of all certificates that it sent, its own first"},
    FactRow{"certificate-days", "tls", FactKind::count, "tls",
            "whole days until the first certificate of the chain expires; 0 when one has", false},
};

/// The row of this name; there has to be one.
consteval const FactRow& fact(std::string_view name) {
  for (const FactRow& row : broker_facts)
    if (row.name == name) return row;
  throw "no fact has this name";
}

}  // namespace mqtt_toolbox::probe
