#!/usr/bin/env bats
# mqtt-bench against Mosquitto, over everything that carries MQTT, with what its options promise.
load bench_helper

setup_file() { start_sandbox; }
teardown_file() { stop_sandbox; }

# quick_roundtrip ARGUMENT...: 200 messages, all of which have to come.
quick_roundtrip() {
  run --separate-stderr mqtt-bench roundtrip -q 1 -n 200 --rate 2000/s --json "$@"
  assert_status 0
  assert_equal "$(field .delivery.expected)" 200
  assert_equal "$(field .delivery.lost)" 0
}

@test "TCP, TLS, WebSocket, WebSocket over TLS, Unix socket" {
  local url
  for url in "$MQTT_SANDBOX_TCP_URL" "$MQTT_SANDBOX_TLS_URL" "$MQTT_SANDBOX_WS_URL" "$MQTT_SANDBOX_WSS_URL" \
    "$MQTT_SANDBOX_UNIX_URL"; do
    MQTT_URL=$url quick_roundtrip
  done
}

@test "through a proxy" {
  start_in_background run relay 127.0.0.1 socks
  wait_until test -s "$BATS_TEST_TMPDIR/run.out"
  quick_roundtrip -h localhost -p "$MQTT_SANDBOX_TCP_PORT" \
    --proxy "socks5h://127.0.0.1:$(head -n 1 "$BATS_TEST_TMPDIR/run.out")"
  assert_equal "$(tail -n +2 "$BATS_TEST_TMPDIR/run.out" | wc -l)" 3 # with the one that asks for the version
}

@test "MQTT 3.1.1, and the version that the broker takes" {
  quick_roundtrip -V 311
  assert_equal "$(field .setup.mqtt_version)" 3.1.1
  quick_roundtrip -V auto
  assert_equal "$(field .setup.mqtt_version)" 5.0
}

@test "connect times each phase, TLS as well" {
  MQTT_URL=$MQTT_SANDBOX_TLS_URL run --separate-stderr mqtt-bench connect -c 20 --connect-rate 100/s --hold 100ms --json
  assert_status 0
  assert_equal "$(field .clients_connected)" 20
  local phase
  for phase in connect tls connack; do assert_equal "$(field ".latencies.$phase.count")" 20; done
  assert_equal "$(field .rates.connects_per_s)" null
}

@test "churn: clients leave and come back, and none counts as lost" {
  run --separate-stderr mqtt-bench connect -c 10 --churn 100/s --hold 500ms --json
  assert_status 0
  (($(field .whole_run.connects_succeeded) >= 40))
  assert_equal "$(field .whole_run.connections_lost)" 0
  assert_equal "$(field .whole_run.connects_failed)" 0
}

@test "credentials: clients take the lines of the file in turn" {
  printf 'ann,secret\nann,wrong\n' >"$BATS_TEST_TMPDIR/credentials.csv"
  run --separate-stderr mqtt-sandbox -u ann -P secret -- mqtt-bench connect -c 10 --hold 100ms -V 5 \
    --reconnect-attempts 0 --credentials "$BATS_TEST_TMPDIR/credentials.csv" --json
  assert_status 4
  assert_equal "$(field .clients_connected)" 5
  assert_contains "$(field '.failures[].reason')" "Not authorized"
}

@test "a number of messages ends, though some clients are refused for ever, and says which" {
  printf 'ann,secret\nann,wrong\n' >"$BATS_TEST_TMPDIR/credentials.csv"
  run --separate-stderr timeout 60 mqtt-sandbox -u ann -P secret -- mqtt-bench publish -c 4 -n 40 -q 1 -V 5 \
    --reconnect-delay 10ms -i 'bench-{n}' --credentials "$BATS_TEST_TMPDIR/credentials.csv"
  assert_status 4
  local text
  text=$(tr -s ' \n' ' ' <<<"$output")
  assert_contains "$text" "errors: 10: 10 x"
  assert_contains "$text" "refused the connection: Not authorized"
  assert_contains "$text" "2 never did, the first is bench-1."
}

