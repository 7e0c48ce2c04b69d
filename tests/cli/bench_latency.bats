#!/usr/bin/env bats
# What mqtt-bench reports of latencies, held against what its null broker did on purpose.
load bench_helper

# A busy machine makes a latency longer now and then, never the arithmetic: every percentile has to be
# right in one of so many runs.
tries=8

# hold_to EXPECTED-JSON SHARE FLOOR-NS COMMAND ARGUMENT...: runs until each "HISTOGRAM.PERCENTILE" of
# EXPECTED was once reported within SHARE of what is expected, or within FLOOR-NS if that is more.
hold_to() {
  local expected=$1 share=$2 floor=$3 closest='{}' try
  shift 3
  for ((try = 1; try <= tries; ++try)); do
    bench "$@" --json
    assert_status 0
    closest=$(jq -c --argjson expected "$expected" --argjson before "$closest" '
      . as $run | $expected | with_entries(.key as $key | .value as $wanted
        | .value = ([$before[$key], ($run.latencies[$key / "." | .[0]].percentiles_ns[$key / "." | .[1]])]
            | map(values) | min_by((. - $wanted) | fabs)))' <<<"$output")
    run -0 jq -rn --argjson expected "$expected" --argjson closest "$closest" --argjson share "$share" \
      --argjson floor "$floor" '[$expected | to_entries[]
        | ($closest[.key] - .value) as $off | select(($off | fabs) > ([.value * $share, $floor] | max))
        | "\(.key): \($closest[.key]) ns, not \(.value) ns"] | join("; ")'
    [[ -n $output ]] || return 0
  done
  echo "in none of $tries runs: $output" >&2
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
  start_sink --delay 100ms
  hold_to "$(all_at 100000000 p50 p75)" 0.01 20000 roundtrip -q 1 --rate 500/s --duration 1s
}

@test "a constant delay of 1 s is what every percentile says, within 1 %" {
  start_sink --delay 1s
  hold_to "$(all_at 1000000000 p50 p75 p90 p95 p99 p99_9)" 0.01 20000 roundtrip -q 1 --rate 1000/s \
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
  start_sink --connack-delay 200ms
  hold_to '{"connack.p50":200000000,"connack.p99":200000000}' 0.01 20000 connect -c 20 --hold 100ms
  local output
  bench connect -c 20 --hold 100ms --json
  (($(field .latencies.connack.minimum_ns) >= 200000000))
  (($(field .latencies.connect.percentiles_ns.p50) < 100000000))
}

# A broker that stalls for 100 ms in each second makes one message in ten wait, evenly from 100 ms down
# to nothing: of all latencies, the share above x is (100 ms - x) / 1 s.
@test "a stall of 100 ms a second: the corrected percentiles follow arithmetic, within 1 %" {
  start_sink --stall 100ms
  hold_to '{"received_from_due.p95":50000000,
    "received_from_due.p99":90000000,"received_from_due.p99_9":99000000,
    "acknowledged_from_due.p95":50000000,"acknowledged_from_due.p99":90000000,
    "acknowledged_from_due.p99_9":99000000}' 0.01 20000 roundtrip -q 1 --rate 5000/s --inflight 200 \
    --duration 2s
}

@test "a stall of 100 ms a second: the uncorrected view hides it, and the report shows both" {
  start_sink --stall 100ms
  bench roundtrip -q 1 --rate 5000/s --inflight 100 --duration 2s --json -o "$BATS_TEST_TMPDIR/result.json"
  assert_status 0
  # No more than the window of 100 messages in 5000 was on its way when the broker stopped; the others
  # were not written before it went on.
  (($(field .latencies.received_from_due.percentiles_ns.p95) >= 49000000))
  (($(field .latencies.received_from_written.percentiles_ns.p95) < 25000000))
  (($(field .latencies.received_from_written.maximum_ns) >= 99000000))
  (($(field .latencies.lateness.percentiles_ns.p95) >= 25000000))
  assert_contains "$(field '.warnings[].name')" sends_late
  run -0 --separate-stderr mqtt-bench report "$BATS_TEST_TMPDIR/result.json"
  [[ $output =~ 'received from due'[^$'\n']*$'\n'[[:space:]]*uncorrected ]]
  [[ $output =~ 'acked from due'[^$'\n']*$'\n'[[:space:]]*uncorrected ]]
}

@test "a closed loop waits with the broker: the stall is one message in a window" {
  start_sink --stall 100ms
  bench publish -q 1 --rate max --inflight 10 --duration 1s --json
  assert_status 0
  assert_equal "$(field .setup.loop)" closed
  (($(field .latencies.acknowledged_from_due.percentiles_ns.p90) < 50000000))
  (($(field .latencies.acknowledged_from_due.maximum_ns) >= 99000000))
}
