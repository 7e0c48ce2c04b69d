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

# scripted STEPS: the broker of tests/support at `port`; it has one connection at a time.
scripted() {
  start_scripted_broker "$1"
  port=$scripted_port
}

@test "what a limit of the broker forbids is an error: told, counted, and exit 6" {
  local limit words arguments
  while IFS=: read -r limit words arguments; do
    scripted "expect CONNECT; send CONNACK $limit; auto"
    # shellcheck disable=SC2086 # words
    bench publish -n 10 $arguments -o "$BATS_TEST_TMPDIR/result.json"
    assert_status 6
    assert_contains "$output" "errors: 1: 1 x "
    assert_contains "$(tr -s ' \n' ' ' <<<"$output")" "$words"
    assert_equal "$(of_result .whole_run.refused_here)" 1
    assert_equal "$(of_result .whole_run.sent)" 0
  done <<'CASES'
maximum-qos=1:at most QoS 1:-q 2
maximum-qos=1:QoS 2 (the broker offers QoS 1), 64 bytes:-q 2 --rate 100/s
retain-available=0:no retained messages:-r
maximum-packet-size=60:Maximum Packet Size:-q 0
CASES
  scripted 'expect CONNECT; send CONNACK maximum-qos=1; auto'
  bench publish -n 10 -q 2 --assert errors=0
  assert_status 6
  assert_contains "$output" "errors=0 NOT MET: errors was 1"
}

@test "of payloads of different sizes those that are too large for the broker are left out" {
  scripted 'expect CONNECT; send CONNACK maximum-packet-size=100; auto'
  head -c 300 /dev/zero >"$BATS_TEST_TMPDIR/large"
  head -c 40 /dev/zero >"$BATS_TEST_TMPDIR/small"
  bench publish -n 100 --payload-file "$BATS_TEST_TMPDIR/small" --payload-file "$BATS_TEST_TMPDIR/large" --json
  assert_status 6
  assert_equal "$(field .whole_run.sent)" 50
  assert_equal "$(field .whole_run.refused_here)" 50
  finish scripted
  assert_status 0
  assert_equal "$(grep -c ^PUBLISH <<<"$output")" 50
}

@test "a refused subscription is an error: told, counted, and exit 6" {
  scripted 'expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0x87; silence'
  bench subscribe -t a --duration 200ms --assert errors=0
  assert_status 6
  assert_contains "$output" "errors: 1: 1 x the broker refused a subscription: Not authorized"
  assert_contains "$output" "errors=0 NOT MET: errors was 1"
}

@test "what was never acknowledged is told, and exit 1" {
  scripted 'expect CONNECT; send CONNACK; expect PUBLISH; send PUBACK id=last; silence'
  bench publish -q 1 -n 20 --drain 200ms
  assert_status 1
  assert_contains "$output" "errors: 19: 19 x no acknowledgement"
  scripted 'expect CONNECT; send CONNACK; silence'
  bench publish -q 1 -n 20 --drain 200ms -o "$BATS_TEST_TMPDIR/result.json"
  assert_status 1
  [[ $output =~ acknowledged\ +0\  ]]
  assert_equal "$(of_result .whole_run.unacknowledged)" 20
  (($(of_result .latencies.acknowledged_from_due.percentiles_ns.p50) >= 200000000))
}

# foreign N: the intervals so far hold that many messages of others.
foreign() { (($(jq -s 'map(.counters.foreign) | add' "$BATS_TEST_TMPDIR/run.out") == $1)); }

@test "a roundtrip counts its own messages; those of others stand beside them" {
  start_sink
  start_bench roundtrip --rate 200/s --duration 60s
  bench publish -n 300 -q 1 -t bench/0
  assert_status 0
  bench publish -n 100 -q 1 -t bench/0 -m plain
  assert_status 0
  wait_until foreign 400
  kill -INT "$run_pid"
  finish run
  assert_status 130
  assert_equal "$(of_result .whole_run.foreign)" 400
  assert_equal "$(of_result .whole_run.received)" "$(of_result .whole_run.sent)"
  run -0 --separate-stderr mqtt-bench report "$BATS_TEST_TMPDIR/result.json"
  assert_contains "$output" "foreign: 400"
}

@test "a search says why it stepped down, and a refusal is exit 6" {
  start_mosquitto 'max_qos 1'
  bench search --slo 'p99<5s' -q 2 --first-rate 2/s --duration 200ms --drain 200ms
  assert_status 6
  assert_equal "$(grep -c 'does not hold: nothing was measured; errors: .*at most QoS 1' <<<"$output")" 2
  bench search --slo 'p99<5s' -q 2 --first-rate 2/s --duration 200ms --drain 200ms --json
  assert_status 6
  assert_contains "$(head -n 1 <<<"$output" | jq -r .why)" "at most QoS 1"
}

