# The rule breaker that breaks no rule is a broker like any other: what its breaches are compared with.
load helper

setup_file() { start_rule_breaker --maximum-packet-size 2MiB; }
teardown_file() { stop_rule_breaker; }
teardown() { stop_background; }

# Each test has topics of its own.
setup() {
  topic=test/$BATS_TEST_NUMBER
  export MQTT_URL=mqtt://127.0.0.1:$BREAKER_PORT
}

@test "messages at each QoS, in both versions" {
  local version
  for version in 311 5; do
    start_subscriber sub -V $version -v -t "$topic/#" -q 2 -C 3
    for qos in 0 1 2; do run -0 mqtt-pub -V $version -t "$topic/$qos" -q $qos -m "at $qos"; done
    finish sub
    assert_status 0
    assert_equal "$output" "$topic/0 at 0"$'\n'"$topic/1 at 1"$'\n'"$topic/2 at 2"
  done
}

@test "a retained message, and one cleared" {
  run -0 mqtt-pub -r -t "$topic/a" -m kept
  run -0 mqtt-pub -r -t "$topic/b" -m cleared
  run -0 mqtt-pub -r -t "$topic/b" -n
  run -0 mqtt-sub -v -t "$topic/#" --retained-only
  assert_equal "$output" "$topic/a kept"
}

@test "the will of a client that is killed, after its delay" {
  start_subscriber witness -t "$topic/will" -q 1 -C 1
  start_subscriber victim -t "$topic" -x 60 --will-topic "$topic/will" --will-payload gone --will-qos 1 \
    --will-delay-interval 1
  local before=${EPOCHREALTIME/./}
  kill -KILL "$victim_pid"
  finish witness
  assert_equal "$output" gone
  ((${EPOCHREALTIME/./} - before >= 990000))
}

@test "no will after DISCONNECT" {
  start_subscriber witness -t "$topic/#" -q 1 -C 1
  start_subscriber victim -t "$topic/last" -C 1 --will-topic "$topic/will" --will-payload gone
  run -0 mqtt-pub -t "$topic/last" -m end
  finish victim
  finish witness
  assert_equal "$output" end
}

@test "a group gets each message once" {
  start_subscriber one -t "\$share/group/$topic" -q 1 -C 5
  start_subscriber two -t "\$share/group/$topic" -q 1 -C 5
  run -0 mqtt-pub -t "$topic" -q 1 -l < <(seq 10)
  finish one
  local of_one=$output
  finish two
  assert_equal "$(printf '%s\n' "$of_one" "$output" | sort -n)" "$(seq 10)"
}

@test "a session is kept with what comes for it" {
  local session=(-t "$topic" -q 2 -i "resume-$BATS_TEST_NUMBER" -c)
  start_subscriber before "${session[@]}" -C 1
  run -0 mqtt-pub -t "$topic" -q 2 -m first
  finish before
  run -0 mqtt-pub -t "$topic" -q 2 -l < <(seq 3)
  run -0 mqtt-sub "${session[@]}" -C 3
  assert_equal "$output" "$(seq 3)"
}

@test "it keeps the contract of a broker with its clients" {
  printf '{"name": "rule-breaker", "version": "1", "doors": {"tcp": %s}}' "$BREAKER_PORT" >"$BATS_TEST_TMPDIR/facts.json"
  run -0 --separate-stderr contract "$BATS_TEST_TMPDIR/facts.json" "$BATS_TEST_DIRNAME/../broker/contract"
  assert_equal "$(jq -r .verdict <<<"$output" | sort -u)" pass
}

@test "without descriptors for its loops the contract fails, and is not aborted" {
  not_under_sanitizers 'they need descriptors of their own'
  printf '{"name": "rule-breaker", "version": "1", "doors": {"tcp": %s}}' "$BREAKER_PORT" >"$BATS_TEST_TMPDIR/facts.json"
  run -1 --separate-stderr bash -c 'ulimit -n 50; exec contract "$@"' contract "$BATS_TEST_TMPDIR/facts.json" \
    "$BATS_TEST_DIRNAME/../broker/contract"
  assert_contains "$output" 'too many open files'
}

# publish_at_fault NAME KIND@N: in the background as NAME, at QoS 1, for a second at most.
publish_at_fault() {
  start_in_background "broken_$1" rule-breaker --fault "$2"
  wait_until test -s "$BATS_TEST_TMPDIR/broken_$1.out"
  start_in_background "$1" env -u MQTT_URL timeout -s KILL 1 \
    mqtt-pub -h 127.0.0.1 -p "$(<"$BATS_TEST_TMPDIR/broken_$1.out")" -t "$topic" -q 1 -m x
}

@test "a broker that fails as a whole acknowledges nothing any more" {
  local kind
  for kind in kill freeze garbage flood close truncate huge; do publish_at_fault $kind $kind@2; done
  publish_at_fault later kill@3 # CONNECT and PUBLISH are answered
  for kind in kill freeze garbage flood close truncate huge; do
    finish $kind
    ((status != 0)) || return 1
  done
  finish later
  assert_status 0
}

@test "each breach is named once, and no other name is taken" {
  run -0 rule-breaker --list
  assert_equal "$(cut -f1 <<<"$output" | sort | uniq -d)" ""
  (($(wc -l <<<"$output") >= 80))
  run -2 --separate-stderr rule-breaker --break no-such-rule
  assert_contains "$stderr" no-such-rule
}
