# What can go wrong between a tool and its broker: each gets one clear line, the right exit status, and
# an end in bounded time.
# shellcheck disable=SC2030,SC2031 # each test has an environment of its own
load helper
export BATS_TEST_TIMEOUT=$((60 * slowness))

teardown() {
  stop_background
  stop_sandbox
}

start_small_broker() {
  start_scripted_broker "$1"
  export MQTT_URL=mqtt://127.0.0.1:$scripted_port
}

# assert_one_error TEXT...: standard error is one line of the tool that holds each text.
assert_one_error() {
  assert_equal "$(wc -l <<<"$stderr")" 1
  [[ $stderr == mqtt-* ]]
  for part in "$@"; do assert_contains "$stderr" "$part"; done
}

# each_tool STATUS STEPS TEXT...: both tools meet the same broker and say the same.
each_tool() {
  local expected=$1 steps=$2 command
  shift 2
  for command in 'mqtt-pub -t t -m m -q 1' 'mqtt-sub -t t'; do
    start_small_broker "$steps"
    # shellcheck disable=SC2086 # a command
    run "-$expected" --separate-stderr timeout 20 $command ${extra-}
    assert_equal "$output" ''
    assert_one_error "${command%% *}: " "$@"
    kill "$scripted_pid" 2>/dev/null || true
    finish scripted
  done
}

settled() {
  finish scripted
  assert_status 0
}

# has_seen COUNT TYPE: the broker has been sent that many.
has_seen() { (($(grep -c "^$2" "$BATS_TEST_TMPDIR/scripted.out") >= $1)); }

@test "no broker" {
  # The port of a broker that has ended.
  start_small_broker 'expect CONNECT; close'
  mqtt-pub -t t -m m 2>/dev/null || true
  finish scripted
  run -3 --separate-stderr mqtt-pub -t t -m m
  assert_one_error "cannot reach 127.0.0.1:$scripted_port" 'connection refused'
  run -3 --separate-stderr mqtt-sub -t t
  assert_one_error "127.0.0.1:$scripted_port" 'connection refused'
  run -3 --separate-stderr mqtt-pub -h no-such-host.invalid -t t -m m
  assert_one_error no-such-host.invalid
}

@test "a refused connection names the reason, the broker's words and the mend" {
  each_tool 4 'expect CONNECT; send CONNACK code=0x87 reason-string="members only"; expect CLOSE' \
    'refused the connection: Not authorized (0x87): members only; check the user name'
  extra='-V 311' each_tool 4 'expect CONNECT; send CONNACK code=4; expect CLOSE' \
    'refused the connection' 'return code 4' 'check the user name and the password'
}

@test "a wrong password" {
  start_sandbox -u ann -P secret
  MQTT_URL=mqtt://127.0.0.1:$MQTT_SANDBOX_TCP_PORT
  export WRONG=wrong
  run -4 --separate-stderr mqtt-pub -u ann --password-env WRONG -t t -m m
  assert_one_error 'refused the connection: Not authorized' 'check the user name'
  [[ $stderr != *wrong* ]]
  export WRONG=secret
  run -0 --separate-stderr mqtt-pub -u ann --password-env WRONG -t t -m m -q 1
}

