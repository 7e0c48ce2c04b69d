#!/usr/bin/env bash
# Prints what the tools cost beside their peers and beside what the machine allows at most, in paired
# runs on loopback. usage: perf.sh BIN_DIR [PART...]; parts: oneshot publish receive mosquitto
# engines retained bench, and each bench_... of bench.sh
set -euo pipefail

bin=$1
shift
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(oneshot publish receive mosquitto engines retained bench)
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

# What the second engine costs those who do not use it, and those who do.
engines() {
  local with=$bin/../lib/mqtt-toolbox/libmqtt-toolbox-paho.so count=100000 qos
  [ -f "$with" ] || {
    heading 'Built without Paho: nothing to measure of the engines'
    return
  }
  null_broker
  mkdir -p "$work/without/bin" "$work/without/lib"
  cp "$bin/mqtt-pub" "$work/without/bin"
  cp -r "$bin/../lib/." "$work/without/lib"
  cp -r "$work/without" "$work/with"
  rm "$work/without/lib/mqtt-toolbox/libmqtt-toolbox-paho.so"
  local once="-h 127.0.0.1 -p $port -q 1 -t x -m m"
  heading 'Start to exit with the paho module beside it, and without it (aim: no difference)'
  pairs 300 'module installed' "env LD_LIBRARY_PATH=$work/with/lib $work/with/bin/mqtt-pub $once" \
    'module removed' "env LD_LIBRARY_PATH=$work/without/lib $work/without/bin/mqtt-pub $once"
  for qos in 0 1; do
    heading "One message, start to exit, QoS $qos"
    pairs 20 '--engine paho' "$bin/mqtt-pub --engine paho -h 127.0.0.1 -p $port -q $qos -t x -m m" \
      native "$bin/mqtt-pub -h 127.0.0.1 -p $port -q $qos -t x -m m"
  done
  head -n $count "$work/lines" >"$work/fewer"
  for qos in 0 1 2; do
    heading "$count lines, QoS $qos"
    pairs 3 '--engine paho' "$bin/mqtt-pub --engine paho -h 127.0.0.1 -p $port -t x -l -q $qos <$work/fewer" \
      native "$bin/mqtt-pub -h 127.0.0.1 -p $port -t x -l -q $qos <$work/fewer"
  done
  null_broker --flood $((count + 1000))
  heading "$count messages of a flood as text"
  pairs 3 '--engine paho' "$bin/mqtt-sub --engine paho -h 127.0.0.1 -p $port -t x -C $count >/dev/null" \
    native "$bin/mqtt-sub -h 127.0.0.1 -p $port -t x -C $count >/dev/null"
}

retained() {
  local count=100000
  heading "Clearing $count retained messages until they are gone (aim: wall a third of mosquitto_sub's)"
  heading '  (mosquitto_sub does not know when it is done: it gets a second, again and again, until nothing is left)'
  cat >"$work/until_gone" <<INSIDE
until [ -z "\$($bin/mqtt-sub --retained-only -C 1 -t 'peer/#')" ]; do
  timeout -s KILL 3 mosquitto_sub -h 127.0.0.1 -p \$MQTT_SANDBOX_TCP_PORT -t 'peer/#' --remove-retained --retained-only -W 1
done >/dev/null 2>&1
INSIDE
  cat >"$work/inside" <<INSIDE
for run in 1 2 3; do
  for tree in ours peer; do
    seq 1 $count | sed "s|.*|{\"type\":\"message\",\"topic\":\"\$tree/&/state\",\"payload\":\"v&\",\"retain\":true}|" | "$bin/mqtt-pub" --from-json
  done
  "$bin/perf-pairs" 0 mqtt-retain-clear "$bin/mqtt-retain-clear --yes ours/# >/dev/null" \
    mosquitto_sub "sh $work/until_gone"
done
INSIDE
  "$bin/mqtt-sandbox" -- bash "$work/inside"

  heading "Clearing a million (aim: peak under 64 MiB)"
  cat >"$work/inside" <<INSIDE
seq 1 1000000 | sed "s|.*|{\"type\":\"message\",\"topic\":\"ours/&/state\",\"payload\":\"v&\",\"retain\":true}|" | "$bin/mqtt-pub" --from-json
"$bin/perf-pairs" 0 'reading them once' "$bin/mqtt-sub --retained-only -t 'ours/#' >/dev/null" \
  mqtt-retain-clear "$bin/mqtt-retain-clear --yes ours/# >/dev/null"
INSIDE
  "$bin/mqtt-sandbox" -- bash "$work/inside"
}

# shellcheck source=tests/perf/bench.sh
source "$(dirname "$0")/bench.sh"

for part in "${parts[@]}"; do
  "$part"
done
