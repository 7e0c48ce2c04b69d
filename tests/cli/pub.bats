# mqtt-pub as scripts use it: what it reads, what it sends, what it says, and its exit status.
load helper
export BATS_TEST_TIMEOUT=60

# start_small_broker [STEPS]: a broker that writes down every packet; MQTT_URL leads to it.
start_small_broker() {
  start_scripted_broker "${1:-auto until=DISCONNECT}"
  export MQTT_URL=mqtt://127.0.0.1:$scripted_port
}

# The payloads that the broker was sent, a line each, as its notes show them.
payloads_seen() { sed -n 's/^PUBLISH.* payload=\(.*\) payload-size=.*/\1/p' "$BATS_TEST_TMPDIR/scripted.out"; }

# seen_by_broker: ends the broker, and sets `output` to what it was sent.
seen_by_broker() {
  finish scripted
  assert_status 0
}

# assert_one_error TEXT...: standard error is one line of mqtt-pub that holds each text.
assert_one_error() {
  assert_equal "$(wc -l <<<"$stderr")" 1
  assert_contains "$stderr" 'mqtt-pub: '
  for part in "$@"; do assert_contains "$stderr" "$part"; done
}

@test "-m, -f, -l, -s, -n and --from-json exclude each other" {
  local inputs=('-m x' "-f $BATS_TEST_FILENAME" -l -s -n --from-json) one other
  for one in "${inputs[@]}"; do
    for other in "${inputs[@]}"; do
      [[ $one == "$other" ]] && continue
      # shellcheck disable=SC2086 # an option and its value
      run -2 --separate-stderr mqtt-pub -t t $one $other </dev/null
      assert_equal "$output" ''
      assert_one_error "${one%% *}" "${other%% *}"
    done
  done
}

@test "nothing to publish and no topic are said so" {
  run -2 --separate-stderr mqtt-pub -t t
  assert_one_error 'nothing to publish' '-m TEXT'
  run -2 --separate-stderr mqtt-pub -m x
  assert_one_error 'no topic' '-t TOPIC'
}

@test "-t twice on a command line is an error that names --topics, and nothing is sent" {
  run -2 --separate-stderr mqtt-pub -t a -t b -m x
  assert_one_error '--topic is given twice' '--topics a --topics b'
  run -2 --separate-stderr mqtt-pub -t a -t b --topic=c -m x
  assert_one_error '--topic is given 3 times' '--topics a --topics b --topics c'
  printf -- '-t a\n-t b\n' >"$BATS_TEST_TMPDIR/options"
  run -2 --separate-stderr mqtt-pub -o "$BATS_TEST_TMPDIR/options" -m x
  assert_one_error 'line 1, --topic is given twice' '--topics a --topics b'
}

@test "-m twice on a command line is an error that names what several messages need" {
  run -2 --separate-stderr mqtt-pub -t a -m x -m y
  assert_one_error '--message is given twice' '-l' '--from-json'
  [[ $stderr != *'to each of them'* ]]
  start_small_broker
  MQTT_TOOLBOX_MESSAGE=lower run -0 --separate-stderr mqtt-pub -t a -m x
  seen_by_broker
  assert_contains "$output" 'payload=x '
}

@test "-h with a user and a password is refused, and nothing of it is shown" {
  run -2 --separate-stderr mqtt-pub -t a -m x -h 'u:sekret@broker'
  assert_one_error '--host' '-L'
  [[ $stderr != *sekret* ]]
}

@test "-t of a lower layer, of a file of options or of a URL is replaced" {
  start_small_broker
  MQTT_TOOLBOX_TOPIC=lower run -0 --separate-stderr mqtt-pub -t a -m x
  seen_by_broker
  assert_contains "$output" 'PUBLISH topic=a '
  start_small_broker
  echo '-t filed' >"$BATS_TEST_TMPDIR/options"
  run -0 --separate-stderr mqtt-pub -o "$BATS_TEST_TMPDIR/options" -t b -m x
  seen_by_broker
  assert_contains "$output" 'PUBLISH topic=b '
  start_small_broker
  run -0 --separate-stderr mqtt-pub -L "$MQTT_URL/url" -t c -m x
  seen_by_broker
  assert_contains "$output" 'PUBLISH topic=c '
}

