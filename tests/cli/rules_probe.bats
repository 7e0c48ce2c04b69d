#!/usr/bin/env bats
# mqtt-probe against a broker that breaks one rule: a breach for a test, and the checks that find it,
# all of them and no other.

load rules

# The broker has no response information, which is no offence.
sift() { jq -c 'select(.case != "response-information")'; }

# breaks_at CASE TEXT: the case fails because the broker does so afterwards, and no later one is played.
breaks_at() {
  finds "$1"
  says "the broker $2; before that: " "$1"
  run jq -r --arg last "$1" 'select(.type == "finding" and .plays == 0) |
    select(.verdict != "inconclusive" or (.observed | endswith(", since the case " + $last) | not))' \
    "$BATS_FILE_TMPDIR/$BATS_TEST_DESCRIPTION.json"
  [ -z "$output" ] || { echo "$output" && false; }
  jq -se 'any(.plays == 0 and .case == "no-added-properties")' "$BATS_FILE_TMPDIR/$BATS_TEST_DESCRIPTION.json"
}

setup_file() {
  local broker_options limits=(--maximum-qos 1 --retain-available 0) wills=(--case will-qos --case will-retain)
  play_all mqtt-probe
  play_refused mqtt-probe
  for breach in none will-qos-not-enforced will-retain-not-enforced; do
    broker_options=("${limits[@]}" --break "$breach")
    [[ $breach != none ]] || broker_options=("${limits[@]}")
    play "without QoS 2 and retained messages, $breach" mqtt-probe --replays 0 "${wills[@]}"
  done
}

@test "none" { finds; }
@test "distributed-late" { finds; }
# What comes just behind a SUBSCRIBE may be its doing.
@test "retained-sent-unasked" {
  finds no-foreign-messages '?alias-to-client' '?flow-control' '?retain-as-published' '?retain-handling' \
    '?retained-cleared' '?retained-flag' '?retained-flag-live' '?retained-identifier' '?retained-replaced' \
    '?session-clean'
}

@test "assigned-id-missing" { finds assigned-id; }
@test "take-over-leaves-the-old" { finds take-over; }
@test "ping-unanswered" { finds ping; }
@test "unknown-auth-accepted" { finds unknown-auth; }
@test "connect-awaited-for-ever" { finds no-connect; }
@test "keep-alive-ignored" { finds keep-alive; }
@test "server-keep-alive-lied" { finds keep-alive; }
@test "keep-alive-zero-refused" {
  finds keep-alive-zero
  says 'a Keep Alive of 0 was not accepted: refused: Not authorized' keep-alive-zero
}
@test "keep-alive-in-whole-seconds" { finds; }

@test "connack-limit-lied" { finds qos2 receive-maximum pubrel-flags; }
@test "receive-maximum-lied" { finds receive-maximum; }
@test "maximum-packet-size-lied" { finds packet-size; }
@test "maximum-packet-size-of-client-ignored" { finds client-packet-size; }
@test "receive-maximum-exceeded" { finds flow-control; }
@test "lost-beyond-receive-maximum" {
  finds flow-control
  says '3 of 10 came: what went beyond the Receive Maximum was lost' flow-control
}
@test "puback-reason-of-suback" { finds acknowledgement-reasons '?user-properties'; }
@test "topic-alias-refused" { finds topic-alias; }
@test "topic-alias-wrong-topic" { finds topic-alias; }

@test "wildcard-plus-broken" { finds wildcard-plus wildcard-empty-level retained-wildcard; }
@test "wildcard-hash-no-parent" { finds wildcard-parent; }
@test "dollar-matched-by-wildcard" { finds wildcard-dollar; }
@test "share-delivered-twice" { finds shared; }
@test "share-granted-silent" { finds shared; }
@test "subscription-identifier-lost" { finds subscription-identifier; }
@test "subscription-identifier-lost-on-retained" { finds retained-identifier; }
@test "subscription-identifier-kept" { finds subscription-replaced; }
@test "suback-codes-reversed" { finds suback-order; }
@test "unsuback-codes-reversed" { finds unsuback-order; }
@test "no-local-ignored" { finds no-local; }
@test "unsubscribe-ignored" { finds unsubscribe; }

@test "retained-missing" {
  finds retained retained-wildcard retained-hash retain-handling sys-topics
}
@test "retained-missing-for-hash" { finds retained-hash; }
@test "retained-flag-missing" { finds retained-flag; }
@test "retained-flag-on-live" { finds retained-flag-live; }
@test "retained-lingering" { finds retained-cleared; }
@test "retained-not-replaced" { finds retained-replaced; }
@test "retain-handling-1-ignored" { finds retain-handling; }
@test "retain-handling-2-ignored" { finds retain-handling; }
@test "retain-as-published-ignored" { finds retain-as-published; }

