#!/usr/bin/env bats
# What the check tools say of brokers that are no Debian packages: every case that is not a pass is written
# down here. `./run install-brokers` installs them; one that is not installed is skipped.

load checks

setup_file() { start_brokers mochi rumqttd moquette amqtt; }
teardown_file() { stop_brokers; }

# It has no will after a DISCONNECT with 0x04 or an error, refuses one of zero bytes, keeps of a will's properties
# the user properties only and adds an expiry; it gives up with integers of the keep-alive, so that 1 s is early.
@test "mochi, wills, MQTT 5.0" {
  differs_in mochi mqtt-will-test -V 5 <<END
?deviates delay
?deviates delay-and-session-end
?deviates silence
deviates delay-and-clean-start
deviates no-added-properties
fail content-type
fail correlation-data
fail disconnect-with-error
fail disconnect-with-will
fail empty-payload
fail message-expiry
fail payload-format
fail response-topic
?fail silence
fail wildcard-topic
END
}

# Before 5.0 it sends DISCONNECT at a take-over, and a reason code of 5.0 in CONNACK.
@test "mochi, wills, MQTT 3.1.1" {
  differs_in mochi mqtt-will-test -V 311 <<END
deviates empty-payload
?deviates silence
deviates take-over
?fail silence
fail wildcard-topic
END
}

# What was queued comes in any order and with DUP=1; what goes beyond a Receive Maximum may be lost, and what it
# was just answering when the connection ended.
@test "mochi, QoS, MQTT 5.0" {
  differs_in mochi mqtt-qos-test -V 5 <<END
deviates no-added-properties
fail full-window
fail order-of-queued
fail order-on-resume
fail publisher-cut-after-publish
fail queued-without-dup
?fail receive-maximum
?fail refused-by-subscriber
END
}

@test "mochi, QoS, MQTT 3.1.1" {
  differs_in mochi mqtt-qos-test -V 311 <<END
fail full-window
fail order-of-queued
fail order-on-resume
fail publisher-cut-after-publish
fail queued-without-dup
END
}

@test "mochi, shares, MQTT 5.0" {
  differs_in mochi mqtt-share-test -V 5 <<END
deviates member-dies-for-good
deviates no-added-properties
fail no-local
END
}

@test "mochi, shares, MQTT 3.1.1" {
  differs_in mochi mqtt-share-test -V 311 <<END
deviates member-dies-for-good
END
}

@test "rumqttd, wills, MQTT 5.0" {
  differs_in rumqttd mqtt-will-test -V 5 <<END
?deviates take-over
?deviates delay-and-clean-start
deviates take-over-reason
fail flawed-disconnect
fail qos
fail too-big-for-receiver
fail wildcard-topic
?inconclusive delay-called-off
END
}

@test "rumqttd, wills, MQTT 3.1.1" {
  differs_in rumqttd mqtt-will-test -V 311 <<END
?deviates take-over
deviates flawed-disconnect
fail qos
fail wildcard-topic
END
}

# It ends a session with its connection where that began with a clean start, whatever its expiry.
@test "rumqttd, QoS, MQTT 5.0" {
  differs_in rumqttd mqtt-qos-test -V 5 <<END
deviates refused-by-subscriber
fail dup-of-publisher
?fail receive-maximum
fail session-present
fail unraised-qos
?inconclusive acknowledged-not-again
?inconclusive full-window
?inconclusive order-of-queued
?inconclusive order-on-resume
?inconclusive publisher-cut-after-publish
?inconclusive publisher-cut-after-pubrec
?inconclusive publisher-cut-after-pubrel
?inconclusive publisher-cut-before-pubcomp
?inconclusive publisher-cut-before-pubrec
?inconclusive queued
?inconclusive queued-without-dup
?inconclusive subscriber-cut-after-pubrec
?inconclusive subscriber-cut-before-puback
?inconclusive subscriber-cut-before-pubcomp
?inconclusive subscriber-cut-before-pubrec
?inconclusive subscriptions-kept
END
}

@test "rumqttd, QoS, MQTT 3.1.1" {
  differs_in rumqttd mqtt-qos-test -V 311 <<END
fail dup-of-publisher
fail publisher-cut-after-pubrec
fail publisher-cut-after-pubrel
fail publisher-cut-before-pubcomp
fail subscriber-cut-before-puback
fail subscriber-cut-before-pubrec
fail unraised-qos
END
}

# It knows groups by their names only, and loses what a member did not acknowledge.
@test "rumqttd, shares, MQTT 5.0" {
  differs_in rumqttd mqtt-share-test -V 5 <<END
deviates member-dies-for-good
fail groups-of-one-name
fail member-dies
fail member-dies-at-qos2
fail no-local
?fail silent-member
END
}

