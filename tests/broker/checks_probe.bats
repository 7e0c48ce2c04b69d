#!/usr/bin/env bats
# mqtt-probe against real brokers: the facts and the verdicts that it has to come to. Brokers that are
# not installed are skipped.
# shellcheck disable=SC2154 # bats sets them

load checks

# play BROKER: keeps what the tool finds of it, with the version that it chooses itself and with 3.1.1.
play() {
  local results=$BATS_FILE_TMPDIR/$1
  [[ ! -e $results.missing ]] || return 0
  jq -r '.doors.tcp as $port | "-p", $port, (select(.username) | "-u", .username, "-P", .password)' \
    "$results/facts.json" >"$results.login"
  mapfile -t login <"$results.login"
  timeout 100 mqtt-probe --json --replays 0 -h 127.0.0.1 "${login[@]}" >"$results.json" 3>&- || true
  timeout 100 mqtt-probe --json --replays 0 -V 311 -h 127.0.0.1 "${login[@]}" >"$results.311.json" 3>&- || true
}

setup_file() {
  local name
  start_brokers mosquitto rabbitmq ejabberd
  for name in mosquitto rabbitmq ejabberd; do play $name & done
  wait
}

teardown_file() { stop_brokers; }

setup() {
  local name=${BATS_TEST_DESCRIPTION%%[: ]*}
  results=$BATS_FILE_TMPDIR/$name
  need "$name"
}

# facts FILE NAME...: NAME=VALUE, with a + behind what may be larger.
facts() {
  local file=$1
  shift
  jq -r --args 'select(.type == "fact" and (.name | IN($ARGS.positional[]))) |
    "\(.name)=\(.value)\(if .at_least then "+" else "" end)"' "$@" <"$file"
}

# verdicts FILE VERDICT: the cases with it.
verdicts() { jq -r --arg verdict "$2" 'select(.verdict == $verdict).case' "$1" | sort; }

# is VALUE LINE...
is() {
  local value=$1
  shift
  diff <(printf '%s\n' "$value" | sort) <(printf '%s\n' "$@" | sort)
}

tool() {
  local login
  mapfile -t login <"$results.login"
  timeout 60 mqtt-probe --replays 0 -h 127.0.0.1 "${login[@]}" "$@"
}

features=(mqtt31 mqtt311 mqtt5 qos1 qos2 retained retained-wildcard wildcards shared
  subscription-identifiers no-local retain-handling retain-as-published message-expiry session-expiry
  session-resume offline-messages offline-qos0)
limits=(receive-maximum alias-to-broker packet topic topic-levels client-id filters queued)

@test "mosquitto: facts" {
  is "$(facts "$results.json" "${features[@]}")" mqtt31=true mqtt311=true mqtt5=true qos1=true \
    qos2=true retained=true retained-wildcard=true wildcards=true shared=true \
    subscription-identifiers=true no-local=true retain-handling=true retain-as-published=true \
    message-expiry=true session-expiry=true session-resume=true offline-messages=true \
    offline-qos0=false
  is "$(facts "$results.json" "${limits[@]}")" receive-maximum=20 alias-to-broker=10 \
    packet=16777216+ topic=65535 topic-levels=201 client-id=65535 filters=5000+ queued=2000+
  is "$(facts "$results.json" assigned-id auth-methods unsuback-unknown overlap-copies keep-alive-off)" \
    assigned-id=true auth-methods=none "unsuback-unknown=0x11 No subscription existed" \
    overlap-copies=2 keep-alive-off=false
  [ "$(facts "$results.json" sys-topics | cut -d= -f2)" -ge 40 ]
}

# It sends a fourth message to a client that takes three, now and then.
@test "mosquitto: verdicts" {
  [ -z "$(verdicts "$results.json" inconclusive)" ]
  run grep -vx flow-control <<<"$(verdicts "$results.json" fail)"
  [ -z "$output" ]
  [ -z "$(verdicts "$results.311.json" fail)" ]
  verdicts "$results.json" deviates | grep -qx take-over
  # It gives up on a connection without CONNECT after more than half a minute.
  verdicts "$results.json" deviates | grep -qx no-connect
}

@test "rabbitmq: facts" {
  is "$(facts "$results.json" "${features[@]}")" mqtt31=true mqtt311=true mqtt5=false qos1=true \
    qos2=false retained=true retained-wildcard=false wildcards=true shared=false \
    session-resume=true offline-messages=true offline-qos0=true
  is "$(facts "$results.json" "${limits[@]}" | grep -v ^filters)" packet=16777216+ topic=65535 \
    topic-levels=1000+ client-id=65535 queued=2000+
  # It stores them, which may take longer than the search waits, but refuses none.
  [[ $(facts "$results.json" filters) == filters=*+ ]]
  is "$(facts "$results.json" sys-topics anonymous overlap-copies)" sys-topics=0 anonymous=false \
    overlap-copies=1
}

@test "rabbitmq: verdicts" {
  [ -z "$(verdicts "$results.json" inconclusive)" ]
  is "$(verdicts "$results.json" unsupported)" pubrel-flags qos2 retained-hash shared sys-topics version-5.0
  is "$(verdicts "$results.json" fail)" connect-flag-reserved filter-empty filter-hash-inside \
    filter-not-utf8 filter-plus-inside length-five-bytes packet-identifier-zero packet-type-zero \
    retained-wildcard second-connect subscribe-empty subscribe-reserved-bits topic-characters \
    topic-empty topic-not-utf8 topic-separator topic-wildcard unsubscribe-empty \
    will-qos-without-will will-retain-without-will wildcard-dollar
  run tool --case topic-nul --case version-5.0
  [ "$status" -eq 1 ]
  [[ $output == *"fail          topic-nul "* ]]
  [[ $output == *"version-5.0  closed without CONNACK"* ]]
}

