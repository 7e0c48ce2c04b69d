# What mqtt-will-test says of real brokers: every case that is not a pass is written down here.

load checks

setup_file() { start_brokers mosquitto rabbitmq ejabberd; }
teardown_file() { stop_brokers; }

# Mosquitto looks for silent clients every 5 s.
@test "mosquitto, MQTT 5.0" {
  differs_in mosquitto mqtt-will-test -V 5 <<END
?deviates silence
deviates take-over-reason
deviates delay-and-clean-start
fail delay-without-session
fail disconnect-with-error
END
}

@test "mosquitto, MQTT 3.1.1" {
  differs_in mosquitto mqtt-will-test -V 311 <<END
?deviates silence
END
}

@test "rabbitmq, MQTT 3.1.1" {
  differs_in rabbitmq mqtt-will-test <<END
?deviates silence
deviates flawed-disconnect
fail protocol-error
fail take-over
fail wildcard-topic
END
}

@test "ejabberd, MQTT 5.0" {
  differs_in ejabberd mqtt-will-test -V 5 <<END
fail too-big-for-receiver
END
}

@test "ejabberd, MQTT 3.1.1" { differs_in ejabberd mqtt-will-test -V 311 </dev/null; }

@test "a will of one's own: whether, when and how it came" {
  need mosquitto
  run mqtt-will-test -h 127.0.0.1 -p "$(door mosquitto)" --witness native --json --will-topic a/b \
    --will-payload gone --will-qos 1 --will-retain --cut fin
  [ "$status" -eq 0 ]
  jq -e 'select(.type == "finding") | .case == "fin" and .verdict == "pass" and .after_us < 2000000 and
         .observed == "came at QoS 1, and stayed retained until it was cleared"' <<<"${lines[0]}"
}

@test "a will of one's own leaves alone what was retained before, when it does not come" {
  need mosquitto
  mqtt-pub -h 127.0.0.1 -p "$(door mosquitto)" -t c/d -m before -r -q 1
  run mqtt-will-test -h 127.0.0.1 -p "$(door mosquitto)" --will-topic c/d --will-retain --cut disconnect
  [ "$status" -eq 0 ]
  [ "$(mqtt-sub -h 127.0.0.1 -p "$(door mosquitto)" -t c/d -C 1 -W 10)" = before ]
}

@test "--kick: a command that ends the connection" {
  need mosquitto
  local at
  at="-h 127.0.0.1 -p $(door mosquitto)"
  # shellcheck disable=SC2016,SC2086 # the tool's own shell expands it; options
  mqtt-will-test $at --json --case kick \
    --kick "mqtt-pub $at"' -i "$MQTT_CLIENT_ID" -t elsewhere -m x; echo said' \
    >"$BATS_TEST_TMPDIR/json" 2>"$BATS_TEST_TMPDIR/said"
  [ "$(jq -s 'map(select(.verdict == "pass")) | length' "$BATS_TEST_TMPDIR/json")" -eq 6 ]
  [ "$(grep -c '^said$' "$BATS_TEST_TMPDIR/said")" -eq 6 ]
}

# own_will OPTION...: a will of one's own to home/stove at the broker `mosquitto`.
own_will() {
  mqtt-will-test -h 127.0.0.1 -p "$(door mosquitto)" --witness native --will-topic home/stove --will-payload gone \
    --will-retain "$@"
}

stove() { mqtt-sub -V 5 -h 127.0.0.1 -p "$(door mosquitto)" -t home/stove --retained-only --json -q 2 -x 0; }

retain_stove() {
  mqtt-pub -V 5 -h 127.0.0.1 -p "$(door mosquitto)" -t home/stove -r -q 2 -s -D publish content-type text/plain \
    -D publish user-property a 1 -D publish user-property b 2 -D publish message-expiry-interval 3600
}

without_time() { jq -c 'del(.time, .time_s, .message_expiry_interval_s, .packet_identifier)'; }

@test "a will of one's own: what the topic retained before is put back, with its properties" {
  need mosquitto
  local before cut
  printf 'on\0\n' | retain_stove
  before=$(stove | without_time)
  for cut in rst kill take-over; do
    run own_will --cut "$cut"
    [ "$status" -eq 0 ]
    [[ $output == *"and stayed retained until the earlier value was put back"* ]]
    [ "$(stove | without_time)" = "$before" ]
    [ "$(stove | jq '.message_expiry_interval_s | . <= 3600 and . > 3400')" = true ]
  done
}