@test "clients that cannot reach the broker give 3, those whose first attempt fails alone nothing" {
  start_sink --refuse 2
  run --separate-stderr timeout 60 mqtt-bench publish -V 5 -h 127.0.0.1 -p "$port" -c 4 -n 40 -q 1 --reconnect-delay 10ms \
    --source-address 127.0.0.1,203.0.113.7
  assert_status 3
  assert_contains "$output" "cannot bind to 203.0.113.7"
  run --separate-stderr timeout 60 mqtt-bench publish -V 5 -h 127.0.0.1 -p "$port" -c 4 -n 40 -q 1 --reconnect-delay 10ms --json
  assert_status 0
  assert_equal "$(field .whole_run.sent)" 40
  assert_equal "$(field '.warnings[].name | select(. == "client_limits")')" ""
}

@test "no secret is in a result" {
  run --separate-stderr mqtt-sandbox -u ann -P s3cret -- mqtt-bench connect -u ann -P s3cret --hold 10ms --json
  assert_status 0
  [[ $output != *s3cret* ]]
  assert_equal "$(field '.options[] | select(.name == "password").value')" '***'
}

@test "source addresses are taken in turn" {
  run --separate-stderr mqtt-bench connect -V 5 -c 6 --source-address 127.0.0.2,127.0.0.3 -i 'from-{n}' --hold 10ms
  assert_status 0
  local n
  for n in 0 1 2 3 4 5; do
    wait_until grep -q "New client connected from 127.0.0.$((2 + n % 2)):.* as from-$n " "$MQTT_SANDBOX_LOG"
  done
}

@test "a shared group: each message to one member" {
  run --separate-stderr mqtt-bench roundtrip -q 1 -n 400 --rate 2000/s --publishers 2 --subscribers 4 --share group --json
  assert_status 0
  assert_equal "$(field .delivery.expected)" 400
  assert_equal "$(field .delivery.lost)" 0
  assert_equal "$(field .delivery.duplicated)" 0
}

@test "who gets what: pairs by number, otherwise all from all" {
  local publishers subscribers expected
  while read -r publishers subscribers expected; do
    run --separate-stderr mqtt-bench roundtrip -q 1 -n 120 --rate 2000/s --publishers "$publishers" \
      --subscribers "$subscribers" --json
    assert_status 0
    assert_equal "$(field .delivery.expected)" "$expected"
    assert_equal "$(field .delivery.lost)" 0
  done <<'CASES'
3 3 120
3 1 120
1 3 360
4 2 240
CASES
  run --separate-stderr mqtt-bench roundtrip -q 1 -n 120 --rate 2000/s --publishers 4 --subscribers 2
  assert_contains "$output" "4 publishers, 2 subscribers (each message to 2)"
}

# received_by FORMAT FILTER COUNT ARGUMENT...: sets `received`, what mqtt-sub got of that publish, one message
# a line. %p is for payloads of the test's own: a measuring header may hold any byte.
received_by() {
  local format=$1 filter=$2 count=$3
  shift 3
  start_subscriber watcher -t "$filter" -C "$count" -F "$format"
  run --separate-stderr mqtt-bench publish -q 1 --rate 500/s -n "$count" "$@"
  assert_status 0
  finish watcher
  received=$output
}

@test "topics: from a file, in turn, and by templates" {
  printf 'plant/a\nplant/b\r\n\nplant/c\n' >"$BATS_TEST_TMPDIR/topics"
  received_by %t 'plant/#' 6 --topics-file "$BATS_TEST_TMPDIR/topics"
  assert_equal "$(sort <<<"$received" | uniq -c | tr -s ' \n' ' ')" " 2 plant/a 2 plant/b 2 plant/c "
  received_by %t 'by/#' 4 -c 2 -i 'id{n}' -t 'by/{n}/{client}'
  assert_equal "$(sort -u <<<"$received" | tr '\n' ' ')" "by/0/id0 by/1/id1 "
}

@test "payloads: a template, files in turn, a size" {
  received_by %p payload/t 3 -t payload/t -m 'value {i}'
  assert_equal "$(tr '\n' ',' <<<"$received")" "value 000,value 001,value 002,"
  printf one >"$BATS_TEST_TMPDIR/1"
  printf three >"$BATS_TEST_TMPDIR/2"
  received_by %p payload/f 4 -t payload/f --payload-file "$BATS_TEST_TMPDIR/1" --payload-file "$BATS_TEST_TMPDIR/2"
  assert_equal "$(tr '\n' ',' <<<"$received")" "one,three,one,three,"
  received_by %l payload/s 2 -t payload/s --size 3000
  assert_equal "$(tr '\n' ',' <<<"$received")" "3000,3000,"
}

