# mqtt-sandbox as a person and as a script use it.
load helper

setup() {
  TMPDIR=$BATS_TEST_TMPDIR # to see what is left behind
  export TMPDIR
}

left_behind() { compgen -G "$BATS_TEST_TMPDIR/mqtt-sandbox-*"; }

nothing_left() { ! left_behind; }

teardown() {
  stop_sandbox
  wait_until nothing_left
}

# For commands inside: ask the broker itself.
ask='mosquitto_pub -h 127.0.0.1 -t t -m m -q 1'

@test "the command's exit status is the sandbox's" {
  run -0 mqtt-sandbox -- true
  run -7 mqtt-sandbox -- sh -c 'exit 7'
  run -137 mqtt-sandbox -- sh -c 'kill -9 $$'
  run -127 mqtt-sandbox -- no-such-command
  assert_contains "$output" 'mqtt-sandbox: cannot run no-such-command: no such file or directory'
  run -126 mqtt-sandbox -- "$BATS_TEST_FILENAME"
  nothing_left
}

@test "options of the command are its own" {
  run -0 mqtt-sandbox printf '%s.' --help -u x
  assert_equal "$output" '--help.-u.x.'
}

@test "every listener answers, and the command finds it through its environment" {
  run -0 mqtt-sandbox -- sh -ec '
    for url in "$MQTT_URL" "$MQTT_SANDBOX_TCP_URL" "$MQTT_SANDBOX_TLS_URL" "$MQTT_SANDBOX_WS_URL" \
      "$MQTT_SANDBOX_WSS_URL" "$MQTT_SANDBOX_UNIX_URL"; do
      mqtt-pub --url "$url" -t t -m m -q 1
    done
    test -d "$MQTT_SANDBOX_DIR"
    grep -q running "$MQTT_SANDBOX_LOG"
    test "$(cat "$MQTT_SANDBOX_DIR/broker.pid")" = "$MQTT_SANDBOX_PID"'
}

@test "other programs can use it too" {
  run -0 mqtt-sandbox -- sh -c "$ask -p \$MQTT_SANDBOX_TCP_PORT"
  run -0 mqtt-sandbox -- sh -c "$ask -p \$MQTT_SANDBOX_TLS_PORT --cafile \$MQTT_SANDBOX_CAFILE"
}

@test "--transport chooses what MQTT_URL names" {
  for transport in tcp tls ws wss unix; do
    run -0 mqtt-sandbox --transport $transport -- sh -c 'mqtt-pub -t t -m m -q 1 && echo "$MQTT_URL"'
  done
  assert_contains "$output" unix:///
}

@test "with a user, nobody else comes in" {
  run -0 mqtt-sandbox -u 'ann b' -P 'p@ss/word%' -- sh -c 'mqtt-pub -t t -m m -q 1'
  run -0 mqtt-sandbox -u 'ann b' -P 'p@ss/word%' -- \
    sh -c 'mqtt-pub --url "$MQTT_SANDBOX_WSS_URL" -t t -m m -q 1'
  run -0 mqtt-sandbox -u ann -P pass -- \
    sh -c 'echo "$MQTT_TOOLBOX_USERNAME $MQTT_TOOLBOX_PASSWORD"'
  assert_equal "$output" 'ann pass'
  run mqtt-sandbox -u ann -P pass -- sh -c "$ask -p \$MQTT_SANDBOX_TCP_PORT"
  assert_contains "$output" 'not authorised'
}

@test "several users, each with rights of its own" {
  run -0 mqtt-sandbox --user ann:a --user bob:b --acl-line 'user ann' --acl-line 'topic readwrite #' \
    --acl-line 'user bob' --acl-line 'topic read home/#' -- bash -ec '
    mqtt-pub -r -t home/a -m seen -q 1
    mqtt-pub -r -t other -m hidden -q 1
    bob="$MQTT_SANDBOX_TCP_PORT -u bob -P b"
    unset MQTT_URL MQTT_TOOLBOX_USERNAME MQTT_TOOLBOX_PASSWORD
    mqtt-sub -h 127.0.0.1 -p $bob --retained-only -t home/a -t other -v
    mqtt-pub -h 127.0.0.1 -p $bob -V 5 -t home/a -m no -q 1 || echo "status $?"
    mqtt-pub -h 127.0.0.1 -p $MQTT_SANDBOX_TCP_PORT -u bob -P a -t home/a -m no || echo "status $?"'
  assert_contains "$output" 'home/a seen'
  [[ $output != *hidden* ]]
  assert_contains "$output" 'status 6'
  assert_contains "$output" 'status 4'
  run -2 mqtt-sandbox --user ann -- true
  assert_contains "$output" NAME:PASSWORD
}

