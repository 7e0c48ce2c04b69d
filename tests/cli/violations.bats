# What a packet that our session refuses says of the broker: one that a statement of the standard forbids
# to a server is a fail of the case whose client got it, any other deviates; what the standard leaves open
# is neither. Each packet is first seen by a client of a few bytes, which knows nothing of sessions.
load helper

teardown() { stop_background; }

# Only the clients of this case subscribe to a filter with its name in it.
case=wildcard-plus

# start_breaker BYTES: sets `port` of a broker that sends the bytes after SUBACK.
start_breaker() {
  local fifo=$BATS_TEST_TMPDIR/port.$RANDOM
  mkfifo "$fifo"
  rule-breaker --inject "$case=$1" >"$fifo" 3>&- &
  in_background+=($!)
  breaker_pid=$!
  read -r -t "$patience" port <"$fifo"
}

# raw_bytes VERSION: what a client reads that subscribes and disconnects, in hexadecimal. The length of the
# case's name is that of its filter.
raw_bytes() {
  local length=${#case} properties='' level=4
  [[ $1 != 5 ]] || properties='\x00' level=5
  exec 5<>"/dev/tcp/127.0.0.1/$port"
  # shellcheck disable=SC2059
  {
    printf "\x10\x$(hex 13 "$properties")\x00\x04MQTT\x0$level\x02\x00\x3c$properties\x00\x01r"
    printf "\x82\x$(hex $((length + 5)) "$properties")\x00\x01$properties\x00\x$(hex "$length")$case\x00"
    printf '\xe0\x00'
  } >&5
  timeout "$patience" cat <&5 | od -An -v -tx1 | tr -d ' \n'
  exec 5>&-
}

# hex NUMBER [PROPERTIES]: two digits; a byte more where there are properties.
hex() { printf %02x $(($1 + (${#2} ? 1 : 0))); }

# judges VERSION BYTES VERDICT [STATEMENT]: what mqtt-probe makes of them.
judges() {
  local version=$1 bytes=$2 verdict=$3 statement=${4-} finding seen
  start_breaker "$bytes"
  seen=$(raw_bytes "$version")
  run mqtt-probe --json -V "$version" -h 127.0.0.1 -p "$port" --case "$case" --no-control
  finding=$(jq -r 'select(.type == "finding") | "\(.verdict): \(.observed)"' <<<"$output")
  kill "$breaker_pid"
  [[ $seen == *"$bytes"* ]] || { echo "$bytes is not among what a raw client got: $seen"; return 1; }
  [[ $finding == "$verdict: "*"${statement:+[$statement]}"* ]] ||
    { echo "$version $bytes: expected $verdict $statement, got $finding"; return 1; }
  # What has no statement is shown as it came.
  [[ $verdict != deviates || $finding == *"$bytes"* ]] || { echo "no bytes in: $finding"; return 1; }
}

@test "in 5.0, what a statement forbids to a server is a fail" {
  judges 5 d100 fail MQTT-2.1.3-1
  judges 5 36060001610001 fail MQTT-3.3.1-4
  judges 5 380400016100 fail MQTT-3.3.1-2
  judges 5 d08000 fail MQTT-1.5.5-1
  judges 5 30040001ff00 fail MQTT-1.5.4-1
  judges 5 300400010000 fail MQTT-1.5.4-2
  judges 5 300400012300 fail MQTT-3.3.2-2
  judges 5 3008000161040800012b fail MQTT-3.3.2-14
  judges 5 3003000000 fail MQTT-4.7.3-1
  judges 5 300700016103230000 fail MQTT-3.3.2-8
  judges 5 300700016103230001 fail MQTT-3.1.2-26
  judges 5 3206000161000000 fail MQTT-2.2.1-4
  judges 5 2003000000 fail MQTT-3.2.0-2
  judges 5 4003000101 fail MQTT-3.4.2-1
  judges 5 5003000101 fail MQTT-3.5.2-1
  judges 5 6203000101 fail MQTT-3.6.2-1
  judges 5 7003000101 fail MQTT-3.7.2-1
  judges 5 900400010005 fail MQTT-3.9.3-2
  judges 5 b00400010001 fail MQTT-3.11.3-2
  judges 5 e00101 fail MQTT-3.14.2-1
  judges 5 40020000 fail MQTT-2.2.1-5
  judges 5 9004000000 fail MQTT-2.2.1-6
  judges 5 f000 fail MQTT-4.12.0-6
}

@test "in 3.1.1, what a statement forbids to a server is a fail" {
  judges 311 d100 fail MQTT-2.2.2-1
  judges 311 36050001610001 fail MQTT-3.3.1-4
  judges 311 3803000161 fail MQTT-3.3.1-2
  judges 311 30030001ff fail MQTT-1.5.3-1
  judges 311 3003000100 fail MQTT-1.5.3-2
  judges 311 3003000123 fail MQTT-3.3.2-2
  judges 311 30020000 fail MQTT-4.7.3-1
  judges 311 32050001610000 fail MQTT-2.3.1-4
  judges 311 40020000 fail MQTT-2.3.1-6
  judges 311 9003000000 fail MQTT-2.3.1-7
  judges 311 9003000105 fail MQTT-3.9.3-2
}

@test "what is wrong, but forbidden to a server by no statement, deviates and is shown" {
  judges 5 0000 deviates
  judges 5 c000 deviates
  judges 5 d00100 deviates
  judges 5 d08080808001 deviates
  judges 311 70020000 deviates
  judges 5 3006000161027f00 deviates
  judges 311 d08000 deviates
  judges 311 20020000 deviates
  judges 311 f000 deviates
}

@test "what the standard leaves open is no fault" {
  # A control character, U+FFFF and a private character in a topic, an acknowledgement of nothing.
  judges 5 300400010100 pass
  judges 5 30060003efbfbf00 pass
  judges 5 30060003ee808000 pass
  judges 5 40020009 pass
  judges 5 7003000992 pass
  judges 311 3003000101 pass
  judges 311 40020009 pass
}

# observers_refuse BYTES VERDICT PATTERN: what mqtt-will-test says of bytes that its observers have to
# refuse each time they subscribe.
observers_refuse() {
  local port findings
  case='/#' start_breaker "$1"
  run mqtt-will-test --json -h 127.0.0.1 -p "$port" --case rst/qos1 --case packets-to-observers
  kill "$breaker_pid"
  findings=$(jq -r 'select(.type == "finding") | "\(.case) \(.verdict) \(.observed)"' <<<"$output")
  [[ $findings == *"packets-to-observers $2 "*$3* ]] || { echo "$findings"; return 1; }
}

@test "what observers refuse and no case can be told for is a finding of its own" {
  observers_refuse 6203000101 fail MQTT-3.6.2-1
  observers_refuse 2003000000 fail MQTT-3.2.0-2
  observers_refuse 300400012300 fail MQTT-3.3.2-2
  observers_refuse 3006000161027f00 deviates 3006000161027f00
}
