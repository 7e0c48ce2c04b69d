# What mqtt-will-test says of real brokers: every case that is not a pass is written down here.

load checks

setup_file() { start_brokers mosquitto rabbitmq ejabberd; }
teardown_file() { stop_brokers; }

# Mosquitto looks for silent clients every 5 s.
@test "mosquitto, MQTT 5.0" {
  differs_in mosquitto mqtt-will-test -V 5 <<END
?deviates silence
deviates take-over-reason
fail delay-and-clean-start
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