@test "wrong topics and filters are refused before anything is sent" {
  export MQTT_URL=mqtt://127.0.0.1:1
  run -2 --separate-stderr mqtt-pub -t 'a/+/b' -m x
  assert_one_error --topic wildcard
  run -2 --separate-stderr mqtt-pub -t '' -m x
  assert_one_error --topic
  run -2 --separate-stderr mqtt-pub -t "$(head -c 70000 /dev/zero | tr '\0' a)" -m x
  assert_one_error --topic 65535
  ((${#stderr} < 400))
  run -2 --separate-stderr mqtt-sub -t 'a/#/b'
  assert_one_error --topic 'a/#/b'
  run -2 --separate-stderr mqtt-sub -t 'a+'
  assert_one_error --topic 'a+'
  run -2 --separate-stderr mqtt-sub -t "$(head -c 70000 /dev/zero | tr '\0' a)"
  assert_one_error --topic 65535
  run -2 --separate-stderr mqtt-pub -t $'a\xff' -m x
  assert_one_error --topic UTF-8
}

@test "a payload over the broker's maximum packet size names the limit" {
  start_sandbox --max-packet-size 2000
  run -6 --separate-stderr mqtt-pub -t a/b -q 1 -s < <(head -c 5000 /dev/zero)
  assert_one_error 'a/b' 2000
  # What fits is still published.
  run -6 --separate-stderr mqtt-pub --json -t a/b -q 1 -l < <(printf 'one\n'; head -c 5000 /dev/zero; printf '\ntwo\n')
  assert_equal "$(jq -sc '[.[] | select(.type == "published")] | length' <<<"$output")" 2
}

@test "a broker without the QoS or retained messages says so through the tool" {
  start_small_broker 'expect CONNECT; send CONNACK maximum-qos=1 retain-available=0; expect DISCONNECT'
  run -6 --separate-stderr mqtt-pub -t a -m x -q 2
  assert_one_error 'cannot publish to a' QoS
  settled
  start_small_broker 'expect CONNECT; send CONNACK maximum-qos=1 retain-available=0; expect DISCONNECT'
  run -6 --separate-stderr mqtt-pub -t a -m x -q 1 -r
  assert_one_error 'cannot publish to a' retain
  settled
}

@test "files that cannot be read" {
  export MQTT_URL=mqtt://127.0.0.1:1
  run -8 --separate-stderr mqtt-pub -t a -f /no/such/file
  assert_one_error /no/such/file 'no such file or directory'
  run -8 --separate-stderr mqtt-pub -t a -f /tmp
  assert_one_error /tmp 'is a directory'
  run -8 --separate-stderr mqtt-pub -t a -f "$BATS_TEST_FILENAME" -f /no/such/file
  assert_one_error /no/such/file
}

# nothing_but_x NAME: all that the subscriber was sent are bytes of the file.
nothing_but_x() { assert_equal "$(tr -d x <"$BATS_TEST_TMPDIR/$1.out" | wc -c)" 0; }

# Over and over, since so a payload is under way at any time.
@test "a file that becomes shorter while it is published is named, and nothing false is sent" {
  local url big=$BATS_TEST_TMPDIR/big
  start_sandbox
  for url in "$MQTT_SANDBOX_TCP_URL" "$MQTT_SANDBOX_TLS_URL" "$MQTT_SANDBOX_WS_URL"; do
    head -c 5000000 /dev/zero | tr '\0' x >"$big"
    start_subscriber sub -t big -N
    start_in_background pub mqtt-pub --url "$url" -t big -f "$big" --repeat 1000000
    wait_until test -s "$BATS_TEST_TMPDIR/sub.out"
    truncate -s 1000000 "$big"
    finish pub
    assert_status 8
    assert_contains "$stderr" "mqtt-pub: cannot publish $big: the file became shorter"
    kill "$sub_pid"
    finish sub
    nothing_but_x sub
  done
}

@test "standard input that cannot be read" {
  local option
  for option in -l -s --from-json; do
    start_small_broker 'auto until=DISCONNECT'
    run -8 --separate-stderr mqtt-pub -t a $option </tmp
    assert_one_error 'standard input' 'is a directory'
    settled
    start_small_broker 'auto until=DISCONNECT'
    run -8 --separate-stderr bash -c "exec mqtt-pub -t a $option <&-"
    assert_one_error 'standard input' 'bad file descriptor'
    settled
  done
}

@test "closed standard streams do not become the connection" {
  start_small_broker 'expect CONNECT; send CONNACK; expect PUBLISH payload=x; send PUBACK id=last code=0x87; expect DISCONNECT'
  run -6 bash -c 'exec mqtt-pub --trace -t a -m x -q 1 <&- >&- 2>&-'
  settled
  start_small_broker 'expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0
    send PUBLISH topic=a payload=x; expect DISCONNECT'
  run -8 --separate-stderr bash -c 'exec mqtt-sub -t a <&- >&-'
  assert_one_error 'standard output' 'bad file descriptor'
  settled
}

@test "a full disk for results" {
  start_small_broker 'auto until=DISCONNECT'
  run -8 --separate-stderr bash -c 'mqtt-pub --json -t a -m x -q 1 >/dev/full'
  assert_one_error 'cannot write to standard output' 'no space left on device'
}

@test "a close without an answer to CONNECT names the likely causes" {
  extra='-V 5' each_tool 4 'expect CONNECT; close' 'without answering CONNECT' 'a TLS port (use --tls' '-V 311'
  # Both versions are tried when none is chosen.
  each_tool 4 'expect CONNECT version=5.0; close; accept; expect CONNECT version=3.1.1; close' \
    'without answering CONNECT (5.0, then 3.1.1)' 'a TLS port (use --tls'
}

@test "a TLS port spoken to in clear, and a clear port spoken to in TLS" {
  start_sandbox
  run -4 --separate-stderr mqtt-pub --url "mqtt://localhost:$MQTT_SANDBOX_TLS_PORT" -t t -m m
  assert_one_error 'TLS'
  run -5 --separate-stderr mqtt-pub --url "mqtts://localhost:$MQTT_SANDBOX_TCP_PORT" -t t -m m
  assert_one_error "localhost:$MQTT_SANDBOX_TCP_PORT"
}

@test "something that is no MQTT broker" {
  # "HTTP/1.1 400 Bad Request", a TLS alert, "SSH-2.0-", an escape sequence
  each_tool 4 'send-raw 485454502f312e3120343030204261642052657175657374 0d0a0d0a; expect CONNECT; expect CLOSE' 'HTTP server' 'ws://'
  each_tool 4 'expect CONNECT; send-raw 15030300020228; close' 'a TLS port'
  each_tool 4 'expect CONNECT; send-raw 5353482d322e302d; expect CLOSE' 'not an MQTT broker' 'SSH-2.0-'
  each_tool 4 'expect CONNECT; send-raw 1b5b33316d07; expect CLOSE' 'not an MQTT broker'
  [[ $stderr != *$'\e'* ]]
}

@test "garbage in mid-stream" {
  start_small_broker 'expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0; send-raw f7ffffffff; expect DISCONNECT code=0x81'
  run -7 --separate-stderr mqtt-sub -t a --no-reconnect
  assert_one_error 'violated the protocol'
  settled
}

# connections COUNT STEPS: the steps of so many connections that begin and end alike.
connections() {
  local i
  for ((i = 0; i < $1; ++i)); do
    ((i == 0)) || printf 'accept; '
    printf 'expect CONNECT; send CONNACK; %s\n' "$2"
  done
}

# assert_ended_at STATUS STEPS TEXT...: mqtt-sub meets that five times and ends; the last line says why.
assert_ended_at() {
  local expected=$1 steps=$2
  shift 2
  start_small_broker "$(connections 5 "$steps")"
  run "-$expected" --separate-stderr timeout 20 mqtt-sub -t 'a/#' --reconnect-delay 5ms
  for part in "$@"; do assert_contains "$(tail -n 1 <<<"$stderr")" "$part"; done
  settled
}

@test "a broker that ends each connection at SUBSCRIBE, or over one wrong packet" {
  assert_ended_at 6 'expect SUBSCRIBE; close' '5 connections in a row' 'SUBSCRIBE to a/#' 'no right to subscribe'
  assert_ended_at 6 'expect SUBSCRIBE; reset' '5 connections in a row' 'SUBSCRIBE to a/#' 'no right to subscribe'
  assert_ended_at 6 'expect SUBSCRIBE; send DISCONNECT code=0x97; expect CLOSE' 'Quota exceeded' 'SUBSCRIBE to a/#'
  assert_ended_at 7 'expect SUBSCRIBE; send-raw 9003000100; expect DISCONNECT' 'its SUBACK' 'a/#' 'likely: '
  assert_ended_at 7 'expect SUBSCRIBE; send-raw 30060003612f2300; expect DISCONNECT' 'its PUBLISH to a/#' 'likely: '
}

@test "with --reconnect-attempts it goes on, and says once what to look for" {
  local attempts
  start_small_broker "$(connections 4 'expect SUBSCRIBE; close')"
  run -7 --separate-stderr mqtt-sub -t a --reconnect-delay 5ms --reconnect-attempts 3
  assert_contains "$stderr" 'given up after 3 attempts'
  settled
  start_small_broker "$(connections 8 'expect SUBSCRIBE; close'); accept; auto until=DISCONNECT"
  run -0 --separate-stderr mqtt-sub -t a -E --reconnect-delay 5ms --reconnect-attempts unlimited
  assert_equal "$(grep -c 'in use elsewhere' <<<"$stderr")" 1
  settled
}

@test "a broker that dies after CONNACK for a while and then lives finds mqtt-sub connected" {
  local end
  for end in close reset; do
    start_small_broker "$(connections 9 "$end"); accept; auto until=DISCONNECT"
    run -0 --separate-stderr mqtt-sub -t a -E --reconnect-delay 5ms --reconnect-delay-max 20ms
    settled
  done
}

# Nine waits of 250 ms and more are longer than an answer may take.
@test "the time without a connection is no time in which the broker does not answer" {
  start_small_broker "$(connections 9 close); accept; auto until=DISCONNECT"
  run -0 --separate-stderr mqtt-sub -t a -E --reconnect-delay 500ms --reconnect-delay-max 500ms --ack-timeout 2
  settled
}

@test "a broker that ends each connection at PUBLISH" {
  start_small_broker "$(connections 5 'expect PUBLISH; close')"
  run -6 --separate-stderr mqtt-pub -t a/b -m x -q 2 -r --reconnect-delay 5ms
  assert_contains "$stderr" 'PUBLISH to a/b (QoS 2, retained, '
  assert_contains "$stderr" '(-r)'
  assert_contains "$stderr" '1 message is not acknowledged'
  settled
  start_small_broker "$(connections 5 'expect PUBLISH; reset')"
  run -6 --separate-stderr mqtt-pub -t a/b -q 1 --reconnect-delay 5ms -l < <(seq 20)
  assert_contains "$stderr" '5 connections in a row have ended at PUBLISH to a/b (QoS 1, '
  settled
  start_small_broker "$(connections 7 'expect PUBLISH; close'); accept; auto until=DISCONNECT"
  run -0 --separate-stderr mqtt-pub -t a -m x -q 1 --reconnect-delay 5ms --reconnect-attempts 20
  settled
}

# A fiftieth of the usual times; the waits are lower bounds, so that a busy machine makes fewer.
@test "two clients with one identifier do not fight without end" {
  start_sandbox
  start_in_background one mqtt-sub -i twin -V 311 -t a -W 1.2 --reconnect-delay 10ms --reconnect-delay-max 600ms
  start_in_background two mqtt-sub -i twin -V 311 -t a -W 1.2 --reconnect-delay 10ms --reconnect-delay-max 600ms
  for name in one two; do
    finish "$name"
    assert_status 27
    (($(grep -c 'connecting again' <<<"$stderr") <= 10))
  done
}

@test "a broker that never answers CONNECT" {
  extra='--connect-timeout 0.3' each_tool 3 \
    'expect CONNECT; silence; accept; expect CONNECT; silence' 'did not answer CONNECT within'
}

@test "a broker that never acknowledges" {
  start_small_broker 'expect CONNECT; send CONNACK; silence'
  run -7 --separate-stderr mqtt-pub -t a -q 1 --ack-timeout 0.3 -l < <(seq 3)
  assert_one_error 'acknowledged nothing for' '3 messages are not acknowledged'
  settled
}

@test "a broker that never answers SUBSCRIBE" {
  start_small_broker 'expect CONNECT; send CONNACK; silence'
  run -7 --separate-stderr mqtt-sub -t a --ack-timeout 0.3
  assert_one_error 'did not answer'
  settled
}

@test "a broker that never answers PINGREQ" {
  start_small_broker 'expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0; silence'
  # A PINGRESP has as long as the keep-alive, but 5 seconds at least.
  run -7 --separate-stderr timeout 15 mqtt-sub -t a -k 1 --no-reconnect
  assert_one_error PINGREQ
  settled
}

@test "a broker that dies in mid-stream and comes back: nothing is lost" {
  start_small_broker 'auto until=PUBLISH count=20 answered=no; reset; accept; auto until=PUBLISH count=30 answered=no; reset
    accept; auto until=DISCONNECT'
  run -0 --separate-stderr mqtt-pub -t a -q 1 --reconnect-delay 0.01 --json -l < <(seq 100)
  assert_equal "$(jq -s length <<<"$output")" 100
  assert_equal "$(grep -c 'connected again' <<<"$stderr")" 2
  settled
  run -0 sed -n 's/^PUBLISH.* payload=\(.*\) payload-size=.*/\1/p' "$BATS_TEST_TMPDIR/scripted.out"
  assert_equal "$(sort -nu <<<"$output")" "$(seq 100)"
}

@test "a broker that dies in mid-stream and does not come back" {
  start_small_broker 'auto until=PUBLISH count=5 answered=no; reset'
  run -7 --separate-stderr mqtt-pub -t a -q 1 --inflight 5 --no-reconnect -l < <(seq 100)
  assert_one_error "lost the connection to 127.0.0.1:$scripted_port" 'messages are not acknowledged'
  start_small_broker 'auto until=PUBLISH count=5 answered=no; reset'
  run -7 --separate-stderr mqtt-pub -t a -q 1 --inflight 5 --reconnect-delay 0.01 --reconnect-delay-max 0.02 -l < <(seq 100)
  assert_contains "$(tail -n 1 <<<"$stderr")" 'not acknowledged'
}

@test "QoS 0: a broker that goes without having read is noticed each time" {
  start_small_broker 'expect CONNECT; send CONNACK; expect PUBLISH payload=1; close'
  run -7 --separate-stderr mqtt-pub -t a --no-reconnect -l < <(seq 1000)
  assert_contains "$stderr" '1000 messages of QoS 0 are not known to have been read by the broker, the first of them line 1'
  settled
}

# feed NAME ARGUMENT...: mqtt-pub as NAME, whose lines are what is written to descriptor 5.
feed() {
  rm -f "$BATS_TEST_TMPDIR/lines"
  mkfifo "$BATS_TEST_TMPDIR/lines"
  # shellcheck disable=SC2016 # for the other shell
  start_in_background "$1" bash -c 'exec mqtt-pub -t a -l "$@" <"$0"' "$BATS_TEST_TMPDIR/lines" "${@:2}"
  exec 5>"$BATS_TEST_TMPDIR/lines"
}

@test "QoS 0: what was lost with a connection stays lost, also when there is another one" {
  start_small_broker 'expect CONNECT; send CONNACK; expect PUBLISH payload=one; reset; accept; auto until=DISCONNECT'
  feed pub --reconnect-delay 0.01
  echo one >&5
  wait_until grep -q 'connected again' "$BATS_TEST_TMPDIR/pub.err"
  printf '%s\n' two three >&5
  exec 5>&-
  finish pub
  assert_status 7
  assert_contains "$stderr" '1 message of QoS 0 is not known to have been read by the broker: line 1'
  settled
  run -0 grep -c 'payload=t' "$BATS_TEST_TMPDIR/scripted.out"
  assert_equal "$output" 2
}

@test "QoS 0: what the broker has answered for is not counted" {
  start_small_broker 'expect CONNECT; send CONNACK; expect PUBLISH payload=1; expect PUBLISH payload=2; expect PINGREQ
    send PINGRESP; expect PUBLISH payload=3; reset'
  feed pub --no-reconnect
  seq 2 >&5
  wait_until has_seen 1 PINGREQ
  echo 3 >&5
  exec 5>&-
  finish pub
  assert_status 7
  assert_contains "$stderr" '1 message of QoS 0 is not known to have been read by the broker: line 3'
  settled
}

@test "QoS 0: a broker that does not answer PINGREQ" {
  start_small_broker 'expect CONNECT; send CONNACK; silence'
  run -7 --separate-stderr mqtt-pub -t a --ack-timeout 0.3 -l < <(seq 3)
  assert_contains "$stderr" 'has not answered PINGREQ for'
  assert_contains "$stderr" '3 messages of QoS 0 are not known'
  settled
}

# A broker that reads for an instant only once in a while: the message takes longer than --ack-timeout.
@test "--ack-timeout counts from when bytes last left, not from when a large message was begun" {
  local steps='expect CONNECT; stop-reading; send CONNACK' i
  for i in {1..6}; do steps+='; wait 700ms; start-reading; wait 5ms; stop-reading'; done
  start_small_broker "$steps; start-reading; expect PUBLISH; send PUBACK id=last; expect DISCONNECT"
  head -c 60000000 /dev/zero >"$BATS_TEST_TMPDIR/large"
  run -0 --separate-stderr mqtt-pub -t a -q 1 --ack-timeout 3 -f "$BATS_TEST_TMPDIR/large"
  assert_equal "$stderr" ''
  settled
}

@test "a message of QoS 0 may take longer to write than --grace, which is for signals" {
  start_small_broker 'expect CONNECT; stop-reading; send CONNACK; wait 1s; start-reading; expect PUBLISH; expect DISCONNECT'
  run -0 --separate-stderr mqtt-pub -t a --grace 0.2 -s < <(head -c 50000000 /dev/zero)
  assert_equal "$stderr" ''
  settled
}

resident() { sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$pub_pid/status"; }
last_seen_is() { tail -n 1 "$BATS_TEST_TMPDIR/scripted.out" | grep -q " payload=$1 "; }

@test "one message without acknowledgement neither stops the others nor lets memory grow" {
  local before after
  start_small_broker 'expect CONNECT; send CONNACK; expect PUBLISH payload=1; auto until=DISCONNECT'
  feed pub -q 1 --ack-timeout 5
  seq 20000 >&5
  wait_until last_seen_is 20000
  before=$(resident)
  seq 20001 90000 >&5
  wait_until last_seen_is 90000
  after=$(resident)
  exec 5>&-
  finish pub
  assert_status 7
  assert_contains "$stderr" '1 message is not acknowledged'
  echo "resident: $before kB, then $after kB"
  # A sanitizer keeps what was freed for a while.
  [[ -n ${TOOLBOX_SANITIZED-} ]] || ((after - before < 2000))
}

@test "a session that the broker lost: QoS 2 may be delivered twice, and that is said" {
  start_small_broker 'auto until=PUBLISH count=1 answered=no; reset; forget; accept; auto until=DISCONNECT'
  run -1 --separate-stderr mqtt-pub -t a/b -q 2 --reconnect-delay 0.01 -l <<<x
  assert_contains "$stderr" 'mqtt-pub: the message to a/b may have been delivered twice'
  settled
}

# A publisher of a stream without end as `pub`, with one message in flight.
start_endless_publisher() {
  start_small_broker "$1"
  mkfifo "$BATS_TEST_TMPDIR/lines"
  # shellcheck disable=SC2016 # for the other shell
  start_in_background pub bash -c 'exec mqtt-pub -t a -q 1 "$@" <>"$0"' "$BATS_TEST_TMPDIR/lines" "${@:2}"
  exec 5<>"$BATS_TEST_TMPDIR/lines"
  echo one >&5
  wait_until has_seen 1 PUBLISH
}

@test "SIGINT and SIGTERM finish what is in flight, and the exit status tells the signal" {
  local signal
  for signal in INT TERM; do
    start_endless_publisher 'expect CONNECT; send CONNACK; expect PUBLISH; wait 300ms; send PUBACK id=last; expect DISCONNECT' -l
    kill -$signal "$pub_pid"
    finish pub
    assert_status "$((128 + $(kill -l $signal)))"
    assert_equal "$stderr" ''
    settled
    rm "$BATS_TEST_TMPDIR/lines"
  done
}

@test "--grace bounds how long that takes, and what stays open is counted" {
  start_endless_publisher 'expect CONNECT; send CONNACK; silence' -l --grace 0.2
  kill -TERM "$pub_pid"
  finish pub
  assert_status 143
  assert_one_error '1 message is not acknowledged'
}

@test "a second signal ends at once" {
  start_endless_publisher 'expect CONNECT; send CONNACK; silence' -l --grace 60
  kill -TERM "$pub_pid"
  wait_until kill_twice
  finish pub
  assert_status 143
}
kill_twice() { ! kill -TERM "$pub_pid"; }

@test "a subscriber ends by the signal too, with a DISCONNECT" {
  start_small_broker 'expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0; expect DISCONNECT code=0'
  start_subscriber sub -t a
  kill -INT "$sub_pid"
  finish sub
  assert_status 130
  assert_equal "$stderr" ''
  settled
}

@test "a signal ends a tool that is still connecting" {
  start_small_broker 'expect CONNECT; silence'
  start_in_background sub mqtt-sub -t a -V 5 --connect-timeout 60
  wait_until has_seen 1 CONNECT
  kill -TERM "$sub_pid"
  finish sub
  assert_status 143
}

@test "a signal ends a publisher that waits to connect again, and what stays open is counted" {
  start_endless_publisher 'expect CONNECT; send CONNACK; expect PUBLISH; reset' -l --reconnect-delay 60
  wait_until grep 'connecting again in' "$BATS_TEST_TMPDIR/pub.err"
  kill -INT "$pub_pid"
  finish pub
  assert_status 130
  assert_contains "$(tail -n 1 <<<"$stderr")" '1 message is not acknowledged'
}

has_written() { (($(sed -n 's/^wchar: //p' "/proc/$1/io") >= $2)); }
has_taken_signals() { ! grep -q '^ShdPnd:.*[1-9a-f]' "/proc/$1/status"; }

@test "a slow reader still gets what was taken before the signal, whole" {
  start_sandbox
  mkfifo "$BATS_TEST_TMPDIR/slow"
  head -c 100000 /dev/zero | tr '\0' x >"$BATS_TEST_TMPDIR/more-than-a-pipe-holds"
  # shellcheck disable=SC2016 # for the other shell
  start_in_background sub bash -c 'exec mqtt-sub -t a --ready-file "$1" >"$0"' "$BATS_TEST_TMPDIR/slow" "$BATS_TEST_TMPDIR/ready"
  exec 8<"$BATS_TEST_TMPDIR/slow"
  wait_until test -e "$BATS_TEST_TMPDIR/ready"
  mqtt-pub -t a -f "$BATS_TEST_TMPDIR/more-than-a-pipe-holds"
  wait_until has_written "$sub_pid" 60000
  kill -TERM "$sub_pid"
  wait_until has_taken_signals "$sub_pid"
  cat <&8 >"$BATS_TEST_TMPDIR/got"
  finish sub
  assert_status 143
  cmp "$BATS_TEST_TMPDIR/got" <(cat "$BATS_TEST_TMPDIR/more-than-a-pipe-holds" && echo)
}

@test "passwords are nowhere to be seen" {
  local secret=Geheim-47 tool
  start_small_broker "expect CONNECT password=$secret; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0; expect DISCONNECT"
  start_subscriber sub --trace -u ann -P "$secret" -t a
  run -0 tr '\0' ' ' <"/proc/$sub_pid/cmdline"
  assert_contains "$output" '-u ann'
  [[ $output != *"$secret"* ]]
  kill -TERM "$sub_pid"
  finish sub
  assert_contains "$stderr" CONNECT
  [[ $stderr != *"$secret"* ]]
  settled

  start_small_broker "expect CONNECT password=$secret; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0; expect DISCONNECT"
  start_subscriber url --trace=json --url "mqtt://ann:$secret@127.0.0.1:$scripted_port/a"
  run -0 tr '\0' ' ' <"/proc/$url_pid/cmdline"
  [[ $output != *"$secret"* ]]
  kill -TERM "$url_pid"
  finish url
  [[ $stderr != *"$secret"* ]]
  settled

  for tool in 'mqtt-pub -m x' mqtt-sub; do
    # shellcheck disable=SC2086 # a command
    run -0 $tool -t t --show-settings -u ann -P "$secret"
    assert_contains "$output" ann
    [[ $output != *"$secret"* ]]
    # shellcheck disable=SC2086
    MQTT_URL=mqtt://ann:$secret@localhost run -0 $tool -t t --show-settings
    [[ $output != *"$secret"* ]]
  done
}

@test "the command that prints the password runs again before each reconnect" {
  local runs=$BATS_TEST_TMPDIR/runs command
  printf -v command 'echo x >>%q; wc -l <%q' "$runs" "$runs"
  start_small_broker "expect CONNECT password=1; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0; reset; accept
    expect CONNECT password=2; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0; send PUBLISH topic=a payload=m; expect DISCONNECT"
  run -0 --separate-stderr timeout 20 mqtt-sub -t a -C 1 -u ann --password-command "$command" --reconnect-delay 1ms
  assert_equal "$output" m
  settled

  rm "$runs"
  start_small_broker "expect CONNECT password=1; send CONNACK; expect PUBLISH; reset; accept
    expect CONNECT password=2; send CONNACK; auto until=DISCONNECT"
  run -0 --separate-stderr timeout 20 mqtt-pub -t a -m m -q 1 -u ann --password-command "$command" --reconnect-delay 1ms
  settled
}

@test "a check tool whose password grows old before its self-check asks for the next one" {
  local runs=$BATS_TEST_TMPDIR/runs command
  printf -v command 'echo x >>%q; wc -l <%q' "$runs" "$runs"
  start_small_broker "expect CONNECT password=1; send CONNACK; expect DISCONNECT; close
    accept; expect CONNECT password=1; send CONNACK code=0x87; close
    accept; expect CONNECT password=2; send CONNACK; auto until=DISCONNECT"
  run --separate-stderr timeout 50 mqtt-probe -V 5 -u ann --password-command "$command" --case retained
  settled
  assert_contains "$output" 'PUBLISH'
}

@test "-W and signals hold while the command that prints the password runs before a reconnect" {
  local ran=$BATS_TEST_TMPDIR/ran command
  printf -v command 'if test -e %q; then touch %q; exec sleep 1000; fi; touch %q; echo p' \
    "$ran" "$ran.again" "$ran"
  start_small_broker 'expect CONNECT; send CONNACK; reset'
  run -27 --separate-stderr timeout 20 mqtt-sub -t a -W 5 -u ann --password-command "$command" --reconnect-delay 1ms
  [[ -e $ran.again ]]
  finish scripted

  rm "$ran" "$ran.again"
  start_small_broker 'expect CONNECT; send CONNACK; reset'
  start_in_background sub mqtt-sub -t a -u ann --password-command "$command" --reconnect-delay 1ms
  wait_until test -e "$ran.again"
  kill -TERM "$sub_pid"
  finish sub
  assert_status 143
  finish scripted
}

# What a broker can make a tool answer without end, in hexadecimal. In 3.1.1 and 5.0 it is the same but
# for a PUBLISH, which has properties in 5.0.
readonly pubrel=62020001 pubrec=50020001
readonly qos_2_in_5=340600017400010062020001 qos_2_in_311=3405000174000162020001

# start_deaf_broker FLOOD STEPS: a broker that sends these bytes without end after the steps and reads nothing.
start_deaf_broker() { start_small_broker "expect CONNECT; send CONNACK; $2; stop-reading; flood $1"; }
readonly granted='expect SUBSCRIBE; send SUBACK id=last code=2'

@test "a broker that sends and reads nothing: a subscriber reads no more, and the connection is lost in time" {
  local flood floods=("-V 5 $pubrel" "-V 311 $pubrel" "-V 5 $pubrec" "-V 5 $qos_2_in_5" "-V 311 $qos_2_in_311")
  # Each is some millions of packets.
  [[ -z ${TOOLBOX_SANITIZED-} ]] || floods=("${floods[0]}")
  for flood in "${floods[@]}"; do
    start_deaf_broker "${flood##* }" "$granted"
    within_memory 64 7 bash -c 'exec mqtt-sub "$@" >/dev/null' - ${flood% *} -t t -q 2 --no-reconnect --ack-timeout 1
    assert_one_error 'lost the connection to' 'the broker sends, but does not read the answers'
    settled
  done
}

@test "a broker that sends and reads nothing: a publisher, a bench and mqtt-retain-clear" {
  start_deaf_broker "$pubrel" 'expect PUBLISH'
  within_memory 64 7 mqtt-pub -V 5 -t t -m x -q 1 --ack-timeout 10
  assert_contains "$stderr" '1 message is not acknowledged'
  settled
  start_deaf_broker "$qos_2_in_5" "$granted"
  within_memory 64 0 mqtt-bench subscribe -V 5 --filter t -q 2 --duration 8s
  settled
  start_deaf_broker "$pubrel" "$granted"
  # The time-outs of the read (1) and of the connection (7) end at the same time.
  within_memory 64 0 bash -c 'mqtt-retain-clear "$@"; status=$?; ((status == 1 || status == 7))' - \
    -V 5 --list t --ack-timeout 10
  finish scripted
}

@test "a broker that sends and reads nothing: -W and SIGTERM end a subscriber in time" {
  local before=$SECONDS
  start_deaf_broker "$pubrel" "$granted"
  within_memory 64 27 mqtt-sub -V 5 -t t -q 2 -W 8 --grace 1
  settled
  start_deaf_broker "$pubrel" "$granted"
  start_subscriber sub -V 5 -t t -q 2 --grace 1
  kill -TERM "$sub_pid"
  finish sub
  assert_status 143
  settled
  ((SECONDS - before < 40))
}

@test "WebSocket frames without end that bring nothing hold up neither -W nor a signal" {
  local kind
  for kind in empty fragments pings; do
    start_in_background "flood_$kind" websocket-flood "$kind"
    wait_until test -s "$BATS_TEST_TMPDIR/flood_$kind.out"
    MQTT_URL=ws://127.0.0.1:$(<"$BATS_TEST_TMPDIR/flood_$kind.out")
    export MQTT_URL
    within_memory 64 27 mqtt-sub -V 311 -t t -W 1 --grace 1
    start_in_background sub mqtt-sub -V 311 -t t --trace --grace 1
    wait_until grep -q CONNACK "$BATS_TEST_TMPDIR/sub.err"
    kill -TERM "$sub_pid"
    finish sub
    assert_status 143
  done
}

@test "before CONNACK neither a flood nor a long promise is waited for" {
  local steps
  for steps in 'flood 30' 'flood 40020001' 'flood F000' 'flood 20' 'send-raw 20FFFFFF7F; flood 00' 'send-raw 20818040; flood 00'; do
    start_small_broker "expect CONNECT; $steps"
    within_memory 64 4 mqtt-sub -V 5 -t t --connect-timeout 30
    settled
    start_small_broker "expect CONNECT; $steps"
    within_memory 64 4 mqtt-pub -V 311 -t t -m m --connect-timeout 30
    settled
  done
}

@test "a large packet takes memory as it comes, and two copies of a message are all" {
  # What follows the message is no packet, and is not looked at.
  start_small_broker "expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0; send-raw 30FFFFFF7F000174; silence"
  within_memory 64 27 mqtt-sub -V 311 -t t -W 1
  settled
  start_small_broker "expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0; send-raw 30FBFFFF07000174; flood 78"
  within_memory 96 0 bash -c 'exec mqtt-sub "$@" | wc -c' - -V 311 -t t -C 1 --max-message-size 16MiB
  assert_equal "$output" 16777209
  settled
}

@test "a message over --max-message-size ends the tool by name, without another connection" {
  local tool version
  for tool in 'mqtt-sub -t t' 'mqtt-pub -t t -m m -q 1' 'mqtt-bench subscribe --filter t --duration 30s' 'mqtt-retain-clear --list t'; do
    for version in 311 5; do
      start_small_broker "expect CONNECT; send CONNACK; auto until=$([[ $tool == *-pub* ]] && echo 'PUBLISH answered=no' || echo SUBSCRIBE); send-raw 30FCFFFF07; silence"
      # shellcheck disable=SC2086 # a command
      run -7 --separate-stderr timeout 20 $tool -V $version --max-message-size 16MiB
      # mqtt-bench counts its errors in its result, in lines of some width.
      assert_contains "$(tr -s ' \n' ' ' <<<"$output$stderr")" 'the broker sent a PUBLISH of 16777217 bytes, and at most 16777216 are taken; give --max-message-size 16777217 or more'
      settled
    done
  done
}

@test "--max-message-size is announced under MQTT 5.0, unless a property is" {
  start_small_broker "expect CONNECT maximum-packet-size=1000; send CONNACK; auto until=DISCONNECT"
  run -0 --separate-stderr mqtt-pub -V 5 -t t -m m --max-message-size 1000
  settled
  start_small_broker "expect CONNECT maximum-packet-size=2000; send CONNACK; auto until=DISCONNECT"
  run -0 --separate-stderr mqtt-pub -t t -m m --max-message-size 1000 --maximum-packet-size 2000
  settled
  run -2 --separate-stderr mqtt-pub -t t -m m --max-message-size 257MiB
  assert_one_error --max-message-size 256MiB
  run -2 --separate-stderr mqtt-pub -t t -m m --max-message-size 0
  assert_one_error --max-message-size
}

@test "-W and signals hold while the command that prints the password runs for the first time" {
  local started=$BATS_TEST_TMPDIR/started command
  printf -v command 'sleep 1000 & echo $! >%q.new; mv %q.new %q; wait' "$started" "$started" "$started"
  run -27 --separate-stderr timeout 20 mqtt-sub -p 1 -t a -W 1 -u ann --password-command "$command"
  # Not only the shell has ended.
  wait_until not_running "$(<"$started")"

  local tool
  for tool in 'mqtt-sub -t a' 'mqtt-pub -t a -m m'; do
    rm -f "$started"
    # shellcheck disable=SC2086
    start_in_background waits $tool -p 1 -u ann --password-command "$command"
    wait_until test -e "$started"
    kill -TERM "$waits_pid"
    finish waits
    assert_status 143
    wait_until not_running "$(<"$started")"
  done
}

@test "a signal ends the command that prints the password before there is a loop, and the tool" {
  local started=$BATS_TEST_TMPDIR/started command tool signal
  printf -v command 'sleep 1000 & echo $! >%q.new; mv %q.new %q; wait' "$started" "$started" "$started"
  for tool in 'mqtt-retain-clear --list t' mqtt-probe mqtt-will-test 'mqtt-bench connect'; do
    for signal in TERM INT; do
      rm -f "$started"
      # In the background of a script SIGINT is ignored, and what is ignored stays so.
      # shellcheck disable=SC2086
      start_in_background waits env --default-signal=INT $tool -p 1 -u ann --password-command "$command"
      wait_until test -e "$started"
      kill -"$signal" "$waits_pid"
      finish waits
      assert_status $((128 + $(kill -l "$signal")))
      wait_until not_running "$(<"$started")"
    done
  done
  rm "$started"
  start_in_background waits nohup mqtt-retain-clear --list t -p 1 -u ann --password-command "$command"
  wait_until test -e "$started"
  kill -HUP "$waits_pid"
  kill "$(<"$started")"
  finish waits
  assert_status 3 # it went on, with an empty password
}

not_running() { ! kill -0 "$1" 2>/dev/null; }

@test "what is no password of a command is named, and soon" {
  local tool
  for tool in 'mqtt-sub -t a' 'mqtt-pub -t a -m m'; do
    # shellcheck disable=SC2086
    run -8 --separate-stderr timeout 20 $tool -p 1 -u ann --password-command yes
    assert_one_error 'password: the command "yes" prints more than 65536 bytes'
    # shellcheck disable=SC2086
    run -8 --separate-stderr $tool -p 1 -u ann --password-command 'exit 3'
    assert_one_error 'password: the command "exit 3" exited with 3'
    # shellcheck disable=SC2086
    run -2 --separate-stderr $tool -p 1 -u ann --password-command 'head -c 65536 /dev/zero | tr "\0" x'
    assert_one_error 'password: it is longer than the 65535 bytes'
  done
}