@test "--topics: each message goes to each topic, in order" {
  start_small_broker
  run -0 --separate-stderr mqtt-pub --topics a --topics b -q 1 -l < <(printf 'one\ntwo\n')
  seen_by_broker
  run -0 sed -n 's/^PUBLISH topic=\([^ ]*\) .* payload=\(.*\) payload-size=.*/\1 \2/p' "$BATS_TEST_TMPDIR/scripted.out"
  assert_equal "$output" $'a one\nb one\na two\nb two'
  start_small_broker
  run -0 --separate-stderr mqtt-pub --json --topics a --topics b -q 1 -m x --repeat 2
  assert_equal "$(jq -r .topic <<<"$output")" $'a\nb\na\nb'
  seen_by_broker
  start_small_broker
  MQTT_TOOLBOX_TOPICS=$'a\nb' run -0 --separate-stderr mqtt-pub -s <<<x
  seen_by_broker
  assert_equal "$(grep -c '^PUBLISH topic=[ab] ' <<<"$output")" 2
}

@test "--topics goes with neither -t nor --from-json" {
  run -2 --separate-stderr mqtt-pub --topics a -t b -m x
  assert_one_error '--topics and --topic exclude each other'
  run -2 --separate-stderr mqtt-pub --topics a --topics b --from-json </dev/null
  assert_one_error '--topics and --from-json exclude each other'
}

@test "control characters in topics and properties are refused by name" {
  run -2 --separate-stderr mqtt-pub -m x -t $'a\nb'
  assert_one_error '--topic: "a\nb" has the control character U+000A' --allow-control-characters
  run -2 --separate-stderr mqtt-pub -m x --topics a --topics $'b\x7f'
  assert_one_error '--topics: ' U+007F
  run -2 --separate-stderr mqtt-pub -m x -L 'mqtt://127.0.0.1/a%0Ab'
  assert_one_error '--url: "a\nb" has the control character U+000A'
  MQTT_URL='mqtt://127.0.0.1/a%C2%85b' run -2 --separate-stderr mqtt-pub -m x
  assert_one_error 'MQTT_URL: ' U+0085
  run -2 --separate-stderr mqtt-pub -m x -t a --will-topic $'a\x01'
  assert_one_error '--will-topic: ' U+0001
  run -2 --separate-stderr mqtt-pub -m x -t a --response-topic $'a\x01'
  assert_one_error '--response-topic has the control character U+0001'
  run -2 --separate-stderr mqtt-pub -m x -t a --user-property $'k=\uffff'
  assert_one_error '--user-property has the non-character U+FFFF'
  run -2 --separate-stderr mqtt-pub -m x -t a --will-topic w --will-content-type $'\t'
  assert_one_error '--will-content-type has the control character U+0009'
}

@test "--allow-control-characters sends them" {
  start_small_broker $'expect CONNECT; send CONNACK; expect PUBLISH topic="a\tb"; expect DISCONNECT'
  run -0 --separate-stderr mqtt-pub --allow-control-characters -m x -t $'a\tb'
  seen_by_broker
}

