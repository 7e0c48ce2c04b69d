#!/usr/bin/env bats
# mqtt-bench against its own null broker, whose faults are known, and against mistakes.
load bench_helper

@test "without a command, or with a wrong one, it says what there is" {
  run --separate-stderr mqtt-bench
  assert_status 2
  assert_contains "$stderr" "COMMAND"
  run --separate-stderr mqtt-bench roundtrp
  assert_status 2
  assert_contains "$stderr" "did you mean roundtrip?"
  run --separate-stderr mqtt-bench --version
  assert_status 0
  assert_contains "$output" "mqtt-bench "
  run --separate-stderr mqtt-bench roundtrip --help
  assert_status 0
  assert_contains "$output" "--max-loss"
}

@test "no broker, and no name" {
  port=1
  bench publish --duration 1s
  assert_status 3
  assert_contains "$stderr" "127.0.0.1:1"
  run --separate-stderr mqtt-bench publish -V 5 -h no-such-host.invalid --duration 1s
  assert_status 3
  assert_contains "$stderr" "no-such-host.invalid"
}

@test "a result file that cannot be written is known before the run" {
  port=1
  bench publish -o /no/such/folder/result.json
  assert_status 8
  assert_contains "$stderr" "/no/such/folder/result.json"
}

@test "results of other versions, and what is no result" {
  cd "$BATS_TEST_TMPDIR"
  echo '{}' >none.json
  run --separate-stderr mqtt-bench report none.json
  ((status != 0))
  assert_contains "$stderr" none.json
  run --separate-stderr mqtt-bench report missing.json
  assert_status 8
  assert_contains "$stderr" missing.json
}

@test "every message of a roundtrip is counted" {
  start_sink
  bench roundtrip -q 1 -n 500 --rate 5k/s --publishers 2 --subscribers 3 --json
  assert_status 0
  assert_equal "$(field .delivery.expected)" 1500
  assert_equal "$(field .delivery.lost)" 0
  stop_sink
  assert_equal "$(field .received "$account")" 500
  assert_equal "$(field .sent "$account")" 1500
}

@test "-c stands for publishers and subscribers, as far as neither is given" {
  start_sink
  bench roundtrip -c 3 --rate 1k/s -n 90 --json
  assert_equal "$(jq -c '[.setup.publishers, .setup.subscribers]' <<<"$output")" '[3,3]'
  bench roundtrip -c 3 --publishers 2 --rate 1k/s -n 90 --json
  assert_equal "$(jq -c '[.setup.publishers, .setup.subscribers]' <<<"$output")" '[2,3]'
}

@test "losses, duplicates and reorderings are those that were made" {
  start_sink --drop 100 --duplicate 90 --swap 80
  bench roundtrip -q 0 -n 20000 --rate 20k/s --json
  local document=$output
  stop_sink
  assert_equal "$(field .delivery.lost "$document")" "$(field .dropped "$account")"
  assert_equal "$(field .delivery.duplicated "$document")" "$(field .duplicated "$account")"
  assert_equal "$(field .delivery.reordered "$document")" "$(field .swapped "$account")"
  (($(field .dropped "$account") == 200 && $(field .swapped "$account") > 0))
}

@test "a loss beyond the promise, or beyond what is allowed, is exit 1" {
  start_sink --drop 100
  bench roundtrip -q 1 -n 1000 --rate 5k/s --drain 200ms
  assert_status 1
  bench roundtrip -q 1 -n 1000 --rate 5k/s --drain 200ms --max-loss 2%
  assert_status 0
  bench roundtrip -q 0 -n 1000 --rate 5k/s --drain 200ms --assert loss=0
  assert_status 1
}

@test "refusals are counted by reason" {
  start_sink --refuse 2 --refuse-reason banned
  bench connect -c 10 --hold 300ms --reconnect-attempts 0 --json
  assert_status 4
  assert_equal "$(field .clients_connected)" 5
  stop_sink
  assert_equal "$(field .refused "$account")" 5
}

@test "SIGINT: what was measured is reported and marked" {
  start_sink
  start_in_background run mqtt-bench roundtrip -V 5 -h 127.0.0.1 -p "$port" --duration 60s \
    --interval-json --interval 100ms -o "$BATS_TEST_TMPDIR/result.json"
  wait_until grep -q bench_interval "$BATS_TEST_TMPDIR/run.out"
  kill -INT "$run_pid"
  finish run
  assert_status 130
  assert_equal "$(jq -r .interrupted "$BATS_TEST_TMPDIR/result.json")" true
}

@test "report, merge and compare read what a run wrote" {
  start_sink
  cd "$BATS_TEST_TMPDIR"
  local side n
  for side in before after; do
    mkdir $side
    for n in 1 2 3; do
      bench roundtrip -n 500 --rate 5k/s -o $side/$n.json
      assert_status 0
    done
  done
  run --separate-stderr mqtt-bench report before/1.json after/1.json -o page.html
  assert_status 0
  grep -q '<svg' page.html
  run --separate-stderr mqtt-bench merge before/1.json before/2.json
  assert_status 0
  assert_equal "$(field .delivery.expected)" 1000
  run --separate-stderr mqtt-bench compare before after --json
  assert_status 0
  assert_equal "$(field .type)" bench_comparison
}

@test "a search ends with a rate that holds" {
  start_sink
  bench search --slo 'p50<5s,loss=0' --first-rate 100/s --highest-rate 400/s --duration 300ms \
    --confirmations 1 --json
  assert_status 0
  assert_equal "$(tail -n 1 <<<"$output" | jq -r .rate_per_s)" 400
}

@test "calibrate measures without a broker, and a run states its share" {
  run --separate-stderr mqtt-bench calibrate --duration 300ms -o "$BATS_TEST_TMPDIR/limit.json"
  assert_status 0
  start_sink
  bench publish --rate 1000/s --duration 300ms --calibration "$BATS_TEST_TMPDIR/limit.json" --json
  assert_status 0
  (($(field '.calibrated_rate_per_s // .calibrated_rate | floor') > 1000))
}

@test "an engine other than the native one: few clients, the same result" {
  [[ -e $(dirname "$(command -v mqtt-bench)")/../lib/mqtt-toolbox/libmqtt-toolbox-paho.so ]] ||
    skip "the paho engine is not built"
  start_sink --route
  bench roundtrip --engine paho -c 2 -q 2 --rate 500/s -n 200 --json
  assert_status 0
  assert_equal "$(field .counters.acknowledged)" 200
  assert_equal "$(field .delivery.expected)" 200
  assert_equal "$(field .delivery.lost)" 0
  bench publish --engine paho -c 101 -n 1
  assert_status 2
  assert_contains "$stderr" "--engine: more than 100 clients"
  bench search --engine paho --slo 'p99<5ms'
  assert_status 2
  assert_contains "$stderr" "--engine: search"
}
