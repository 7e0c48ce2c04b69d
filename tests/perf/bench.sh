# shellcheck shell=bash
# shellcheck disable=SC2154  # bin, work, port and million are those of perf.sh
# What mqtt-bench costs as a generator, for perf.sh. The null broker has the first core and the
# generator the last one, so that on two cores or more neither takes time from the other.

first_core=0
last_core=$(($(nproc) - 1))

# generator ARGS...: one run with one thread, its result as JSON; warnings are not the subject here.
generator() { taskset -c "$last_core" "$bin/mqtt-bench" "$@" --threads 1 --json --no-config 2>/dev/null; }

sink() { broker taskset -c "$first_core" "$bin/mqtt-bench" sink --no-config "$@"; }

# median FILTER COMMAND...: of three runs, of what the filter takes from each result.
median() {
  local filter=$1
  shift
  for _ in 1 2 3; do "$@" | jq "$filter"; done | jq -s 'sort | .[1]'
}

# row LABEL FORMAT VALUE...
row() {
  local label=$1 format=$2
  shift 2
  # shellcheck disable=SC2059
  printf "  %-44s $format\n" "$label" "$@"
}

cpu_per_million='.rates.cpu_s / .counters.sent * 1e6'

# cost LABEL ARGS...: of publishing.
cost() {
  local label=$1
  shift
  row "$label" '%8.3f s' "$(median "$cpu_per_million" generator publish -h 127.0.0.1 -p "$port" --duration 2s "$@")"
}

bench_publish() {
  sink --no-route
  heading 'Generator, CPU a million messages of 64 bytes, closed loop'
  cost 'QoS 0, 1 client (aim: 0.08)' -q 0 -c 1
  cost 'QoS 0, 100 clients (aim: 0.2)' -q 0 -c 100
  cost 'QoS 1, window 1000, 1 client (aim: 0.2)' -q 1 -M 1000 -c 1
  cost 'QoS 1, window 1000, 100 clients (aim: 0.5)' -q 1 -M 1000 -c 100
  cost 'QoS 2, window 1000, 1 client (aim: 0.4)' -q 2 -M 1000 -c 1
  cost 'QoS 2, window 1000, 100 clients (aim: 0.9)' -q 2 -M 1000 -c 100
  row 'QoS 0, 1 client: offered (aim: 8 million/s)' '%8.2f million/s' \
    "$(median '.rates.sent_per_s / 1e6' generator publish -h 127.0.0.1 -p "$port" --duration 2s)"
}

# What a roundtrip costs beyond publishing is receiving and matching.
bench_roundtrip() {
  heading 'Generator, CPU a million received and matched, QoS 0 (aim: at most 0.2 above reading alone)'
  sink
  local both sending reading
  both=$(median '.rates.cpu_s / .counters.received * 1e6' \
    generator roundtrip -h 127.0.0.1 -p "$port" --rate max --duration 3s)
  sending=$(median "$cpu_per_million" generator publish -h 127.0.0.1 -p "$port" --duration 3s)
  sink --no-route --flood $((million + 1000))
  reading=$(for _ in 1 2 3; do
    command time -f '%U %S' "$bin/perf-limit" receive "$port" $((million * 69)) 2>&1 | jq -s add
  done | jq -s 'sort | .[1]')
  row 'roundtrip less publish' '%8.3f s' "$(jq -n "$both - $sending")"
  row 'limit: reading alone' '%8.3f s' "$reading"
}