@test "what TLS needs is missed before any connection is begun" {
  # Nobody listens there: a connection would end with 3.
  local to='-h 127.0.0.1 -p 1 -t a -m x'
  # shellcheck disable=SC2086
  {
    run -8 --separate-stderr mqtt-pub $to --cafile "$BATS_TEST_TMPDIR/missing"
    assert_one_error "cannot read $BATS_TEST_TMPDIR/missing"
    run -8 --separate-stderr mqtt-pub $to --capath "$BATS_TEST_TMPDIR/missing"
    assert_one_error "cannot read $BATS_TEST_TMPDIR/missing"
    run -8 --separate-stderr mqtt-pub $to --cert "$BATS_TEST_TMPDIR/missing" --key k
    assert_one_error "cannot read $BATS_TEST_TMPDIR/missing"
    echo nothing >"$BATS_TEST_TMPDIR/empty"
    run -8 --separate-stderr mqtt-pub $to --cafile "$BATS_TEST_TMPDIR/empty"
    assert_one_error 'no certificate in PEM form'
    run -2 --separate-stderr mqtt-pub $to --psk abc --psk-identity i
    assert_one_error 'pre-shared key'
    run -2 --separate-stderr mqtt-pub $to --ciphers nonsense
    assert_one_error 'no cipher in "nonsense"'
    run -2 --separate-stderr mqtt-pub $to --ciphers TLS_NONSENSE
    assert_one_error TLS_NONSENSE
    run -3 --separate-stderr mqtt-pub $to --tls
  }
}

@test "--rate of next to nothing does not send everything at once" {
  start_small_broker 'expect CONNECT; send CONNACK; expect PUBLISH; expect PUBLISH'
  start_in_background pub mqtt-pub -t a -m x --rate 0.0000000001 --repeat 4 --grace 0
  wait_until grep -q ^PUBLISH "$BATS_TEST_TMPDIR/scripted.out"
  kill -TERM "$pub_pid"
  finish pub
  run -0 grep -c ^PUBLISH "$BATS_TEST_TMPDIR/scripted.out"
  assert_equal "$output" 1
  finish scripted
  assert_status 1
}

@test "a time-out of 0 and a property out of its range are mistakes" {
  run -2 --separate-stderr mqtt-pub -t a -m x --ack-timeout 0
  assert_one_error '--ack-timeout: a time-out is greater than 0'
  run -2 --separate-stderr mqtt-pub -t a -m x -D publish message-expiry-interval 4294967296
  assert_one_error '--property: message-expiry-interval: '
}

@test "-m: one message with its topic, QoS and retain flag" {
  start_small_broker 'expect CONNECT; send CONNACK; expect PUBLISH topic=a/b payload="hello world" qos=1 retain=1; send PUBACK id=last; expect DISCONNECT'
  run -0 --separate-stderr mqtt-pub -t a/b -m 'hello world' -q 1 -r
  assert_equal "$output$stderr" ''
  seen_by_broker
}

@test "-n: an empty message" {
  start_small_broker 'expect CONNECT; send CONNACK; expect PUBLISH payload-size=0 retain=1; expect DISCONNECT'
  run -0 mqtt-pub -t a -n -r
  seen_by_broker
}

@test "-f: several files are several messages, in order" {
  printf 'one' >"$BATS_TEST_TMPDIR/1"
  printf 'two\nlines\n' >"$BATS_TEST_TMPDIR/2"
  : >"$BATS_TEST_TMPDIR/3"
  start_small_broker
  run -0 mqtt-pub -t a -q 1 -f "$BATS_TEST_TMPDIR/1" -f "$BATS_TEST_TMPDIR/2" -f "$BATS_TEST_TMPDIR/3"
  seen_by_broker
  run -0 sed -n 's/^PUBLISH.* payload-size=//p' "$BATS_TEST_TMPDIR/scripted.out"
  assert_equal "$output" $'3\n10\n0'
}

@test "-s: the whole of standard input is one message" {
  start_small_broker
  run -0 mqtt-pub -t a -s < <(head -c 200000 /dev/zero)
  seen_by_broker
  assert_equal "$(grep -c ^PUBLISH <<<"$output")" 1
  assert_contains "$output" payload-size=200000
}