@test "a broker that wants client identifiers, or lets in nobody the sandbox knows, is ready too" {
  run -0 mqtt-sandbox --client-identifiers -- bash -c '
    mqtt-pub -i me -t t -m m -q 1 || exit 1
    mqtt-pub -V 5 -t t -m m -q 1; echo "status $?"'
  assert_contains "$output" 'status 4'
  run -0 mqtt-sandbox --config-line 'allow_anonymous false' -- bash -c 'mqtt-pub -t t -m m; echo "status $?"'
  assert_contains "$output" 'status 4'
}

@test "--realistic has the queue of a stock broker, without it nothing is dropped" {
  local ask='for n in 1 2 3 4; do seq 500 | mqtt-pub -l -q 1 -t t; done
    mqtt-sub -c -i kept -t t -q 1 --idle-timeout 1 | wc -l'
  run -0 mqtt-sandbox -- bash -c "mqtt-sub -c -i kept -t t -q 1 -E; $ask"
  assert_equal "$output" 2000
  run -0 mqtt-sandbox --realistic -- bash -c "mqtt-sub -c -i kept -t t -q 1 -E; $ask"
  ((output < 2000))
}

# many_open PORT: 60 QoS 2 messages of a 3.1.1 client, none of them released; how many are taken.
many_open() {
  exec {broker}<>"/dev/tcp/127.0.0.1/$1"
  printf '\x10\x0f\0\4MQTT\4\2\0\x3c\0\3abc' >&"$broker"
  for id in {1..60}; do printf '\x34\x06\0\1t\0%bx' "\\x$(printf %x "$id")" >&"$broker"; done
  timeout 60 head -c 244 <&"$broker" | tail -c 240 | wc -c
}

@test "a 3.1.1 client may have many QoS 2 messages open, as with a stock broker" {
  export -f many_open
  for kind in '' --realistic; do
    run -0 mqtt-sandbox $kind -- bash -c 'many_open $MQTT_SANDBOX_TCP_PORT'
    assert_equal "$output" 240
  done
}

@test "a sandbox inside a sandbox knows nothing of the outer one" {
  run -0 mqtt-sandbox -u ann -P pass -- mqtt-sandbox -- \
    sh -c 'mqtt-pub -t t -m m -q 1 && echo "${MQTT_TOOLBOX_USERNAME-nobody}"'
  assert_equal "$output" nobody
}

@test "what the environment says of another broker is not passed on, the rest is" {
  MQTT_TOOLBOX_HOST=other MQTT_TOOLBOX_PORT=1 MQTT_TOOLBOX_TLS=yes MQTT_TOOLBOX_PROTOCOL_VERSION=311 \
    run -0 mqtt-sandbox -- sh -c 'mqtt-pub -t t -m m -q 1 --trace 2>&1'
  assert_contains "$output" 3.1.1
}

@test "limits reach the broker" {
  run -0 mqtt-sandbox --max-qos 1 --no-retain --receive-maximum 2 --max-packet-size 1000 \
    --topic-alias-max 3 --max-keepalive 30 -- \
    sh -c 'mqtt-sub -t t -E -V 5 --trace=json 2>&1 | grep CONNACK'
  for part in '"maximum_qos":1' '"retain_available":0' '"receive_maximum":2' \
    '"maximum_packet_size_bytes":1000' '"topic_alias_maximum":3' '"server_keep_alive_s":30'; do
    assert_contains "$output" "$part"
  done
}

@test "what Mosquitto cannot do is refused, with the reason" {
  run -2 mqtt-sandbox --max-keepalive 9 -- true
  assert_contains "$output" 'below 10 seconds'
  run -2 mqtt-sandbox --no-shared-subscriptions -- true
  assert_contains "$output" Mosquitto
  run -2 mqtt-sandbox -u ann -- true
  run -2 mqtt-sandbox --max-qos 3 -- true
}

@test "a broker that is missing or does not start is said plainly" {
  run -8 mqtt-sandbox --broker /no/such/mosquitto -- true
  assert_contains "$output" 'cannot run /no/such/mosquitto'
  run -8 mqtt-sandbox --config-line 'no_such_setting 1' -- true
  assert_contains "$output" 'mosquitto does not start: '
  assert_contains "$output" 'no_such_setting'
  nothing_left
}

