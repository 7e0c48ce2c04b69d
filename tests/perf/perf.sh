#!/usr/bin/env bash
# Prints what the tools cost beside their peers and beside what the machine allows at most, in paired
# runs on loopback. usage: perf.sh BIN_DIR [PART...]; parts: oneshot publish receive mosquitto
# bench, and each bench_... of bench.sh
set -euo pipefail

bin=$1
shift
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(oneshot publish receive mosquitto bench)
work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null; rm -rf "$work"' EXIT
export XDG_CONFIG_HOME=$work

# The lines that every publisher gets: a million of 64 bytes.
million=1000000
yes 'abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz01' | head -n $million >"$work/lines" || true

# broker COMMAND...: starts an `mqtt-bench sink` and sets $port.
broker() {
  local out
  out=$(mktemp -p "$work")
  "$@" >"$out" &
  pids+=($!)
  until [ -s "$out" ]; do
    kill -0 "${pids[-1]}" || exit 1
    sleep 0.01
  done
  port=$(head -n 1 "$out" | jq .port)
}

null_broker() { broker "$bin/mqtt-bench" sink --no-config --no-route "$@"; }

heading() { printf '\n%s\n' "$1"; }

# pairs RUNS LABEL_A COMMAND_A LABEL_B COMMAND_B
pairs() { "$bin/perf-pairs" "$@"; }

oneshot() {
  null_broker
  heading 'One message, start to exit, QoS 1 (aim: wall at most 0.9, peak memory at most 2.0)'
  pairs 200 mqtt-pub "$bin/mqtt-pub -h 127.0.0.1 -p $port -q 1 -t x -m m" \
    mosquitto_pub "mosquitto_pub -h 127.0.0.1 -p $port -q 1 -t x -m m"
  heading 'The same beside plain sockets in C'
  pairs 100 mqtt-pub "$bin/mqtt-pub -h 127.0.0.1 -p $port -q 1 -t x -m m" \
    'limit: plain sockets' "$bin/perf-limit oneshot $port"
}

publish() {
  null_broker
  heading 'A million lines, QoS 0 (aim: 0.15 s of CPU, peak under 16384 KiB)'
  pairs 5 'mqtt-pub -l' "$bin/mqtt-pub -h 127.0.0.1 -p $port -t x -l <$work/lines" \
    'mosquitto_pub -l' "mosquitto_pub -h 127.0.0.1 -p $port -t x -l <$work/lines"
  heading 'The same beside 64 KiB writes of ready packets'
  pairs 5 'mqtt-pub -l' "$bin/mqtt-pub -h 127.0.0.1 -p $port -t x -l <$work/lines" \
    'limit: ready packets' "$bin/perf-limit publish $port $million"
  heading 'A million lines, QoS 1, window 1000, all acknowledged (aim: 0.3 s of CPU, peak under 16384 KiB)'
  heading '  (mosquitto_pub ends with 0 although most of its lines never leave it)'
  pairs 3 'mqtt-pub -l -q 1 -M 1000' "$bin/mqtt-pub -h 127.0.0.1 -p $port -t x -l -q 1 -M 1000 <$work/lines" \
    'mosquitto_pub -l -q 1' "mosquitto_pub -h 127.0.0.1 -p $port -t x -l -q 1 <$work/lines"
}

receive() {
  null_broker --flood $((million + 1000))
  heading 'A million messages of a flood as text (aim: 0.3 s of CPU)'
  pairs 5 mqtt-sub "$bin/mqtt-sub -h 127.0.0.1 -p $port -t x -C $million >/dev/null" \
    mosquitto_sub "mosquitto_sub -h 127.0.0.1 -p $port -t x -C $million >/dev/null"
  heading 'The same as JSON (aim: 0.6 s of CPU)'
  pairs 3 'mqtt-sub --json' "$bin/mqtt-sub -h 127.0.0.1 -p $port -t x --json -C $million >/dev/null" \
    'mosquitto_sub -F %j' "mosquitto_sub -h 127.0.0.1 -p $port -t x -F %j -C $million >/dev/null"
  heading 'The same beside reading and discarding'
  pairs 5 mqtt-sub "$bin/mqtt-sub -h 127.0.0.1 -p $port -t x -C $million >/dev/null" \
    'limit: read and discard' "$bin/perf-limit receive $port $((million * 69))"
}

mosquitto() {
  local count=100000
  heading "$count messages from a real Mosquitto, one write a packet (aim: CPU at most 0.65)"
  head -n $count "$work/lines" >"$work/fewer"
  # The feeder starts when the subscriber has had time to subscribe.
  local feed="(sleep 0.3; exec $bin/mqtt-pub -t x -l <$work/fewer) &"
  cat >"$work/inside" <<INSIDE
"$bin/perf-pairs" 5 mqtt-sub 'sh -c "$feed exec $bin/mqtt-sub -t x -C $count >/dev/null"' \
  mosquitto_sub 'sh -c "$feed exec mosquitto_sub -h 127.0.0.1 -p \$MQTT_SANDBOX_TCP_PORT -t x -C $count >/dev/null"'
INSIDE
  "$bin/mqtt-sandbox" -- bash "$work/inside"
}

# shellcheck source=tests/perf/bench.sh
source "$(dirname "$0")/bench.sh"

for part in "${parts[@]}"; do
  "$part"
done