# Each run has a port of its own: tuples that the run before left in TIME_WAIT make a few connects wait
# a second for a second SYN.
bench_connect() {
  heading '10,000 connections from one core (aim: 20,000 a second, peak under 36864 KiB)'
  local memory=$work/memory
  for _ in 1 2 3; do
    sink --no-route
    command time -o "$memory" -f %M taskset -c "$last_core" \
      "$bin/mqtt-bench" connect -h 127.0.0.1 -p "$port" -c 10000 --hold 1s --threads 1 --json --no-config \
      >"$work/connect" 2>/dev/null
    row mqtt-bench '%8.0f/s   peak %7.0f KiB   failed %d' \
      "$(jq '.whole_run.connects_succeeded / (.measured_ns / 1e9 - 1)' "$work/connect")" \
      "$(cat "$memory")" "$(jq .whole_run.connects_failed "$work/connect")"
    sink --no-route
    row 'limit: plain sockets' '%8.0f/s' "$(taskset -c "$last_core" "$bin/perf-limit" connect "$port" 10000)"
  done
  heading '1,000 connections to Mosquitto over TLS and WebSocket (no aim)'
  local transport
  for transport in tcp tls ws wss; do
    # shellcheck disable=SC2016
    "$bin/mqtt-sandbox" --no-config --transport "$transport" -- sh -c \
      'command time -f %M "$1" connect -c 1000 --hold 1s --json --no-config 2>&1 >"$2" | tail -n 1 >"$3"' \
      sh "$bin/mqtt-bench" "$work/connect" "$memory"
    row "$transport" '%8.0f/s   peak %7.0f KiB' \
      "$(jq '.whole_run.connects_succeeded / (.measured_ns / 1e9 - 1)' "$work/connect")" "$(cat "$memory")"
  done
}

bench_schedule() {
  sink --no-route
  heading '50,000 messages a second on a schedule (aim: p99 at most 200 us; CPU of 10,000 clients at most 1.5 of 100)'
  local clients
  for clients in 100 10000; do
    for _ in 1 2 3; do
      generator publish -h 127.0.0.1 -p "$port" -c "$clients" --rate 50k/s --duration 4s >"$work/schedule"
      row "$clients clients" 'late p50 %7.1f us   p99 %7.1f us   CPU %6.2f us a message' \
        "$(jq '.latencies.lateness.percentiles_ns.p50 / 1e3' "$work/schedule")" \
        "$(jq '.latencies.lateness.percentiles_ns.p99 / 1e3' "$work/schedule")" \
        "$(jq "$cpu_per_million" "$work/schedule")"
    done
  done
}

bench_start() {
  heading 'Start to exit of --version (aim: 5 ms)'
  pairs 50 'mqtt-bench --version' "$bin/mqtt-bench --version >/dev/null" \
    'mosquitto_pub --help' 'sh -c "mosquitto_pub --help >/dev/null; true"'
}

# instructions COUNT ARGS...: of a whole run.
instructions() {
  local count=$1
  shift
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$bin/mqtt-bench" "$@" -n "$count" \
    --threads 1 --no-config 2>&1 >/dev/null | sed -n 's/.*Collected *: *//p'
}

# Two runs that differ in nothing but the number of messages.
bench_instructions() {
  heading 'Instructions a message, by callgrind'
  local qos less more
  for qos in 0 1 2; do
    sink --no-route
    less=$(instructions 20000 publish -h 127.0.0.1 -p "$port" -q "$qos" -M 1000)
    more=$(instructions 120000 publish -h 127.0.0.1 -p "$port" -q "$qos" -M 1000)
    row "publish, QoS $qos" '%8.0f' "$(((more - less) / 100000))"
  done
  sink
  less=$(instructions 20000 roundtrip -h 127.0.0.1 -p "$port" --rate max)
  more=$(instructions 120000 roundtrip -h 127.0.0.1 -p "$port" --rate max)
  row 'roundtrip, QoS 0' '%8.0f' "$(((more - less) / 100000))"
}

# peer COMMAND LINE: 100,000 messages of QoS 1 from 100 clients beside mqtt-bench.
peer() {
  if ! command -v "$1" >/dev/null; then
    row "$1" 'not installed here'
    return
  fi
  pairs 3 mqtt-bench "$bin/mqtt-bench publish --no-config -h 127.0.0.1 -p $port -c 100 -q 1 -n 100000 >/dev/null 2>&1" \
    "$1" "$2 >/dev/null 2>&1"
}

bench_peers() {
  sink --no-route
  heading '100,000 messages of QoS 1 from 100 clients, beside others'
  peer emqtt_bench "emqtt_bench pub -h 127.0.0.1 -p $port -c 100 -I 1 -F 1000 -q 1 -s 64 -t x -L 100000"
  peer mqtt-benchmark "mqtt-benchmark --broker tcp://127.0.0.1:$port --clients 100 --count 1000 --qos 1 --size 64 --topic x --quiet"
}

bench() {
  local part
  for part in publish roundtrip connect schedule start instructions peers; do "bench_$part"; done
}