@test "-l: empty lines count, and so does a last line without an end" {
  start_small_broker
  run -0 mqtt-pub -t a -l < <(printf 'one\n\n two \nlast')
  seen_by_broker
  assert_equal "$(payloads_seen)" $'one\n\n" two "\nlast'
}

@test "-l and -s: the command that prints the password does not read what is to be published" {
  start_small_broker 'expect CONNECT password=secret; send CONNACK; auto until=DISCONNECT'
  run -0 mqtt-pub -t a -l -u ann --password-command 'cat; echo secret' < <(printf 'one\ntwo\n')
  seen_by_broker
  assert_equal "$(payloads_seen)" $'one\ntwo'
  start_small_broker 'expect CONNECT password=secret; send CONNACK; auto until=DISCONNECT'
  run -0 mqtt-pub -t a -s -u ann --password-command 'head -c 1; echo secret' < <(printf 'all of it')
  seen_by_broker
  assert_equal "$(payloads_seen)" '"all of it"'
}

@test "-l: no input is no message" {
  start_small_broker
  run -0 mqtt-pub -t a -l </dev/null
  seen_by_broker
  assert_equal "$(grep -c ^PUBLISH <<<"$output" || true)" 0
}

@test "-l: records may end with NUL or any other byte" {
  local options
  for options in '-0' '--delimiter \0'; do
    start_small_broker
    # shellcheck disable=SC2086
    run -0 mqtt-pub -t a -l $options < <(printf 'one\ntwo\0three\0')
    seen_by_broker
    run -0 sed -n 's/^PUBLISH.* payload-size=//p' "$BATS_TEST_TMPDIR/scripted.out"
    assert_equal "$output" $'7\n5'
  done
  start_small_broker
  run -0 mqtt-pub -t a -l --delimiter ';' < <(printf 'one;two')
  seen_by_broker
  assert_equal "$(payloads_seen)" $'one\ntwo'
  run -2 --separate-stderr mqtt-pub -t a -l --delimiter ab </dev/null
  assert_one_error --delimiter '"ab" is not one byte'
}

@test "--from-json: a line brings its own topic, QoS, retain flag, payload and properties" {
  start_small_broker
  run -0 mqtt-pub --from-json -t fallback <<'END'
{"topic":"a","payload":"text","qos":1,"retain":true,"content_type":"text/plain","user_properties":[["k","v"]]}
{"topic":"b","payload_base64":"aGVsbG8="}
{"payload":{"x":1}}
END
  seen_by_broker
  local publishes
  publishes=$(grep ^PUBLISH <<<"$output")
  assert_equal "$(wc -l <<<"$publishes")" 3
  assert_contains "$publishes" 'topic=a qos=1 retain=1'
  assert_contains "$publishes" 'content-type=text/plain'
  assert_contains "$publishes" 'user-property=k:v'
  assert_contains "$publishes" 'topic=b qos=0 retain=0 dup=0 payload=hello'
  assert_contains "$publishes" 'topic=fallback'
  assert_contains "$publishes" '{"x":1}'
}