@test "payload-format-lost" { finds payload-format; }
@test "content-type-lost" { finds content-type; }
@test "response-topic-lost" { finds response-topic; }
@test "correlation-lost" { finds correlation-data; }
@test "user-properties-lost" { finds user-properties; }
@test "user-properties-reordered" { finds user-properties; }
@test "message-expiry-ignored" { finds message-expiry; }
@test "message-expiry-not-lowered" { finds message-expiry-lowered; }
@test "message-expiry-lost" { finds message-expiry message-expiry-lowered; }

@test "message-expiry-added" {
  finds no-added-properties
  [ "$(jq -r 'select(.case == "no-added-properties").verdict' "$BATS_FILE_TMPDIR/message-expiry-added.json")" = deviates ]
}
@test "content-type-added" {
  finds no-added-properties
  says '[MQTT-3.3.2-20]' no-added-properties
}
@test "user-property-added" {
  finds no-added-properties
  says 'a User Property broker=rule-breaker that the publisher did not send' no-added-properties
}
@test "disconnect-with-session-expiry" {
  finds no-added-properties
  says '[MQTT-3.14.2-2]' no-added-properties
}
@test "connack-with-unasked-method" {
  finds no-added-properties
  says '[MQTT-4.12.0-6]' no-added-properties
}

# Each client that asks for a new session where there was one gets this CONNACK, and can't go on.
@test "session-present-wrong" {
  finds alias-of-earlier-connection connack message-expiry message-expiry-lowered offline-messages queued-messages session-clean \
    session-expiry session-expiry-disconnect session-resume
}
@test "session-kept-after-clean-start" { finds session-clean; }
@test "session-kept-without-expiry" { finds session-not-kept; }
@test "session-present-missing" { finds session-resume session-expiry; }
@test "subscriptions-forgotten-on-resume" { finds session-resume; }
@test "session-expiry-late" { finds; }
@test "session-expiry-ignored" { finds session-expiry; }
@test "session-expiry-of-disconnect-ignored" { finds session-expiry-disconnect; }
@test "queued-lost-offline" { finds offline-messages queued-messages; }

@test "one-closed-after-wildcard" { finds; }

# The one that harms it is told, and what comes later is not judged.
@test "nobody-let-in-after-wildcard" { breaks_at topic-wildcard 'lets nobody in any more'; }
@test "nothing-delivered-after-wildcard" {
  breaks_at topic-wildcard 'delivers nothing to new clients any more'
}
@test "killed-by-long-topic" {
  breaks_at topic-length 'lets nobody in any more'
  says ', since the case topic-length' no-foreign-messages
}
@test "malformed-tolerated" { finds topic-not-utf8; }
@test "wildcard-in-topic-accepted" { finds topic-wildcard; }
@test "packet-identifier-zero-accepted" { finds packet-identifier-zero; }
@test "reserved-flags-accepted" { finds reserved-flags; }
@test "second-connect-accepted" { finds second-connect; }
@test "pubrel-flags-accepted" { finds pubrel-flags; }
@test "unsubscribe-flags-accepted" { finds unsubscribe-flags; }
@test "subscription-reserved-bits-accepted" { finds subscribe-reserved-bits; }
@test "retain-handling-3-accepted" { finds retain-handling-3; }
@test "will-flags-without-will-accepted" { finds will-qos-without-will will-retain-without-will; }
@test "receive-maximum-zero-accepted" { finds receive-maximum-zero; }
@test "maximum-packet-size-zero-accepted" { finds packet-size-zero; }
@test "topic-alias-unset-accepted" { finds alias-unset alias-of-earlier-connection; }
@test "topic-alias-carried-over" { finds alias-of-earlier-connection; }
@test "receive-maximum-not-enforced" { finds receive-maximum-exceeded; }
@test "maximum-packet-size-not-enforced" { finds packet-size-exceeded; }
@test "session-expiry-raised-by-disconnect" { finds disconnect-raises-expiry; }

@test "every message refused" {
  blames_no_broker qos0 qos1 empty-payload no-subscribers topic-characters topic-levels topic-alias packet-size \
    receive-maximum flow-control
}

@test "without QoS 2 and retained messages, none" { finds; }
@test "without QoS 2 and retained messages, will-qos-not-enforced" { finds will-qos; }
@test "without QoS 2 and retained messages, will-retain-not-enforced" { finds will-retain; }

# It is over before the cases of malformed packets begin, whose promise it would break.
@test "a broker that is killed breaks no promise by it" {
  # shellcheck disable=SC2034 # play takes it
  local broker_options=(--fault kill@120) results=$BATS_FILE_TMPDIR/killed.json
  play killed mqtt-probe
  jq -se 'any(.verdict == "inconclusive")' "$results"
  run -0 jq -r 'select(.verdict == "fail") | "\(.case): \(.observed)"' "$results"
  [ -z "$output" ] || { echo "$output" && false; }
}
