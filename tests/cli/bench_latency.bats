#!/usr/bin/env bats
# What mqtt-bench reports of latencies, held against what its null broker did on purpose.
load bench_helper

# A busy machine makes latencies longer, and stalls late, at any moment. So each run is paired with one
# of the same kind against a null broker without faults, whose percentile is what the machine adds; and
# each percentile has to be right in one of so many pairs.
tries=8

# start_sinks ARGUMENT...: one with these faults, at `port`, and one without any, at `plain_port`.
start_sinks() {
  start_in_background plain mqtt-bench sink
  wait_until grep -q port "$BATS_TEST_TMPDIR/plain.out"
  plain_port=$(jq -r .port <"$BATS_TEST_TMPDIR/plain.out")
  start_sink "$@"
}

# hold_to EXPECTED-JSON COMMAND ARGUMENT...: runs until each "HISTOGRAM.PERCENTILE" of EXPECTED was once
# within 1 % or 20 microseconds of its value, and what the same percentile is without faults.
hold_to() {
  local expected=$1 off='{}' try plain
  shift
  for ((try = 1; try <= tries; ++try)); do
    port=$plain_port bench "$@" --json
    assert_status 0
    not_under_sanitizers 'what they add is not the same in two runs'
    plain=$(field '.latencies | map_values(.percentiles_ns)')
    bench "$@" --json
    assert_status 0
    # What is beyond the tolerance, in nanoseconds; the least of all pairs so far.
    off=$(jq -c --argjson expected "$expected" --argjson off "$off" --argjson plain "$plain" '
      . as $run | $expected | with_entries(.key as $key | .value as $wanted | ($key / ".") as [$kind, $percentile]
        | $plain[$kind][$percentile] as $added
        | $run.latencies[$kind].percentiles_ns[$percentile] as $reported
        | .value = ([($reported - $wanted | fabs) - ([$wanted * 0.01, 20000] | max) - $added, $off[$key]]
            | map(values) | min))' <<<"$output")
    jq -e 'all(. <= 0)' <<<"$off" >/dev/null && return 0
  done
  echo "beyond 1 % and what the machine adds in each of $tries pairs, by ns: $off" >&2
  return 1
}

# all_at NS PERCENTILE...: for hold_to, of every histogram that a delay shows in.
all_at() {
  local nanoseconds=$1
  shift
  jq -cn --argjson ns "$nanoseconds" '[("received", "acknowledged") + "_from_" + ("due", "written")
    + "." + $ARGS.positional[] | {(.): $ns}] | add' --args "$@"
}

@test "a constant delay of 100 ms is what the lower percentiles say, within 1 %" {
  start_sinks --delay 100ms
  hold_to "$(all_at 100000000 p50 p75)" roundtrip -q 1 --rate 500/s --duration 1s
}

@test "a constant delay of 1 s is what every percentile says, within 1 %" {
  start_sinks --delay 1s
  hold_to "$(all_at 1000000000 p50 p75 p90 p95 p99 p99_9)" roundtrip -q 1 --rate 1000/s \
    --duration 1s
}

@test "no latency is shorter than the delay, by not a nanosecond" {
  start_sink --delay 5ms
  bench roundtrip -q 1 --rate 2000/s --duration 1s --json
  assert_status 0
  local key
  for key in received_from_due received_from_written acknowledged_from_due acknowledged_from_written; do
    assert_equal "$(field ".latencies.$key.count")" 2000
    (($(field ".latencies.$key.minimum_ns") >= 5000000))
  done
}

@test "a delayed CONNACK is a phase of its own" {
  start_sinks --connack-delay 200ms
  hold_to '{"connack.p50":200000000,"connack.p99":200000000}' connect -c 20 --hold 100ms
  local output
  bench connect -c 20 --hold 100ms --json
  (($(field .latencies.connack.minimum_ns) >= 200000000))
  (($(field .latencies.connect.percentiles_ns.p50) < 100000000))
}

# A broker that stalls for 100 ms in each second makes one message in ten wait, evenly from 100 ms down
# to nothing: of all latencies, the share above x is (100 ms - x) / 1 s.
@test "a stall of 100 ms a second: the corrected percentiles follow arithmetic, within 1 %" {
  start_sinks --stall 100ms
  hold_to '{"received_from_due.p95":50000000,
    "received_from_due.p99":90000000,"received_from_due.p99_9":99000000,
    "acknowledged_from_due.p95":50000000,"acknowledged_from_due.p99":90000000,
    "acknowledged_from_due.p99_9":99000000}' roundtrip -q 1 --rate 5000/s --inflight 200 \
    --duration 2s
}

@test "a stall of 100 ms a second: the uncorrected view hides it, and the report shows both" {
  start_sink --stall 100ms
  # No more than the window of 100 messages in 5000 was on its way when the broker stopped; the others
  # were not written before it went on.
  local try
  for ((try = 1; try <= tries; ++try)); do
    bench roundtrip -q 1 --rate 5000/s --inflight 100 --duration 2s --json -o "$BATS_TEST_TMPDIR/result.json"
    assert_status 0
    (($(field .latencies.received_from_written.maximum_ns) >= 99000000))
    (($(field .latencies.received_from_written.percentiles_ns.p95) < 25000000)) && break
  done
  (($(field .latencies.received_from_written.percentiles_ns.p95) < 25000000))
  (($(field .latencies.received_from_due.percentiles_ns.p95) >= 45000000))
  (($(field .latencies.lateness.percentiles_ns.p95) >= 25000000))
  assert_contains "$(field '.warnings[].name')" sends_late
  run -0 --separate-stderr mqtt-bench report "$BATS_TEST_TMPDIR/result.json"
  [[ $output =~ 'received from due'[^$'\n']*$'\n'[[:space:]]*uncorrected ]]
  [[ $output =~ 'acked from due'[^$'\n']*$'\n'[[:space:]]*uncorrected ]]
}

@test "a closed loop waits with the broker: the stall is one message in a window" {
  start_sink --stall 100ms
  # A stall begins in each second, however late, and has its full length.
  bench publish -q 1 --rate max --inflight 10 --duration 2s --json
  assert_status 0
  assert_equal "$(field .setup.loop)" closed
  (($(field .latencies.acknowledged_from_due.percentiles_ns.p90) < 50000000))
  (($(field .latencies.acknowledged_from_due.maximum_ns) >= 99000000))
}