# shellcheck disable=SC2034 # read by the tests
bad_lines='{"payload":"one"}
{"payload":"two"
{"payload":"three","qos":3}

{"payload":"four"}'

@test "--from-json: a bad line is named, the others are published, the exit status is 8" {
  start_small_broker
  run -8 --separate-stderr mqtt-pub --from-json -t a -q 1 <<<"$bad_lines"
  assert_equal "$(wc -l <<<"$stderr")" 2
  assert_contains "$stderr" 'mqtt-pub: line 2: '
  assert_contains "$stderr" 'mqtt-pub: line 3: '
  seen_by_broker
  assert_equal "$(payloads_seen)" $'one\nfour'
}

@test "--from-json: a line with a control character is a bad line, unless they are allowed" {
  local input='{"topic":"one","payload":1}
{"topic":"a\tb","payload":2}
{"topic":"a","payload":3,"response_topic":"r\u0085"}
{"topic":"a","payload":4,"user_properties":[["k","v\n"]]}
{"topic":"a","payload":"5\n","correlation_data":"\u0001"}'
  start_small_broker
  run -8 --separate-stderr mqtt-pub --from-json -q 1 <<<"$input"
  assert_equal "$(wc -l <<<"$stderr")" 3
  assert_contains "$stderr" 'line 2: topic: "a\tb" has the control character U+0009'
  assert_contains "$stderr" 'line 3: response_topic has the control character U+0085'
  assert_contains "$stderr" 'line 4: user_properties has the control character U+000A'
  seen_by_broker
  assert_equal "$(payloads_seen)" $'1\n5\\n'
  start_small_broker
  run -0 --separate-stderr mqtt-pub --from-json --allow-control-characters -q 1 <<<"$input"
  seen_by_broker
  assert_equal "$(grep -c ^PUBLISH <<<"$output")" 5
}

@test "a broker that closes after a control character: the topic and the line are named" {
  start_small_broker 'expect CONNECT; send CONNACK; expect PUBLISH topic=a qos=1; send PUBACK id=last; expect PUBLISH qos=1; close'
  run -7 --separate-stderr mqtt-pub --from-json --allow-control-characters --no-reconnect -q 1 -M 1 <<'END'
{"topic":"a","payload":1}
{"topic":"a\tb","payload":2}
END
  assert_one_error 'before that went the message of line 2 to "a\tb", which has the control character U+0009'
}

@test "--from-json --strict stops at the first bad line" {
  start_small_broker
  run -8 --separate-stderr mqtt-pub --from-json --strict -t a -q 1 <<<"$bad_lines"
  assert_one_error 'line 2: '
  seen_by_broker
  assert_equal "$(payloads_seen)" one
}

@test "--json shows bad lines as results too" {
  start_small_broker
  run -8 --separate-stderr mqtt-pub --json --from-json -t a -q 1 <<<"$bad_lines"
  assert_equal "$(jq -sc '[.[].type] | sort' <<<"$output")" '["error","error","published","published"]'
  seen_by_broker
}

@test "--from-json: a line of another type is a bad line, and none is lost in silence" {
  local readings='{"type":"reading","temp":21.5}
{"type":"message","payload":"one"}
{"topic":"b","payload":"two","type":"published"}
{"payload":"three"}'
  start_small_broker
  run -8 --separate-stderr mqtt-pub --from-json -t a -q 1 <<<"$readings"
  assert_equal "$(wc -l <<<"$stderr")" 2
  assert_contains "$stderr" 'mqtt-pub: line 1: type: "reading" is not "message"'
  assert_contains "$stderr" 'mqtt-pub: line 3: type: "published" is not "message"'
  seen_by_broker
  assert_equal "$(payloads_seen)" $'one\nthree'
  start_small_broker
  run -8 --separate-stderr mqtt-pub --from-json --strict -t a -q 1 <<<"$readings"
  assert_one_error 'line 1: type: '
  seen_by_broker
  assert_equal "$(payloads_seen)" ''
}

@test "--json: an error that is about a line or a topic has both as fields" {
  start_small_broker 'expect CONNECT; send CONNACK maximum-qos=0; auto until=DISCONNECT'
  run -8 --separate-stderr mqtt-pub --json --from-json -t a <<'END'
{"payload":"x","qos":3}
{"topic":"b","type":"reading"}
no JSON
{"topic":"c","payload":"x","qos":1}
{"topic":"a+","payload":"x"}
END
  assert_equal "$(jq -c 'select(.type == "error") | [.line, .topic, .exit_status]' <<<"$output" | sort)" \
    $'[1,"a",8]\n[2,"b",8]\n[3,null,8]\n[4,"c",6]\n[5,"a+",8]'
  seen_by_broker
}

@test "--from-json: lines that mosquitto_sub and mqtt-sub write for %j" {
  start_small_broker
  run -0 mqtt-pub --from-json <<'END'
{"tst":"2026-11-30T02:03:24.970451Z+0000","topic":"a","qos":1,"retain":1,"payloadlen":3,"mid":1,"properties":{"user-properties":{"k":"1","l":"2"},"content-type":"text"},"payload":"one"}
{"tst":"2026-11-30T02:03:24.977003+0000","topic":"b","qos":0,"retain":false,"payloadlen":7,"properties":{"user-properties":[{"k":"1"},{"k":"2"}]},"payload":{"x":1}}
END
  seen_by_broker
  local publishes
  publishes=$(grep ^PUBLISH <<<"$output")
  assert_equal "$(wc -l <<<"$publishes")" 2
  assert_contains "$publishes" 'topic=a qos=1 retain=1'
  assert_contains "$publishes" 'content-type=text'
  assert_contains "$publishes" 'user-property=l:2'
  assert_contains "$publishes" 'topic=b qos=0 retain=0'
  assert_contains "$publishes" '{"x":1}'
}

@test "--from-json without a topic names the line" {
  start_small_broker
  run -8 --separate-stderr mqtt-pub --from-json <<<'{"payload":"x"}'
  assert_one_error 'line 1: ' topic
  seen_by_broker
}

@test "--repeat sends a message as often as asked, --repeat-delay with pauses" {
  start_small_broker
  run -0 mqtt-pub -t a -m x -q 1 --repeat 5
  seen_by_broker
  assert_equal "$(grep -c ^PUBLISH <<<"$output")" 5
  start_small_broker
  local begin=${EPOCHREALTIME/./}
  run -0 mqtt-pub -t a -m x -q 1 --repeat 3 --repeat-delay 0.2
  ((${EPOCHREALTIME/./} - begin >= 400000))
  seen_by_broker
  assert_equal "$(grep -c ^PUBLISH <<<"$output")" 3
  run -2 --separate-stderr mqtt-pub -t a -l --repeat 2 </dev/null
  assert_one_error --repeat
}

@test "--rate keeps a schedule" {
  start_small_broker
  local begin=${EPOCHREALTIME/./}
  run -0 mqtt-pub -t a -m x --repeat 6 --rate 10/s
  ((${EPOCHREALTIME/./} - begin >= 500000))
  seen_by_broker
  assert_equal "$(grep -c ^PUBLISH <<<"$output")" 6
}

@test "--json: a result line for each message, in order" {
  start_small_broker
  run -0 --separate-stderr mqtt-pub --json -t a -q 1 -l < <(seq 300)
  assert_equal "$stderr" ''
  assert_equal "$(jq -s 'length' <<<"$output")" 300
  assert_equal "$(jq -s 'all(.topic == "a" and .qos == 1 and .reason_code == 0 and
    .reason == "Success" and .latency_us >= 0 and (.packet_identifier | type == "number"))' \
    <<<"$output")" true
  # One broker that answers in order, one window: identifiers go up.
  assert_equal "$(jq -s '[.[].packet_identifier] | . == sort' <<<"$output")" true
  seen_by_broker
}

