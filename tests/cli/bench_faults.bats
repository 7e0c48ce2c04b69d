#!/usr/bin/env bats
# mqtt-bench when things go wrong: a clear line, the right exit status, and what was measured is kept.
load bench_helper

# restart_sink: ends the null broker, whose connections break, and starts another at its port.
restart_sink() {
  stop_sink
  start_sink --listen-port "$port"
}

# intervals N: so many were printed by start_bench.
intervals() { (($(wc -l <"$BATS_TEST_TMPDIR/run.out") >= $1)); }

# after_intervals N: N more are over.
after_intervals() { wait_until intervals $(($(wc -l <"$BATS_TEST_TMPDIR/run.out") + $1)); }

@test "the broker is restarted in the middle: clients come back, and the result says so" {
  start_sink
  start_bench roundtrip -q 1 --rate 500/s --duration 3s --drain 1s --reconnect-delay 50ms
  restart_sink
  finish run
  (($(of_result .whole_run.connections_lost) >= 2))
  (($(of_result .whole_run.reconnects) >= 2))
  assert_contains "$(of_result '.warnings[].name')" reconnects
  assert_equal "$(of_result .interrupted)" false
  (($(of_result .counters.sent) > 500))
  assert_contains "$(of_result '.failures[].reason')" "127.0.0.1:$port"
}

@test "the broker is gone for good: what was measured is reported, exit 7" {
  start_sink
  start_bench roundtrip -q 1 --rate 500/s --duration 60s --reconnect-attempts 2 --reconnect-delay 10ms
  stop_sink
  finish run
  assert_status 7
  (($(of_result .counters.received) > 0))
  assert_contains "$(of_result '.warnings[].name')" incomplete
}

@test "whoever comes back is refused: exit 7, with the reason" {
  start_sink --refuse 2 --refuse-reason not-authorized # each second CONNECT
  start_in_background relay relay 127.0.0.1 127.0.0.1 "$port"
  wait_until test -s "$BATS_TEST_TMPDIR/relay.out"
  port=$(<"$BATS_TEST_TMPDIR/relay.out")
  start_bench publish -q 1 --rate 500/s --duration 60s --reconnect-attempts 1 --reconnect-delay 10ms
  after_intervals 2
  kill -USR1 "$relay_pid" # cuts the connection
  finish run
  assert_status 7
  (($(of_result .counters.acknowledged) > 0))
  assert_contains "$(of_result '.failures[].reason')" "Not authorized"
  assert_contains "$(of_result '.warnings[].name')" incomplete
}

@test "half of the connects are refused: the others go on, exit 4" {
  start_sink --refuse 2 --refuse-reason server-unavailable
  bench publish -c 10 --rate 1000/s --duration 300ms --reconnect-attempts 0
  assert_status 4
  assert_contains "$output" "errors: 5: 5 x 127.0.0.1:$port refused the connection: Server unavailable"
  assert_contains "$output" "Fewer clients connected than were asked for"
  assert_equal "$stderr" ""
}

@test "all connects are refused: exit 4, and no result" {
  start_sink --refuse 1 --refuse-reason not-authorized
  bench publish -c 10 --duration 300ms -o "$BATS_TEST_TMPDIR/result.json"
  assert_status 4
  assert_equal "$output" ""
  assert_equal "$stderr" "mqtt-bench publish: 127.0.0.1:$port refused the connection: Not authorized"
  [[ ! -e $BATS_TEST_TMPDIR/result.json ]]
}

@test "a file limit that cannot be raised is said before anything runs; one that can is raised" {
  start_sink
  run --separate-stderr bash -c 'ulimit -n 64; exec "$@"' - mqtt-bench connect -V 5 -p "$port" -c 100 --hold 100ms
  assert_status 2
  assert_contains "$stderr" "but the limit is 64: raise it with \"ulimit -Hn"
  run --separate-stderr bash -c 'ulimit -Sn 64; exec "$@"' - mqtt-bench connect -V 5 -p "$port" -c 100 --hold 100ms
  assert_status 0
  assert_contains "$output" "100 clients"
}

@test "a source address that is not ours" {
  start_sink
  bench publish --source-address 203.0.113.7 --duration 300ms
  assert_status 3
  assert_contains "$stderr" "cannot bind to 203.0.113.7: cannot assign requested address"
}

@test "a rate beyond the machine is never silent" {
  start_sink
  bench publish --rate 100M/s --duration 500ms --json
  assert_status 0
  assert_contains "$(field '.warnings[].name')" sends_late
  (($(field .counters.sent) < $(field .counters.due)))
  bench publish --rate 100M/s --duration 500ms --assert 'rate>=100M/s'
  assert_status 1
  assert_contains "$output" "NOT MET"
}

@test "a full disk is exit 8, and what was measured is still shown" {
  start_sink
  local option
  for option in -o --hdr-log; do
    bench publish --rate 1000/s --duration 200ms $option /dev/full
    assert_status 8
    assert_equal "$stderr" "mqtt-bench publish: cannot write /dev/full: no space left on device"
    assert_contains "$output" "200 "
  done
  run --separate-stderr bash -c 'exec "$@" >/dev/full' - mqtt-bench publish -V 5 -p "$port" --rate 1000/s \
    --duration 200ms --json -o "$BATS_TEST_TMPDIR/result.json"
  assert_status 8
  assert_contains "$stderr" "standard output: no space left on device"
  assert_equal "$(of_result .counters.sent)" 200
}

@test "results of another version, damaged and empty ones" {
  cd "$BATS_TEST_TMPDIR"
  start_sink
  bench roundtrip -n 100 -o result.json
  assert_status 0
  jq -c '.version = 99' result.json >later.json
  jq -c 'del(.version)' result.json >none.json
  head -c 1000 result.json >cut.json
  : >empty.json
  jq -c '.latencies.received_from_due.hdr_histogram = "HISTFAAA"' result.json >damaged.json
  local file
  for file in later none cut empty damaged; do
    for command in "report $file.json -o page.html" "merge result.json $file.json" "compare result.json $file.json" \
      "publish --calibration $file.json"; do
      # shellcheck disable=SC2086 # words
      run --separate-stderr mqtt-bench $command
      assert_status 8
      assert_contains "$stderr" "$file.json"
    done
  done
  [[ ! -e page.html ]]
  run --separate-stderr mqtt-bench report later.json
  assert_contains "$stderr" "version 99"
}

@test "options that are impossible together are exit 2 and one line" {
  local arguments
  while read -r arguments; do
    eval "run --separate-stderr mqtt-bench $arguments"
    assert_status 2
    assert_equal "${#stderr_lines[@]}" 1
  done <<'CASES'
roundtrip --size 31
roundtrip -m short
search --slo 'p99<5ms' --size 4
search
connect --assert 'rate>5/s'
publish --assert 'p99<5ms'
publish --assert 'p99<<5ms'
subscribe -t a --assert 'loss=0'
subscribe
publish -t 'a/#'
publish --duration 0
publish -c 2 -i one
roundtrip -t 'a{n}' --subscribers 3
connect --start-at tomorrow
compare one.json
CASES
}

@test "SIGTERM in the middle keeps what was measured and marks it" {
  start_sink
  start_bench roundtrip -q 1 --rate 500/s --duration 60s
  after_intervals 3
  kill -TERM "$run_pid"
  finish run
  assert_status 143
  assert_equal "$(of_result .interrupted)" true
  assert_contains "$(of_result '.warnings[].name')" incomplete
  (($(of_result .counters.received) > 0))
  (($(of_result '.intervals | length') >= 4))
  assert_equal "$(of_result .delivery.lost)" 0
}
