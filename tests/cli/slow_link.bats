# A link on which bytes leave slowly: an answer that waits behind what this side sends is not late.
load helper

setup_file() { start_rule_breaker --maximum-packet-size 2MiB; }
teardown_file() { stop_rule_breaker; }
teardown() { stop_background; }

setup() {
  topic=test/$BATS_TEST_NUMBER
  start_in_background relay relay 127.0.0.1 127.0.0.1 "$BREAKER_PORT" 50000
  wait_until test -s "$BATS_TEST_TMPDIR/relay.out"
  MQTT_URL=mqtt://127.0.0.1:$(<"$BATS_TEST_TMPDIR/relay.out")
  export MQTT_URL
}

# Of 60 kB each.
large=$(printf '%60000s' '' | tr ' ' x)

@test "CONNACK: --connect-timeout counts from when the last of a large CONNECT left" {
  run -0 --separate-stderr mqtt-sub -t "$topic" -E --connect-timeout 1 -V 5 --will-topic "$topic" --will-payload "$large" \
    -D will user-property a "$large" -D will user-property b "$large"
  assert_equal "$stderr" ''
}

@test "CONNACK: auto does not take a large CONNECT for one that is not answered" {
  run -0 --separate-stderr mqtt-sub -t "$topic" -E --connect-timeout 1 -V auto --will-topic "$topic" --will-payload "$large" \
    -D will user-property a "$large" -D will user-property b "$large"
  assert_equal "$stderr" ''
}

@test "CONNACK: the load generator waits for a large CONNECT too" {
  run -0 --separate-stderr mqtt-bench connect -c 1 --hold 100ms --connect-timeout 1 -V 5 --reconnect-attempts 0 \
    --will-topic "$topic" --will-payload "$large" -D will user-property a "$large" -D will user-property b "$large"
}

@test "SUBACK: mqtt-sub --ack-timeout counts from when the last of many filters left" {
  local filters
  mapfile -t filters < <(seq -f "$topic/$(printf '%50s' '' | tr ' ' x)/%g" 2000)
  run -0 --separate-stderr mqtt-sub "${filters[@]/#/--topic=}" -E --ack-timeout 1
  assert_equal "$stderr" ''
}

@test "what many clears stand in front of is not late for mqtt-retain-clear" {
  local name
  name=$(printf '%100s' '' | tr ' ' x)
  seq -f "{\"topic\": \"$topic/$name/%g\", \"payload\": \"x\", \"retain\": true, \"qos\": 1}" 1000 |
    MQTT_URL=mqtt://127.0.0.1:$BREAKER_PORT mqtt-pub --from-json
  run -0 --separate-stderr mqtt-retain-clear --yes --ack-timeout 1 "$topic/#"
  assert_contains "$output$stderr" '1000 of 1000 retained messages cleared'
}

@test "a broker that is gone behind a slow link is still found out" {
  kill -STOP "$BREAKER_PID"
  run -3 --separate-stderr timeout 30 mqtt-sub -t "$topic" -E --connect-timeout 1
  kill -CONT "$BREAKER_PID"
  assert_contains "$stderr" 'did not answer CONNECT within 1 s'
}

@test "CONNACK: a check waits for a large CONNECT too" {
  run -0 --separate-stderr mqtt-will-test -V 5 --connect-timeout 1 --will-topic "$topic" --will-payload "$large" \
    -D will user-property a "$large" -D will user-property b "$large"
  assert_contains "$output" '1 pass'
}