@test "--json: results come in the order of the messages although acknowledgements do not" {
  start_small_broker 'expect CONNECT; send CONNACK; expect PUBLISH id=1; expect PUBLISH id=2; expect PUBLISH id=3; send PUBACK id=3; send PUBACK id=1 code=0x10; send PUBACK id=2; expect DISCONNECT'
  run -0 mqtt-pub --json -t a -q 1 -l < <(seq 3)
  assert_equal "$(jq -c '[.packet_identifier, .reason_code]' <<<"$output")" $'[1,16]\n[2,0]\n[3,0]'
  seen_by_broker
}

@test "--json: QoS 0 has a result too, and an id of the input line comes back" {
  start_small_broker
  run -0 mqtt-pub --json --from-json <<<'{"topic":"a","payload":"x","id":"no 1"}'
  assert_equal "$(jq -c '[.topic, .qos, .id, has("packet_identifier")]' <<<"$output")" \
    '["a",0,"no 1",false]'
  seen_by_broker
}

@test "QoS 0: the end of several messages waits until the broker has read them, of one it does not" {
  local option
  for option in -m -l; do
    start_small_broker 'expect CONNECT; send CONNACK; expect PUBLISH payload=x; expect DISCONNECT'
    # shellcheck disable=SC2046 # an option and its value
    run -0 mqtt-pub -t a $([[ $option == -l ]] && echo -l || echo -m x) <<<x
    seen_by_broker
    start_small_broker 'expect CONNECT; send CONNACK; expect PUBLISH payload=x; expect PINGREQ; send PINGRESP; expect DISCONNECT'
    # shellcheck disable=SC2046
    run -0 mqtt-pub -t a --confirm $([[ $option == -l ]] && echo -l || echo -m x) <<<x
    seen_by_broker
  done
  start_small_broker 'expect CONNECT; send CONNACK; expect PUBLISH payload=1; expect PUBLISH payload=2; expect PINGREQ; send PINGRESP; expect DISCONNECT'
  run -0 --separate-stderr mqtt-pub -t a -l < <(seq 2)
  assert_equal "$stderr" ''
  seen_by_broker
}