@test "ejabberd: facts" {
  is "$(facts "$results.json" "${features[@]}")" mqtt31=false mqtt311=true mqtt5=true qos1=true \
    qos2=true retained=true retained-wildcard=true wildcards=true shared=false \
    subscription-identifiers=true no-local=true retain-handling=true retain-as-published=true \
    message-expiry=false session-expiry=true session-resume=true offline-messages=true \
    offline-qos0=false
  is "$(facts "$results.json" "${limits[@]}")" receive-maximum=65535 alias-to-broker=100 \
    packet=16777216+ topic=65535 topic-levels=8 client-id=1023 filters=5000+ queued=2000+
  is "$(facts "$results.json" sys-topics session-expiry-limit unsuback-unknown)" sys-topics=0 \
    session-expiry-limit=300000 "unsuback-unknown=0x00 Success"
}

@test "ejabberd: verdicts" {
  [ -z "$(verdicts "$results.json" inconclusive)" ]
  is "$(verdicts "$results.json" fail)" client-packet-size message-expiry message-expiry-lowered \
    property-misplaced subscribe-empty subscription-identifier-zero unsubscribe-empty
  is "$(verdicts "$results.json" deviates)" subscription-identifier-published unsubscribe-unknown
}

@test "mosquitto: requirements decide, and those that are not met are named" {
  run tool --require 'qos2,shared,packet>=1MiB,topic-levels<=201,!alias-to-client'
  [ "$status" -eq 0 ]
  run tool --require 'qos2, topic-levels >= 202' --require 'auth-methods'
  [ "$status" -eq 1 ]
  [[ $output == *"met           qos2: yes"* ]]
  [[ $output == *"unmet         topic-levels >= 202: 201"* ]]
  [[ $output == *"unmet         auth-methods: none"* ]]
  [ "$(tool --require 'qos2' --json | jq -r 'select(.type == "finding").case')" = qos2 ]
  [ "$(tool --require 'qos2' --json | jq -c 'select(.type == "requirement") | [.requirement, .met]')" = \
    '["qos2",true]' ]
  run tool --require 'topic-level>=3'
  [ "$status" -eq 2 ]
  [[ $output == *"did you mean topic-levels?"* ]]
  run tool --require 'certificate-days>=14'
  [ "$status" -eq 2 ]
  [[ $output == *"the connection is without"* ]]
}

@test "mosquitto: what runs out on this side is not the broker's fault" {
  not_under_sanitizers 'they need descriptors of their own'
  starved() { (ulimit -n 80 && tool "$@"); }
  run starved --hostile --case silent-connections
  [ "$status" -eq 1 ]
  [[ $output == inconclusive*"of 200 connections: "*"too many open files"* ]]
}

@test "mosquitto: what runs out on this side does not make the broker gone" {
  not_under_sanitizers 'they need descriptors of their own'
  starved() { (ulimit -n 60 && tool "$@"); }
  run starved
  [ "$status" -eq 1 ]
  [[ $output == *"too many open files"* ]]
  [[ $output != *"lets nobody in"* ]]
}

@test "mosquitto: a search goes as far as a requirement wants" {
  run tool --require 'packet>=20MiB'
  [ "$status" -eq 0 ]
  [[ $output == *"met           packet>=20MiB: at least"* ]]
}

@test "mosquitto: what differs from an earlier result" {
  names=(--case qos2 --case topic-levels --case sys-topics --case connack)
  tool "${names[@]}" --json >"$BATS_TEST_TMPDIR/before.json"
  run tool "${names[@]}" --diff "$BATS_TEST_TMPDIR/before.json"
  [ "$status" -eq 0 ]
  jq -c 'if .name == "topic-levels" then .value = 8 else . end |
    if .case == "qos2" then .verdict = "fail" else . end | select(.name != "maximum-qos")' \
    "$BATS_TEST_TMPDIR/before.json" >"$BATS_TEST_TMPDIR/other.json"
  run tool "${names[@]}" --diff "$BATS_TEST_TMPDIR/other.json" --json
  [ "$status" -eq 1 ]
  is "$(jq -c 'select(.type == "change") | [.kind, .name, .change, .before, .after]' <<<"$output")" \
    '["fact","maximum-qos","added",null,"2"]' '["fact","topic-levels","changed","8","201"]' \
    '["finding","qos2","changed","fail","pass"]'
  for file in "$BATS_TEST_TMPDIR/missing.json" "$BATS_TEST_TMPDIR"; do
    run tool --diff "$file"
    [ "$status" -eq 8 ]
    [[ $output == *"cannot read $file"* ]]
  done
}

@test "mosquitto over TLS and WebSocket: what TLS is" {
  facts_file=$BATS_FILE_TMPDIR/mosquitto/facts.json
  run mqtt-probe -h localhost -p "$(jq .doors.wss "$facts_file")" --ws \
    --cafile "$(jq -r .cafile "$facts_file")" --tls --json --case tls --case tls-1.2 --case tls-1.3
  [ "$status" -eq 0 ]
  is "$(facts <(printf '%s\n' "$output") tls-version tls1.2 tls1.3 certificate-names)" \
    tls-version=TLSv1.3 tls1.2=true tls1.3=true "certificate-names=localhost, 127.0.0.1"
  days=$(facts <(printf '%s\n' "$output") certificate-days | cut -d= -f2)
  [ "$days" -ge 28 ]
  [ "$days" -le 30 ]
}