@test "a sink without descriptors says so, and goes on when there are some" {
  start_in_background sink bash -c 'ulimit -n 40; exec mqtt-bench sink'
  wait_until grep -q port "$BATS_TEST_TMPDIR/sink.out"
  port=$(jq -r .port <"$BATS_TEST_TMPDIR/sink.out")
  start_in_background run mqtt-bench connect -V 5 -h 127.0.0.1 -p "$port" -c 60 --hold 60s --connect-timeout 60s
  wait_until grep -q "no descriptor is left for another connection" "$BATS_TEST_TMPDIR/sink.err"
  assert_contains "$(<"$BATS_TEST_TMPDIR/sink.err")" "the limit is 40"
  assert_equal "$(wc -l <"$BATS_TEST_TMPDIR/sink.err")" 1
  kill -INT "$run_pid"
  finish run
  bench publish -n 1
  assert_status 0
  stop_sink
  (($(field .out_of_files "$account") > 0))
}

# in_small_network STEPS: in a network of its own with a hundred local ports and a null broker.
in_small_network() {
  unshare -rn bash -c 'ip link set lo up && echo "40000 40099" >/proc/sys/net/ipv4/ip_local_port_range' 2>/dev/null ||
    skip "no network of one's own here"
  run --separate-stderr unshare -rn bash -c '
    ip link set lo up
    echo "40000 40099" >/proc/sys/net/ipv4/ip_local_port_range
    rm -f sink.out
    mqtt-bench sink --listen-port 1883 >sink.out &
    until [[ -s sink.out ]]; do sleep 0.01; done
    '"$1"'
    status=$?
    kill %1
    exit $status'
}

@test "beyond half of the local ports, connects to the loopback network take more addresses" {
  cd "$BATS_TEST_TMPDIR"
  in_small_network 'mqtt-bench connect -V 5 -h 127.0.0.1 -c 120 --hold 100ms -o three.json'
  assert_status 0
  assert_contains "$output" "120 clients from 3 addresses of 127.0.0.0/8"
  assert_equal "$(jq .setup.loopback_addresses three.json)" 3
  [[ $(<three.json) != *few_ports* ]]
  in_small_network 'mqtt-bench connect -V 5 -h 127.0.0.1 -c 80 --source-address 127.0.0.1 --hold 100ms -o one.json'
  assert_status 0
  assert_equal "$(jq .setup.loopback_addresses one.json)" 0
  assert_contains "$(jq -r '.warnings[].mend' one.json)" "--source-address"
  in_small_network 'mqtt-bench connect -V 5 -h 127.0.0.1 -c 50 --hold 100ms --json'
  assert_status 0
  assert_equal "$(field .setup.loopback_addresses)" 0
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

# count_runs: a command that says how often it ran, which is what it prints.
count_runs() {
  runs=$BATS_TEST_TMPDIR/runs
  printf -v command 'echo x >>%q; wc -l <%q' "$runs" "$runs"
}
times_run() { wc -l <"$runs"; }

@test "a password that a command prints is asked for once while the broker takes it" {
  start_sink
  count_runs
  bench connect -c 200 --hold 100ms -u ann --password-command "$command"
  assert_status 0
  assert_equal "$(times_run)" 1
}

@test "when many connections are refused for their password its command runs once more, not for each" {
  start_sink --refuse 2 --refuse-reason not-authorized # each second CONNECT, whatever the password
  count_runs
  bench connect -c 200 --hold 100ms -u ann --password-command "$command" --reconnect-attempts 0 --json
  assert_status 4
  assert_equal "$(times_run)" 2
  # Of those that were refused with the first password some are not with the second one.
  (($(field .clients_connected) > 100))
}

@test "a broker that takes the first password for a while only: the next one is used" {
  local version code
  for version in 5:135 5:134 311:5 311:4; do
    code=${version#*:}
    count_runs
    rm -f "$runs"
    start_scripted_broker "accept; expect CONNECT password=1; send CONNACK; reset
      accept; expect CONNECT password=1; send CONNACK code=$code; close
      accept; expect CONNECT password=2; send CONNACK; auto until=DISCONNECT"
    run -0 --separate-stderr mqtt-bench connect -h 127.0.0.1 -p "$scripted_port" -c 1 --hold 1s -V "${version%:*}" -u ann \
      --password-command "$command" --reconnect-attempts 1 --reconnect-delay 10ms
    assert_equal "$(times_run)" 2
    finish scripted
    assert_status 0
  done
}

@test "a command that fails to print the next password is told once, and the refusal counts" {
  start_sink --refuse 2 --refuse-reason not-authorized
  local command
  printf -v command 'test ! -e %q || exit 3; touch %q; echo p' "$BATS_TEST_TMPDIR/ran" "$BATS_TEST_TMPDIR/ran"
  bench connect -c 20 --connect-rate 200/s --hold 100ms -u ann --password-command "$command" --reconnect-attempts 0 --json
  assert_status 4
  assert_equal "$(grep -c 'exited with 3' <<<"$stderr")" 1
  assert_equal "$(field .clients_connected)" 10
}

@test "a signal ends a run that waits for the command that prints the password" {
  start_sink --refuse 2 --refuse-reason not-authorized
  local ran=$BATS_TEST_TMPDIR/ran command
  printf -v command 'if test -e %q; then touch %q; exec sleep 1000; fi; touch %q; echo p' "$ran" "$ran.again" "$ran"
  start_bench connect -c 20 --connect-rate 200/s --hold 100ms -u ann --password-command "$command" --reconnect-attempts 0
  wait_until test -e "$ran.again"
  kill -TERM "$run_pid"
  finish run
  assert_status 143
}