@test "QoS 0: a PINGREQ goes behind every 64 KiB" {
  start_small_broker
  run -0 mqtt-pub -t a -l < <(yes "$(head -c 1000 /dev/zero | tr '\0' x)" | head -n 300)
  seen_by_broker
  # The last one stands before DISCONNECT.
  assert_equal "$(grep -c ^PINGREQ <<<"$output")" 5
  assert_equal "$(tail -n 2 <<<"$output" | cut -d ' ' -f 1)" $'PINGREQ\nDISCONNECT'
}

@test "QoS 0: --confirm is not in the paho engine, and says so" {
  run -2 --separate-stderr mqtt-pub --engine paho --confirm -t a -m x
  assert_one_error --confirm --engine
}

@test "--inflight: never more messages unacknowledged than the window holds" {
  # What came too early would stand where `expect` wants another packet, or be the fourth at `wait`.
  start_small_broker 'expect CONNECT; send CONNACK; expect PUBLISH payload=1; expect PUBLISH payload=2
    expect PUBLISH payload=3; wait 300ms; send PINGRESP; wait 300ms; reset'
  run mqtt-pub --inflight 3 --no-reconnect -t a -q 1 -l < <(seq 50)
  seen_by_broker
  assert_equal "$(payloads_seen)" $'1\n2\n3'
}

@test "--inflight: an acknowledgement makes room for one more" {
  start_small_broker 'expect CONNECT; send CONNACK; expect PUBLISH payload=1; expect PUBLISH payload=2
    wait 200ms; send PUBACK id=1; expect PUBLISH payload=3; wait 200ms; reset'
  run mqtt-pub --inflight 2 --no-reconnect -t a -q 1 -l < <(seq 50)
  seen_by_broker
  assert_equal "$(payloads_seen)" $'1\n2\n3'
}

@test "the broker's receive maximum is a window as well" {
  start_small_broker 'expect CONNECT; send CONNACK receive-maximum=1
    expect PUBLISH payload=1 qos=2; wait 200ms; send PUBREC id=last; expect PUBREL; wait 200ms
    send PUBCOMP id=last; expect PUBLISH payload=2; send PUBREC id=last; expect PUBREL
    send PUBCOMP id=last; expect DISCONNECT'
  run -0 mqtt-pub -t a -q 2 -l < <(seq 2)
  seen_by_broker
}