@test "clients must show a certificate when told so" {
  run -0 mqtt-sandbox --client-certificates -- sh -c 'cd $MQTT_SANDBOX_DIR &&
    mqtt-pub --url $MQTT_SANDBOX_TLS_URL --cert client.crt --key client.key -t t -m m -q 1'
  run ! mqtt-sandbox --client-certificates -- \
    sh -c 'mqtt-pub --url $MQTT_SANDBOX_TLS_URL -t t -m m -q 1'
}

@test "a bad certificate is there for tests of clients" {
  for certificate in expired wrong-name; do
    run -5 mqtt-sandbox --certificate $certificate --transport tls -- mqtt-pub -t t -m m -q 1
  done
}

@test "without a command: addresses as JSON, and it stays until SIGTERM" {
  mkfifo "$BATS_TEST_TMPDIR/fifo"
  mqtt-sandbox >"$BATS_TEST_TMPDIR/fifo" 3>&- &
  local pid=$!
  read -r -t "$patience" line <"$BATS_TEST_TMPDIR/fifo"
  assert_equal "$(jq -r .type <<<"$line")" sandbox
  mqtt-pub --url "$(jq -r .tcp_url <<<"$line")" -t t -m m -q 1
  kill -TERM $pid
  status=0
  wait $pid || status=$?
  assert_status 143
  nothing_left
}

# in_sandbox SCRIPT: a sandbox in the background whose command writes a line when it runs.
in_sandbox() {
  mkfifo "$BATS_TEST_TMPDIR/up"
  start_in_background box env --default-signal=INT mqtt-sandbox -- \
    bash -c "$1; echo \$\$ \$MQTT_SANDBOX_PID >'$BATS_TEST_TMPDIR/up'; while :; do sleep 0.02; done"
  read -r -t "$patience" command_pid broker_pid <"$BATS_TEST_TMPDIR/up"
}

ended() { ! kill -0 "$1"; }

@test "signals go to the command, and its answer counts" {
  for signal in INT TERM HUP USR1; do
    in_sandbox "trap 'echo caught; exit 9' $signal"
    kill -$signal "$box_pid"
    finish box
    assert_status 9
    assert_equal "$output" caught
    rm "$BATS_TEST_TMPDIR/up"
  done
}

@test "nothing is left behind when the sandbox is killed" {
  in_sandbox :
  kill -KILL "$box_pid"
  wait_until nothing_left
  wait_until ended "$broker_pid"
  wait_until ended "$command_pid"
}

@test "nothing is left behind when the command is killed" {
  in_sandbox :
  kill -KILL "$command_pid"
  finish box
  assert_status 137
  nothing_left
  ended "$broker_pid"
}

@test "nothing is left behind when the janitor is killed" {
  in_sandbox "trap 'exit 3' TERM"
  kill -KILL "$(ps -o ppid= "$broker_pid")"
  wait_until ended "$broker_pid"
  kill -TERM "$box_pid"
  finish box
  assert_status 3
  assert_contains "$stderr" 'the broker ended'
  nothing_left
}

@test "a broker that dies is reported, and the command goes on" {
  run --separate-stderr -4 mqtt-sandbox -- sh -c 'kill -9 $MQTT_SANDBOX_PID; exit 4'
  in_sandbox "trap 'exit 5' TERM"
  kill -KILL "$broker_pid"
  wait_until grep 'killed by signal 9' "$BATS_TEST_TMPDIR/box.err"
  kill -TERM "$box_pid"
  finish box
  assert_status 5
}

@test "--restart and --persistence: the broker comes back at its address and remembers" {
  run -0 mqtt-sandbox --restart --persistence -- bash -ec '
    mqtt-pub -t t -m kept -q 1 -r
    kill -TERM $MQTT_SANDBOX_PID
    until [ "$(cat $MQTT_SANDBOX_DIR/broker.pid)" != $MQTT_SANDBOX_PID ]; do sleep 0.01; done
    until mqtt-sub -t t -C 1 -W 10 2>/dev/null; do sleep 0.01; done'
  assert_equal "$output" kept
}

@test "many sandboxes at once" {
  local pids=()
  for _ in 1 2 3 4 5 6 7 8; do
    mqtt-sandbox -- mqtt-pub -t t -m m -q 1 3>&- &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid"; done
}

@test "the password is not in the process list" {
  run -0 mqtt-sandbox -u ann -P verysecret -- ps -eo args
  run ! grep -q 'mqtt-sandbox.*verysecret' <<<"$output"
}