@test "retained messages and Poisson arrivals" {
  run --separate-stderr mqtt-bench publish -q 1 -r -t 'kept/{n}' -c 3 -n 9 --rate-per-client 100/s --arrivals poisson --json
  assert_status 0
  assert_equal "$(field .setup.arrivals)" poisson
  assert_equal "$(field .setup.rate_per_s)" 300
  run -0 mqtt-sub -t 'kept/#' --retained-only -F %t
  assert_equal "$(sort <<<"$output" | tr '\n' ' ')" "kept/0 kept/1 kept/2 "
}

@test "subscribe counts what others publish" {
  start_in_background run mqtt-bench subscribe -t 'news/#' -c 3 --duration 60s --interval-json --interval 50ms \
    -o "$BATS_TEST_TMPDIR/result.json"
  wait_until grep -q bench_interval "$BATS_TEST_TMPDIR/run.out"
  run --separate-stderr mqtt-bench publish -q 1 -t 'news/{n}' -n 50 --rate 1000/s
  assert_status 0
  wait_until bash -c '(($(jq -s "map(.counters.received) | add" "$1") == 150))' - "$BATS_TEST_TMPDIR/run.out"
  kill -INT "$run_pid"
  finish run
  assert_status 130
  assert_equal "$(of_result .counters.received)" 150
}

@test "a start at an absolute time" {
  local at=$(($(date +%s) + 2))
  run --separate-stderr mqtt-bench publish --start-at $at --rate 100/s --duration 50ms --json
  assert_status 0
  (($(field '.started_unix_ns / 1000 | floor') >= at * 1000000))
  run --separate-stderr mqtt-bench publish --start-at 2020-01-01T00:00:00Z --rate 100/s --duration 50ms
  assert_status 0
}

# metrics PORT: what a scrape gets.
metrics() {
  exec 5<>"/dev/tcp/127.0.0.1/$1"
  printf 'GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n' >&5
  cat <&5
  exec 5>&-
}

# has_received PORT: the metrics there tell of messages.
has_received() { (($(metrics "$1" | sed -n 's/^mqtt_bench_received_total{.*} //p') > 0)); }

@test "Prometheus scrapes the run while it lasts" {
  start_sink
  local metrics_port=$port text
  stop_sink # that port is free now
  start_sink
  start_in_background run mqtt-bench roundtrip -V 5 -p "$port" --rate 1000/s --duration 60s --interval 50ms --interval-json \
    --prometheus "127.0.0.1:$metrics_port"
  wait_until has_received "$metrics_port"
  text=$(metrics "$metrics_port")
  assert_contains "$text" "HTTP/1.1 200 OK"
  assert_contains "$text" "# TYPE mqtt_bench_sent_total counter"
  assert_equal "$(sed -n 's/^mqtt_bench_connects_succeeded_total{.*} //p' <<<"$text")" 2
  run --separate-stderr mqtt-bench publish --duration 50ms --prometheus "127.0.0.1:$metrics_port"
  assert_status 8
  assert_contains "$stderr" "cannot listen on 127.0.0.1:$metrics_port: address already in use"
  kill -INT "$run_pid"
  finish run
  assert_status 130
}

@test "intervals as lines, an HdrHistogram log, and objectives" {
  run --separate-stderr mqtt-bench roundtrip --rate 1000/s --duration 500ms --interval 100ms --interval-json \
    --hdr-log "$BATS_TEST_TMPDIR/run.hlog" --assert 'p50<5s,loss=0,rate>=900/s'
  assert_status 0
  (("${#lines[@]}" >= 5))
  assert_equal "$(jq -s 'map(.counters.sent) | add' <<<"$output")" 500
  assert_contains "$(<"$BATS_TEST_TMPDIR/run.hlog")" "Tag=received_from_due"
}

@test "on a terminal: one live line, then the summary" {
  run script -qec "stty cols 100; mqtt-bench roundtrip -V 5 --rate 1000/s --duration 500ms --interval 100ms" /dev/null
  assert_status 0
  [[ $output =~ $'\r'0\ s\ \ [0-9,]+\ sent/s ]]
  assert_contains "$output" '] 100%'
  assert_contains "$output" $'\r\e[K'
  assert_contains "$output" "QoS 0: at most once held"
}