@test "the exit status is the worst result" {
  start_small_broker 'expect CONNECT; send CONNACK; expect PUBLISH; send PUBACK id=last; expect PUBLISH
    send PUBACK id=last code=0x87 reason-string="not for you"; expect PUBLISH; send PUBACK id=last; expect DISCONNECT'
  run -6 --separate-stderr mqtt-pub --inflight 1 --json -t a/b -q 1 -l < <(seq 3)
  assert_one_error 'the message to a/b was refused: Not authorized (0x87): not for you'
  assert_equal "$(jq -c .reason_code <<<"$output")" $'0\n135\n0'
  assert_equal "$(jq -r 'select(.reason_code > 0) | .reason_string' <<<"$output")" 'not for you'
  seen_by_broker
}

# two_in_a_row STEPS FIRST SAID SECOND ARGUMENT...: JSON lines to a broker, the second only when `SAID` has been
# said of the first; sets `status`.
two_in_a_row() {
  local said=$3 first=$2 second=$4
  start_small_broker "$1"
  shift 4
  rm -f "$BATS_TEST_TMPDIR/lines"
  mkfifo "$BATS_TEST_TMPDIR/lines"
  # shellcheck disable=SC2016 # for the other shell
  start_in_background pub bash -c 'exec mqtt-pub --from-json -t a "$@" <"$0"' "$BATS_TEST_TMPDIR/lines" "$@"
  exec 5>"$BATS_TEST_TMPDIR/lines"
  echo "$first" >&5
  wait_until grep -q "$said" "$BATS_TEST_TMPDIR/pub.err"
  echo "$second" >&5
  exec 5>&-
  finish scripted
  assert_status 0
  finish pub
}

@test "of two failures in one run the same one gives the status in both orders" {
  local good='{"payload":"x"}' bad='{"payload":' refusal steps
  refusal='expect CONNECT; send CONNACK; expect PUBLISH; send PUBACK id=last code=0x87; expect DISCONNECT'
  two_in_a_row "$refusal" "$good" 'was refused' "$bad" -q 1
  assert_status 8
  two_in_a_row "$refusal" "$bad" 'line 1: ' "$good" -q 1
  assert_status 8
  # A message that went with its connection, and a line that is none.
  steps='expect CONNECT; send CONNACK; expect PUBLISH; reset; accept; expect CONNECT; send CONNACK; expect DISCONNECT'
  two_in_a_row "$steps" "$good" 'connected again' "$bad" --reconnect-delay 0.01
  assert_status 7
  steps='expect CONNECT; send CONNACK; expect PUBLISH; reset'
  two_in_a_row "$steps" "$bad" 'line 1: ' "$good" --no-reconnect --confirm
  assert_status 7
}

@test "many refusals are counted, not repeated without end" {
  start_small_broker 'expect CONNECT; send CONNACK receive-maximum=1000; auto until=PUBLISH count=1 answered=no
    wait 100ms; send PUBACK id=1 code=0x97 count=50; expect DISCONNECT'
  run -6 --separate-stderr mqtt-pub -t a -q 1 --inflight 50 -l < <(seq 50)
  assert_equal "$(wc -l <<<"$stderr")" 11
  assert_contains "$stderr" 'mqtt-pub: 40 more like these were left out'
}

@test "QoS 2 that the broker refuses in PUBREC" {
  start_small_broker 'expect CONNECT; send CONNACK; expect PUBLISH qos=2; send PUBREC id=last code=0x97; expect DISCONNECT'
  run -6 --separate-stderr mqtt-pub -t a -m x -q 2
  assert_one_error 'Quota exceeded (0x97)'
  seen_by_broker
}

@test "a slow reader of the results loses none of them" {
  start_small_broker
  # The reader sleeps longer than --grace, which is for signals.
  run -0 --separate-stderr bash -c 'set -o pipefail
    seq 2000 | mqtt-pub --grace 0.2 --inflight 2000 --json -t a -q 1 -l |
      (read -r first; sleep 1; echo "$first"; cat) | jq -s length'
  assert_equal "$output" 2000
  assert_equal "$stderr" ''
  seen_by_broker
}