@test "a will of one's own, interrupted: what the topic retained before is put back" {
  need mosquitto
  local before cut
  echo on | retain_stove
  before=$(stove | without_time)
  for cut in silence rst; do
    env --default-signal=INT mqtt-will-test -h 127.0.0.1 -p "$(door mosquitto)" --witness native --will-topic home/stove \
      --will-payload gone --will-retain --cut "$cut" -k 20 -V 5 --trace 2>"$BATS_TEST_TMPDIR/trace" >"$BATS_TEST_TMPDIR/out" 3>&- &
    until grep -q 'CONNECT.*home/stove' "$BATS_TEST_TMPDIR/trace"; do sleep 0.05; done
    kill -INT $!
    status=0
    wait $! || status=$?
    [ "$status" -eq 130 ]
    [ "$(stove | without_time)" = "$before" ]
  done
}

@test "a will of one's own under MQTT 3.1.1: what cannot be put back is said before" {
  need mosquitto
  echo on | retain_stove
  run own_will -V 311
  [ "$status" -eq 0 ]
  [[ $output == "mqtt-will-test: MQTT 3.1.1 shows no properties: those of the message that home/stove retains"* ]]
  [ "$(stove | jq -r .payload)" = on ]
}

@test "mosquitto without QoS 2 and without retained messages: unsupported, not inconclusive" {
  local tool
  for tool in mqtt-will-test mqtt-qos-test mqtt-share-test mqtt-probe; do
    mqtt-sandbox --max-qos 1 --no-retain -- sh -c "$tool"' -V 5 --json -L "$MQTT_SANDBOX_TCP_URL"' \
      >"$BATS_TEST_TMPDIR/json" || true
    jq -se 'any(.type == "summary")' "$BATS_TEST_TMPDIR/json"
    run jq -r 'select(.verdict == "inconclusive") | "\(.case): \(.observed)"' "$BATS_TEST_TMPDIR/json"
    [ "$output" = "" ]
  done
}

@test "a broker that lets in nobody without a client identifier" {
  local tool
  local -A case=([mqtt-will-test]=rst [mqtt-qos-test]=at-least-once [mqtt-share-test]=served [mqtt-probe]=ping)
  for tool in "${!case[@]}"; do
    run mqtt-sandbox --client-identifiers -- sh -c "$tool -V 311 --case ${case[$tool]}"' -L "$MQTT_SANDBOX_TCP_URL"'
    [ "$status" -eq 0 ]
  done
}

@test "rights below a prefix only: nothing fails that does not fail with all rights" {
  local tool all=$BATS_TEST_TMPDIR/all some=$BATS_TEST_TMPDIR/some
  echo 'topic readwrite mine/#' >"$BATS_TEST_TMPDIR/acl"
  for tool in mqtt-qos-test mqtt-share-test mqtt-probe; do
    mqtt-sandbox -- sh -c "$tool"' -V 311 --json -L "$MQTT_SANDBOX_TCP_URL"' >"$all" || true
    mqtt-sandbox --config-line "acl_file $BATS_TEST_TMPDIR/acl" -- \
      sh -c "$tool"' -V 311 --json --topic-prefix mine/checks -L "$MQTT_SANDBOX_TCP_URL"' >"$some" || true
    run comm -13 <(unhappy "$all") <(unhappy "$some")
    [ "$output" = "" ]
  done
}

# unhappy FILE: the cases that failed or are inconclusive, but for the one that may be either.
unhappy() {
  jq -r 'select(.verdict | IN("fail", "inconclusive")).case | select(startswith("full-window") | not)' "$1" | sort
}

# sessions: those that the broker keeps for clients that are away.
sessions() { mqtt-sub -L "$MQTT_SANDBOX_TCP_URL" -t '$SYS/broker/clients/disconnected' -C 1 -W 10; }

@test "no session is left behind, not even by an interrupted run" {
  local version
  start_sandbox sandbox --config-line 'sys_interval 1'
  MQTT_SANDBOX_TCP_URL=$(of sandbox tcp_url)
  for version in 311 5; do
    mqtt-qos-test -V "$version" -L "$MQTT_SANDBOX_TCP_URL" --case-timeout 400ms >"$BATS_TEST_TMPDIR/out" || true
    env --default-signal=INT mqtt-qos-test -V "$version" -L "$MQTT_SANDBOX_TCP_URL" --json >"$BATS_TEST_TMPDIR/out" 3>&- &
    until grep -q finding "$BATS_TEST_TMPDIR/out"; do sleep 0.01; done
    kill -INT $!
    wait $! || true
    until [ "$(sessions)" = 0 ]; do sleep 0.2; done
  done
  stop_sandboxes
}
