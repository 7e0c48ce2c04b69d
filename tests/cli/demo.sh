#!/bin/bash
# What `./run demo` shows, inside a sandbox: messages on their way from mqtt-pub to jq. Nothing here
# sleeps: each subscriber says when its subscription is acknowledged.
set -euo pipefail

say() { printf '\n== %s\n' "$*"; }

# Runs a command as a person would type it, after showing it.
show() {
  printf '$ %s\n' "$1"
  bash -o pipefail -c "$1"
}

# Runs a command in the background, after showing it, and returns when it has written to descriptor 3.
show_subscriber() {
  local fifo=$MQTT_SANDBOX_DIR/ready
  printf '$ %s &\n' "${1/ --ready-fd 3/}"
  mkfifo "$fifo"
  bash -o pipefail -c "$1" 3>"$fifo" &
  subscriber=$!
  read -r _ <"$fifo"
  rm "$fifo"
}

jq="jq -c --unbuffered '[.topic, .qos, .retain, .payload]'"

# over NAME URL: a message, lines and JSON lines, each at every QoS, first passing by, then retained.
over() {
  say "Over $1: MQTT_URL=$2"
  export MQTT_URL=$2
  show_subscriber "mqtt-sub -t 'house/#' -q 2 -C 12 --json --ready-fd 3 | $jq"
  local qos
  for qos in 0 1 2; do
    show "mqtt-pub -t house/kitchen -q $qos -m '21.$qos degrees'"
    show "seq 2 | mqtt-pub -t house/count -q $qos -l"
    show "echo '{\"topic\":\"house/door\",\"qos\":$qos,\"payload\":\"open\"}' | mqtt-pub --from-json"
  done
  wait "$subscriber"

  say "Over $1, retained: a subscriber that comes later gets them too"
  for qos in 0 1 2; do
    show "mqtt-pub -t shelf/$1/$qos -q $qos -r -m here"
  done
  show "mqtt-sub -t 'shelf/$1/+' -q 2 --retained-only --json | $jq"
}

over TCP "$MQTT_SANDBOX_TCP_URL"
over TLS "$MQTT_SANDBOX_TLS_URL"
over WebSocket "$MQTT_SANDBOX_WS_URL"
# The process that builds mqtt-bench meanwhile, where there is one.
[[ -z ${DEMO_BENCH_BUILD-} ]] || tail --pid="$DEMO_BENCH_BUILD" -f /dev/null
say "Five seconds of load: every message timed from when it was due, and accounted for"
export MQTT_URL=$MQTT_SANDBOX_TCP_URL
show "mqtt-bench roundtrip -q 1 --rate 1000/s --publishers 4 --subscribers 4 --duration 5s"

say "All of it arrived. The broker and its files are gone when this ends."
