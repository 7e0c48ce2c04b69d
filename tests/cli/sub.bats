# mqtt-sub as scripts use it: what it prints, when it ends, and with what exit status.
load helper
export BATS_TEST_TIMEOUT=60

setup_file() { start_sandbox; }
teardown_file() { stop_sandbox; }
teardown() { stop_background; }

# Each test has topics of its own.
setup() { topic=test/$BATS_TEST_NUMBER; }

start_small_broker() {
  start_scripted_broker "${1:-auto until=DISCONNECT}"
  export MQTT_URL=mqtt://127.0.0.1:$scripted_port
}

assert_one_error() {
  assert_equal "$(wc -l <<<"$stderr")" 1
  assert_contains "$stderr" 'mqtt-sub: '
  for part in "$@"; do assert_contains "$stderr" "$part"; done
}

@test "payloads, with -v topics as well" {
  start_subscriber plain -t "$topic" -C 2
  start_subscriber verbose -v -t "$topic" -C 2
  run -0 mqtt-pub -t "$topic" -q 1 -l < <(printf 'one\ntwo words\n')
  finish plain
  assert_status 0
  assert_equal "$output" $'one\ntwo words'
  finish verbose
  assert_equal "$output" "$topic one"$'\n'"$topic two words"
}

@test "--json: one object a line, with everything the message had" {
  start_subscriber sub --json -t "$topic" -q 1 -C 3
  run -0 mqtt-pub -t "$topic" -m text -q 1 --user-property a=b --content-type text/plain
  run -0 mqtt-pub -t "$topic" -q 1 -s < <(printf '\xff\0')
  run -0 mqtt-pub -t "$topic" -q 0 -n
  finish sub
  assert_status 0
  assert_equal "$(jq -c '[.topic, .qos, .payload, .payload_base64, .content_type, .user_properties]' <<<"$output")" \
    "[\"$topic\",1,\"text\",null,\"text/plain\",[[\"a\",\"b\"]]]
[\"$topic\",1,null,\"/wA=\",null,null]
[\"$topic\",0,\"\",null,null,null]"
}

@test "--payload chooses the form" {
  local form
  for form in auto json text base64 hex none; do
    start_subscriber "$form" --json --payload $form -t "$topic" -C 1
    start_subscriber "plain_$form" --payload $form -t "$topic" -C 1
  done
  run -0 mqtt-pub -t "$topic" -q 1 -m '{"temp":21.5}'
  declare -A fields=([auto]='"{\"temp\":21.5}"' [json]='{"temp":21.5}' [text]='"{\"temp\":21.5}"'
    [base64]=null [hex]=null [none]=null)
  declare -A lines=([auto]='{"temp":21.5}' [json]='{"temp":21.5}' [text]='{"temp":21.5}'
    [base64]=eyJ0ZW1wIjoyMS41fQ== [hex]=7b2274656d70223a32312e357d [none]='')
  for form in auto json text base64 hex none; do
    finish "$form"
    assert_equal "$form $(jq -c .payload <<<"$output")" "$form ${fields[$form]}"
    [[ $form == base64 ]] && assert_equal "$(jq -r .payload_base64 <<<"$output")" eyJ0ZW1wIjoyMS41fQ==
    [[ $form == hex ]] && assert_equal "$(jq -r .payload_hex <<<"$output")" 7b2274656d70223a32312e357d
    finish "plain_$form"
    assert_equal "$form $output" "$form ${lines[$form]}"
  done
}

@test "-C leaves what came after unacknowledged, for the next run" {
  local id=keeps-$BATS_TEST_NUMBER
  local keep="-i $id -c --session-expiry-interval 60 -q 1"
  # shellcheck disable=SC2086 # options
  run -0 mqtt-sub $keep -t "$topic" -E
  run -0 mqtt-pub -t "$topic" -q 1 -l < <(seq 5)
  # shellcheck disable=SC2086
  run -0 mqtt-sub $keep -t "$topic" -C 2 -W 20
  assert_equal "$output" $'1\n2'
  # shellcheck disable=SC2086
  run -0 mqtt-sub $keep -t "$topic" -C 3 -W 20
  assert_equal "$output" $'3\n4\n5'
}

@test "-C acknowledges no more than it printed" {
  start_small_broker 'expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=1
    send PUBLISH topic=a payload=x qos=1 id=1 count=4; expect PUBACK id=1; expect PUBACK id=2; expect DISCONNECT'
  run -0 mqtt-sub -t a -q 1 -C 2
  assert_equal "$output" $'x\nx'
  finish scripted
  assert_status 0
}

@test "-W ends with 27, with fractions of a second, and keeps what came" {
  start_subscriber sub -t "$topic" -W 1.5
  run -0 mqtt-pub -t "$topic" -m kept -q 1
  finish sub
  assert_status 27
  assert_equal "$output" kept
  assert_contains "$stderr" 'mqtt-sub: timed out'
  run -27 --separate-stderr mqtt-sub -t "$topic" -W 0.2 --quiet
  assert_equal "$output$stderr" ''
}

@test "--idle-timeout ends with 0, and with 27 when -C wanted more" {
  run -0 --separate-stderr mqtt-sub -t "$topic" --idle-timeout 0.2
  assert_equal "$output$stderr" ''
  run -27 mqtt-sub -t "$topic" --idle-timeout 0.2 -C 1
}

@test "--retained-only ends by itself, also with nothing found" {
  run -0 --separate-stderr mqtt-sub --retained-only -t "$topic/#"
  assert_equal "$output$stderr" ''
  run -0 mqtt-pub --from-json -q 1 -r < <(for i in {1..200}; do echo "{\"topic\":\"$topic/$i\",\"payload\":\"$i\"}"; done)
  run -0 mqtt-sub --retained-only -t "$topic/#"
  assert_equal "$(sort -n <<<"$output")" "$(seq 200)"
  run -0 mqtt-sub --retained-only --remove-retained -t "$topic/#"
  run -0 mqtt-sub --retained-only -t "$topic/#"
  assert_equal "$output" ''
}

@test "--subscribe gives each filter its own options" {
  start_small_broker 'expect CONNECT; send CONNACK
    expect SUBSCRIBE filter=a/# qos=2 no-local=1 retain-as-published=1 retain-handling=1; send SUBACK id=last code=2
    expect DISCONNECT'
  run -0 mqtt-sub --subscribe 'qos=2,no-local,rap,rh=1:a/#' -E
  finish scripted
  assert_status 0
  run -2 --separate-stderr mqtt-sub --subscribe 'qos=3:a'
  assert_one_error --subscribe 3
  run -2 --separate-stderr mqtt-sub --subscribe 'a/b'
  assert_one_error '"a/b" is not OPTIONS:FILTER'
  run -2 --separate-stderr mqtt-sub --subscribe 'no-local:$share/g/a'
  assert_one_error --subscribe
}

@test "filters that overlap lose nothing, and every copy that the broker delivers is printed" {
  local version
  for version in 5 311 auto; do
    start_subscriber sub -t "$topic/#" -t "$topic/+" -t "$topic/a" -T "$topic/b" -V $version -C 1 -q 1
    run -0 mqtt-pub -t "$topic/a" -q 1 -m 1
    finish sub
    assert_status 0
    assert_equal "$output" 1
  done
  start_small_broker 'expect CONNECT; send CONNACK; expect SUBSCRIBE filter=a/# filter=a/b; send SUBACK id=last code=0 code=1
    send PUBLISH topic=a/b payload=low subscription-identifier=2; send PUBLISH topic=a/b payload=high qos=1 id=1 subscription-identifier=1
    expect PUBACK; expect DISCONNECT'
  run -0 mqtt-sub --subscribe 'qos=0:a/#' --subscribe 'qos=1:a/b' -C 2
  assert_equal "$output" $'low\nhigh'
  finish scripted
  assert_status 0
}

@test "a filter given twice is subscribed to, and no identifier is invented" {
  local version
  for version in 5 311 auto; do
    start_subscriber sub --json -t "$topic" -t "$topic" -V $version -C 1
    run -0 mqtt-pub -t "$topic" -q 1 -m came
    finish sub
    assert_status 0
    assert_equal "$(jq -c '[.payload, has("subscription_identifiers")]' <<<"$output")" '["came",false]'
  done
}

@test "a kept session resumed with its filters in another order, or changed, prints all that was queued" {
  local id=order-$BATS_TEST_NUMBER now queued
  for now in "-t $topic/# -t $topic/b" "-t $topic/b -t $topic/#" "-t $topic/b -t other"; do
    run -0 mqtt-sub -t "$topic/b" -t "$topic/#" -q 1 -i "$id" -c -E
    for queued in b x y; do run -0 mqtt-pub -t "$topic/$queued" -q 1 -m "$queued"; done
    # shellcheck disable=SC2086 # options
    run -0 mqtt-sub $now -q 1 -i "$id" -c --idle-timeout 1
    assert_equal "$(sort -u <<<"$output")" $'b\nx\ny'
    run -0 mqtt-sub -t "$topic" -i "$id" -E # ends the session
  done
}

@test "a filter that wants no retained messages keeps them from no other" {
  run -0 mqtt-pub -t "$topic/b" -r -q 1 -m kept
  run -0 mqtt-sub --subscribe "rh=2:$topic/b" -t "$topic/#" -C 1 -W 20
  assert_equal "$output" kept
}

@test "a reader that has seen enough ends it, without another message" {
  local command ready=$BATS_TEST_TMPDIR/ready form
  for command in 'head -n 1' 'grep -m 1 one' 'jq -n input'; do
    rm -f "$ready"
    form=''
    [[ $command == jq* ]] && form=--json
    # shellcheck disable=SC2016 # for the inner shell
    start_in_background reader bash -c 'set -o pipefail; mqtt-sub $4 -t "$1" --ready-file "$2" | $3' - \
      "$topic" "$ready" "$command" "$form"
    wait_until test -e "$ready"
    run -0 mqtt-pub -t "$topic" -q 1 -m one
    finish reader
    assert_status 0
    assert_contains "$output" one
    assert_equal "$stderr" ''
  done
  run -0 --separate-stderr bash -c 'mqtt-sub -t nothing/comes | true; exit "${PIPESTATUS[0]}"'
  assert_equal "$stderr" ''
}

@test "--ready-fd and --ready-file say when the subscriptions are there" {
  local file=$BATS_TEST_TMPDIR/ready
  run -0 mqtt-sub -t "$topic" -E --ready-file "$file"
  assert_equal "$(<"$file")" ready
  start_small_broker 'expect CONNECT; send CONNACK; expect SUBSCRIBE; silence'
  rm "$file"
  run -7 --separate-stderr mqtt-sub -t "$topic" --ready-file "$file" --ack-timeout 0.2
  [[ ! -e $file ]]
  unset MQTT_URL
  export MQTT_URL=$MQTT_SANDBOX_TCP_URL
  run -8 --separate-stderr mqtt-sub -t "$topic" --ready-file /no/such/folder/ready
  assert_one_error /no/such/folder/ready 'no such file or directory'
  run -8 --separate-stderr mqtt-sub -t "$topic" --ready-fd 77
  assert_one_error 'descriptor 77' 'bad file descriptor'
}

@test "a reader that goes away ends it quietly" {
  run -0 --separate-stderr bash -c "set -o pipefail
    coproc feeder { exec mqtt-pub -t '$topic' -m x -q 1 --repeat 100000 --repeat-delay 0.02; }
    mqtt-sub -t '$topic' | head -n 1
    status=\$?; kill \$feeder_PID; exit \$status"
  assert_equal "$output" x
  assert_equal "$stderr" ''
}

@test "a slow reader loses nothing, and the connection stays alive" {
  # The broker expects a PINGREQ in the time in which the reader takes nothing.
  start_small_broker 'expect CONNECT keep-alive=1; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0
    send PUBLISH topic=a payload-size=1000 count=1500; expect PINGREQ; send PINGRESP; expect PINGREQ; send PINGRESP
    auto until=DISCONNECT'
  run -0 bash -c 'set -o pipefail
    mqtt-sub -k 1 -t a -C 1500 | (wait_for() { until [[ $(grep -c PINGREQ "$1") == 2 ]]; do sleep 0.05; done; }
      wait_for "$0"; wc -l)' "$BATS_TEST_TMPDIR/scripted.out"
  assert_equal "$output" 1500
  finish scripted
  assert_status 0
}

@test "QoS 1 is acknowledged when it was written, not when it was read from the network" {
  start_small_broker 'expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=1
    send PUBLISH topic=a payload-size=200000 qos=1 id=1; wait 300ms; send PINGRESP; expect PUBACK id=1; expect DISCONNECT'
  mkfifo "$BATS_TEST_TMPDIR/slow"
  start_in_background sub bash -c "mqtt-sub -t a -q 1 -C 1 >'$BATS_TEST_TMPDIR/slow'"
  exec 5<"$BATS_TEST_TMPDIR/slow"
  wait_until grep -q SUBSCRIBE "$BATS_TEST_TMPDIR/scripted.out"
  sleep 0.4 # the time in which nothing may come
  run -1 grep -q PUBACK "$BATS_TEST_TMPDIR/scripted.out"
  assert_equal "$(wc -c <&5)" 200001
  finish sub
  assert_status 0
  finish scripted
  assert_status 0
}

@test "a slow reader and -C: it waits until all is taken" {
  start_small_broker 'expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0
    send PUBLISH topic=a payload-size=1000 count=500; expect DISCONNECT'
  run -0 --separate-stderr bash -c 'set -o pipefail
    mqtt-sub --grace 0.1 -t a -C 500 | (sleep 1; wc -l)'
  assert_equal "$output" 500
  assert_equal "$stderr" ''
  finish scripted
  assert_status 0
}

@test "a full disk is said so, with exit status 8, and nothing is acknowledged" {
  start_small_broker 'expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=1
    send PUBLISH topic=a payload=x qos=1 id=1; expect DISCONNECT'
  run -8 --separate-stderr bash -c 'mqtt-sub -t a -q 1 >/dev/full'
  assert_one_error 'cannot write to standard output' 'no space left on device'
  finish scripted
  assert_status 0
}

@test "control characters reach a pipe as they are, and no terminal" {
  local payload=$'\e]0;title\a\e[31mred'
  start_subscriber pipe -v -t "$topic/#" -C 1
  start_in_background terminal script -qec "mqtt-sub -v -t '$topic/#' -C 1 --ready-file '$BATS_TEST_TMPDIR/ready'" /dev/null
  wait_until test -s "$BATS_TEST_TMPDIR/ready"
  run -0 mqtt-pub -t "$topic/x" -q 1 -m "$payload"
  finish pipe
  assert_equal "$output" "$topic/x $payload"
  finish terminal
  assert_status 0
  assert_contains "$output" red
  [[ $output != *$'\e'* && $output != *$'\a'* ]]
}

@test "filters with control characters are refused by name" {
  run -2 --separate-stderr mqtt-sub -t $'a\n/#'
  assert_one_error '--topic: "a\n/#" has the control character U+000A' --allow-control-characters
  run -2 --separate-stderr mqtt-sub -t a -U $'b\x1b'
  assert_one_error '--unsubscribe: ' U+001B
  start_small_broker $'expect CONNECT; send CONNACK; expect SUBSCRIBE filter="a\tb"; send SUBACK id=last code=0; expect DISCONNECT'
  run -0 --separate-stderr mqtt-sub -E --allow-control-characters -t $'a\tb'
  finish scripted
  assert_status 0
}

@test "--record says once that control characters need an option, with which they are published as they came" {
  local record=$BATS_TEST_TMPDIR/record
  start_small_broker $'expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=2
    send PUBLISH topic="a\tb" payload=one qos=1 id=1 retain=1
    send PUBLISH topic="c\x01" payload=two response-topic="r\x7f"; expect DISCONNECT'
  run -0 --separate-stderr bash -c 'mqtt-sub --record --retain-handling never -t "#" -C 2 >"$1"' - "$record"
  assert_one_error 'the message to "a\tb"' --allow-control-characters
  finish scripted
  start_small_broker $'expect CONNECT; send CONNACK; expect PUBLISH topic="a\tb" payload=one qos=1 retain=1; send PUBACK id=last
    expect PUBLISH topic="c\x01" payload=two qos=0 response-topic="r\x7f"; expect DISCONNECT'
  run -0 --separate-stderr mqtt-pub --from-json --allow-control-characters <"$record"
  finish scripted
  assert_status 0
}

@test "time-outs of 0, 0 percent and a share in -T are mistakes" {
  local option
  for option in -W --timeout --idle-timeout --ack-timeout; do
    run -2 --separate-stderr mqtt-sub -t a "$option" 0
    assert_one_error 'a time-out is greater than 0'
  done
  run -2 --separate-stderr mqtt-sub -t a --random-filter 0
  assert_one_error '--random-filter: ' '0 percent'
  run -2 --separate-stderr mqtt-sub -t '#' -T '$share/g/a/b'
  assert_one_error '--filter-out: ' 'give the filter alone: a/b'
}

@test "bidirectional controls reach a pipe as they are, and no terminal" {
  local payload=$'a\u202eb\u2028c'
  for form in '-v' '--json' "-F '%t %p'" "-F %j"; do
    rm -f "$BATS_TEST_TMPDIR/ready"
    start_subscriber pipe -t "$topic/#" -C 1
    start_in_background terminal script -qec "mqtt-sub $form -t '$topic/#' -C 1 --ready-file '$BATS_TEST_TMPDIR/ready'" /dev/null
    wait_until test -s "$BATS_TEST_TMPDIR/ready"
    run -0 mqtt-pub -t "$topic/x" -q 1 -m "$payload"
    finish pipe
    assert_equal "$output" "$payload"
    finish terminal
    assert_status 0
    assert_contains "$output" 202e
    [[ $output != *$'\u202e'* && $output != *$'\u2028'* ]]
  done
}

@test "a refused filter is named; the others go on" {
  start_small_broker 'expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0x87 code=0
    send PUBLISH topic=b payload=x; expect DISCONNECT'
  run -6 --separate-stderr mqtt-sub -t a -t b -C 1
  assert_equal "$output" x
  assert_one_error 'the subscription to a was refused: Not authorized'
  finish scripted
  assert_status 0
}

@test "when all filters are refused, or one under --strict, it ends at once" {
  start_small_broker 'expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0x87; expect DISCONNECT'
  run -6 --separate-stderr mqtt-sub -t a
  assert_one_error 'the subscription to a was refused'
  finish scripted
  assert_status 0
  start_small_broker 'expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0 code=0x87; expect DISCONNECT'
  run -6 --separate-stderr mqtt-sub -t a -t b --strict
  finish scripted
  assert_status 0
}

@test "filters go in as many SUBSCRIBEs as the broker's Maximum Packet Size and --subscribe-batch want" {
  start_small_broker 'expect CONNECT; send CONNACK maximum-packet-size=40
    expect SUBSCRIBE filter=aaaaaaaaaa filter=bbbbbbbbbb; send SUBACK id=last code=0 code=0
    expect SUBSCRIBE filter=cccccccccc; send SUBACK id=last code=0
    expect UNSUBSCRIBE filter=dddddddddd filter=eeeeeeeeee; send UNSUBACK id=last code=0 code=0
    expect UNSUBSCRIBE filter=ffffffffff; send UNSUBACK id=last code=0; expect DISCONNECT'
  run -0 mqtt-sub -t aaaaaaaaaa -t bbbbbbbbbb -t cccccccccc -U dddddddddd -U eeeeeeeeee -U ffffffffff -E
  finish scripted
  assert_status 0
  start_small_broker 'expect CONNECT; send CONNACK
    expect SUBSCRIBE filter=a filter=b; send SUBACK id=last code=0 code=0
    expect SUBSCRIBE filter=c; send SUBACK id=last code=0
    expect UNSUBSCRIBE filter=d; send UNSUBACK id=last code=0; expect DISCONNECT'
  run -0 mqtt-sub -t a -t b -t c -U d -E --subscribe-batch 2
  finish scripted
  assert_status 0
  run -2 --separate-stderr mqtt-sub -t a --subscribe-batch 0
  assert_one_error --subscribe-batch
}

@test "a broker that comes back with a smaller Maximum Packet Size gets the filters in more SUBSCRIBEs" {
  start_small_broker 'expect CONNECT; send CONNACK
    expect SUBSCRIBE filter=aaaaaaaaaa filter=bbbbbbbbbb filter=cccccccccc; send SUBACK id=last code=0 code=0 code=0; reset
    accept; expect CONNECT; send CONNACK maximum-packet-size=40
    expect SUBSCRIBE filter=aaaaaaaaaa filter=bbbbbbbbbb; send SUBACK id=last code=0 code=0
    expect SUBSCRIBE filter=cccccccccc; send SUBACK id=last code=0x87; send PUBLISH topic=bbbbbbbbbb payload=m; expect DISCONNECT'
  run -6 --separate-stderr timeout 60 mqtt-sub -t aaaaaaaaaa -t bbbbbbbbbb -t cccccccccc -C 1 --reconnect-delay 1ms
  assert_equal "$output" m
  assert_contains "$stderr" 'the subscription to cccccccccc was refused: Not authorized'
  finish scripted
  assert_status 0
}

@test "a filter that breaks a limit of the broker is refused by name; the others go on" {
  start_small_broker 'expect CONNECT; send CONNACK maximum-packet-size=40 wildcard-subscription-available=0
    expect SUBSCRIBE filter=a; send SUBACK id=last code=0; expect SUBSCRIBE filter=d; send SUBACK id=last code=0
    expect DISCONNECT'
  run -6 --separate-stderr mqtt-sub -t a -t long/long/long/long/long/long/long -t 'c/#' -t d -E
  assert_equal "$(wc -l <<<"$stderr")" 2
  assert_contains "$stderr" 'the subscription to long/long/long/long/long/long/long was refused: the packet has'
  assert_contains "$stderr" 'the subscription to c/# was refused: the broker accepts no wildcard subscriptions'
  finish scripted
  assert_status 0
}

@test "20,000 filters are subscribed to, eight at a time" {
  local options=$BATS_TEST_TMPDIR/options
  seq -f "-t $topic/%g" 20000 >"$options"
  start_subscriber sub -o "$options" --subscribe-batch 8 -C 2
  run -0 mqtt-pub -t "$topic/1" -q 1 -m first
  run -0 mqtt-pub -t "$topic/20000" -q 1 -m last
  finish sub
  assert_status 0
  assert_equal "$output" $'first\nlast'
}

@test "a granted QoS lower than the one asked for is said" {
  start_small_broker 'expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=1 code=0 code=1; expect DISCONNECT'
  run -0 --separate-stderr mqtt-sub -q 2 -t a/# --subscribe qos=0:b --subscribe qos=1:c -E
  assert_one_error 'the broker grants QoS 1 instead of 2 for a/#'
  finish scripted
  assert_status 0
}

@test "after a reconnect a refusal names the filter that it is about" {
  start_small_broker 'expect CONNECT; send CONNACK; expect SUBSCRIBE filter=a filter=b; send SUBACK id=last code=0 code=0
    expect UNSUBSCRIBE filter=a; send UNSUBACK id=last code=0; reset
    accept; expect CONNECT; send CONNACK; expect SUBSCRIBE filter=b; send SUBACK id=last code=0x87; expect DISCONNECT'
  run -6 --separate-stderr mqtt-sub -t a -t b -U a --reconnect-delay 0.01
  assert_contains "$stderr" 'the subscription to b was refused: Not authorized'
  finish scripted
  assert_status 0
}

@test "after a lost connection it subscribes again, unless the broker kept the session" {
  start_small_broker 'expect CONNECT; send CONNACK; expect SUBSCRIBE filter=a; send SUBACK id=last code=0; reset
    accept; expect CONNECT; send CONNACK; expect SUBSCRIBE filter=a; send SUBACK id=last code=0
    send PUBLISH topic=a payload=again; expect DISCONNECT'
  run -0 --separate-stderr mqtt-sub -t a -C 1 --reconnect-delay 0.01
  assert_equal "$output" again
  assert_equal "$(wc -l <<<"$stderr")" 2
  assert_contains "$stderr" 'connecting again in'
  assert_contains "$stderr" 'mqtt-sub: connected again'
  finish scripted
  assert_status 0
}