@test "rumqttd, shares, MQTT 3.1.1" {
  differs_in rumqttd mqtt-share-test -V 311 <<END
deviates groups-of-one-name
deviates member-dies
deviates member-dies-at-qos2
deviates member-dies-for-good
END
}

# Of its two threads for sessions one ends at a PUBLISH with DUP=1, and half of all clients are without answer
# from then on: its QoS is checked last.
@test "moquette, wills, MQTT 3.1.1" {
  blames_only moquette mqtt-will-test -V 311 <<END
retained
wildcard-topic
END
}

@test "moquette, shares, MQTT 3.1.1" {
  differs_in moquette mqtt-share-test -V 311 < <(unsupported_shares 311)
}

@test "moquette, what mqtt-probe finds, MQTT 3.1.1" {
  blames_only moquette mqtt-probe -V 311 <<END
connect-cut-short
filter-not-utf8
first-not-connect
retained-flag
second-connect
string-too-long
subscribe-empty
subscribe-reserved-bits
topic-not-utf8
unsubscribe-empty
wildcard-dollar
will-qos-without-will
will-retain-without-will
END
}

@test "moquette, QoS, MQTT 3.1.1" {
  blames_only moquette mqtt-qos-test -V 311 <<END
dup-of-publisher
full-window
END
}

# Its retained messages go to clients that did not ask for them, which may end connections; it knows neither
# take-over nor keep-alive.
@test "amqtt, wills, MQTT 3.1.1" {
  blames_only amqtt mqtt-will-test -V 311 <<END
disconnect
fin
kill
no-foreign-messages
not-retained
protocol-error
qos
retained
rst
silence
take-over
wildcard-topic
END
}

@test "amqtt, QoS, MQTT 3.1.1" {
  blames_only amqtt mqtt-qos-test -V 311 <<END
full-window
no-foreign-messages
publisher-cut-after-publish
publisher-cut-after-pubrec
publisher-cut-after-pubrel
publisher-cut-before-pubcomp
publisher-cut-before-pubrec
queued
queued-without-dup
subscriber-cut-after-pubrec
subscriber-cut-before-puback
subscriber-cut-before-pubcomp
subscriber-cut-before-pubrec
subscriptions-kept
unraised-qos
END
}

@test "amqtt, shares, MQTT 3.1.1" {
  differs_in amqtt mqtt-share-test -V 311 < <(unsupported_shares 311)
}

@test "amqtt, what mqtt-probe finds, MQTT 3.1.1" {
  blames_only amqtt mqtt-probe -V 311 <<END
connect-cut-short
filter-empty
filter-not-utf8
first-not-connect
keep-alive
length-five-bytes
no-foreign-messages
offline-messages
packet-identifier-zero
publish-qos-3
pubrel-flags
qos0
qos1
queued-messages
reserved-flags
session-clean
session-resume
string-too-long
subscribe-empty
subscribe-qos-3
subscribe-reserved-bits
take-over
topic-characters
topic-empty
topic-not-utf8
topic-wildcard
unsubscribe-empty
unsubscribe-flags
will-qos-without-will
will-retain-without-will
END
}

@test "mochi, what mqtt-probe finds, MQTT 5.0" {
  blames_only mochi mqtt-probe -V 5 <<END
acknowledgement-reasons
alias-too-high
alias-unset
filter-plus-inside
flow-control
packet-size-zero
property-twice
receive-maximum-zero
retain-handling-3
retained-identifier
session-expiry-disconnect
subscribe-reserved-bits
subscription-identifier-zero
unknown-auth
user-properties
will-qos-without-will
END
}

@test "mochi, what mqtt-probe finds, MQTT 3.1.1" {
  blames_only mochi mqtt-probe -V 311 <<END
filter-plus-inside
will-qos-without-will
END
}

@test "rumqttd, what mqtt-probe finds, MQTT 5.0" {
  blames_only rumqttd mqtt-probe -V 5 <<END
client-packet-size
connect-flag-reserved
filter-empty
filter-hash-inside
filter-plus-inside
flow-control
keep-alive-zero
no-local
offline-messages
packet-size-zero
property-twice
pubrel-flags
queued-messages
receive-maximum-zero
reserved-flags
retain-as-published
retain-handling
second-connect
session-expiry
session-resume
subscribe-reserved-bits
subscription-replaced
topic-empty
topic-wildcard
unknown-auth
unsubscribe-empty
unsubscribe-flags
unsubscribe-unknown
END
}

@test "rumqttd, what mqtt-probe finds, MQTT 3.1.1" {
  blames_only rumqttd mqtt-probe -V 311 <<END
connect-flag-reserved
filter-empty
filter-hash-inside
filter-plus-inside
keep-alive-zero
pubrel-flags
reserved-flags
second-connect
subscribe-reserved-bits
topic-empty
topic-wildcard
unsubscribe-empty
unsubscribe-flags
END
}
