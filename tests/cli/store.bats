# mqtt-pub --store: what is accepted, when it is said, and what becomes of it. Kills in mid-stream are in
# tests/broker/durable.bats.
load helper
export BATS_TEST_TIMEOUT=60

setup() { store=$BATS_TEST_TMPDIR/store; }

# Not all jobs: one of them is the time limit of bats, which leaves a process behind when it is killed.
teardown() { kill ${pub_pid-} ${scripted_pid-} 2>/dev/null || true; }

# start_small_broker [STEPS]: a broker that writes down every packet; MQTT_URL leads to it.
start_small_broker() {
  start_scripted_broker "${1:-auto until=DISCONNECT}"
  export MQTT_URL=mqtt://127.0.0.1:$scripted_port
}

seen_by_broker() {
  finish scripted
  assert_status 0
}

# No broker anywhere.
leave_broker() {
  start_small_broker 'expect CONNECT; close'
  mqtt-pub -t t -m m 2>/dev/null || true
  finish scripted
}

# json FILTER: of the last output's lines.
json() { jq -rc "$1" <<<"$output"; }

# start_reading NAME ARGUMENT...: mqtt-pub in the background, with the file or pipe "in" as its input.
start_reading() {
  start_in_background "$1" bash -c 'exec mqtt-pub --store "$0" "${@:2}" <"$1"' "$store" \
    "$BATS_TEST_TMPDIR/in" "${@:2}"
}

# lines_with_ids FIRST LAST
lines_with_ids() { seq "$1" "$2" | jq -c '{topic: "t", payload: ., id: "id\(.)"}'; }

listed() { mqtt-pub --store "$store" --store-list --json | jq -rc "${1:-.payload}" | paste -sd ' '; }

assert_error() {
  for part in "$@"; do assert_contains "$stderr" "$part"; done
}

@test "without a broker: accepted, said, listed, and sent by the next run" {
  leave_broker
  run -3 --separate-stderr mqtt-pub --store "$store" --json -t a/b -m one -q 2
  assert_equal "$(json '[.type, .number, .topic, .qos]')" '["stored",1,"a/b",2]'
  assert_error 'connection refused' "1 message waits in $store"
  run -3 --separate-stderr mqtt-pub --store "$store" -t a/b -m two
  assert_equal "$output" 'stored 2 a/b'
  assert_equal "$(listed '[.number, .state, .qos, .payload]')" '[1,"waiting",2,"one"] [2,"waiting",1,"two"]'

  start_small_broker 'expect CONNECT clean=0; send CONNACK
    expect PUBLISH topic=a/b payload=one qos=2 dup=0 id=1; expect PUBLISH payload=two qos=1 dup=0 id=2
    send PUBREC id=1; expect PUBREL id=1; send PUBCOMP id=1; send PUBACK id=2
    expect DISCONNECT session-expiry-interval=0'
  run -0 --separate-stderr mqtt-pub --store "$store" --json
  assert_equal "$(json '[.type, .topic, .qos, .reason_code]')" '["published","a/b",2,0]
["published","a/b",1,0]'
  assert_equal "$stderr" ''
  seen_by_broker
  assert_equal "$(listed)" ''
}

@test "nothing to do is done without a connection" {
  leave_broker
  run -0 mqtt-pub --store "$store"
  assert_equal "$output" ''
}

@test "a process killed with a message in flight: DUP and the same identifier; PUBREL once PUBREC came" {
  start_small_broker 'expect CONNECT clean=0 session-expiry-interval=4294967295; send CONNACK
    expect PUBLISH id=1; expect PUBLISH id=2; send PUBREC id=2; expect PUBREL id=2; silence'
  jq -nc '{topic: "t", payload: "one", qos: 1}, {topic: "t", payload: "two", qos: 2}' >"$BATS_TEST_TMPDIR/in"
  start_reading pub --from-json
  wait_until grep -q ^PUBREL "$BATS_TEST_TMPDIR/scripted.out"
  assert_equal "$(listed '[.state, .packet_identifier]')" '["sent",1] ["released",2]'
  kill -KILL "$pub_pid"
  finish pub
  finish scripted
  identifier=$(sed -n 's/^CONNECT.* client-id=\([^ ]*\).*/\1/p' "$BATS_TEST_TMPDIR/scripted.out")
  [[ -n $identifier ]]

  start_small_broker "expect CONNECT clean=0 client-id=$identifier; send CONNACK present=1
    expect PUBLISH id=1 dup=1 payload=one; expect PUBREL id=2; send PUBCOMP id=2; send PUBACK id=1
    expect PUBLISH id=3 dup=0 payload=three; send PUBACK id=3; expect DISCONNECT session-expiry-interval=0"
  run -0 --separate-stderr mqtt-pub --store "$store" -t t -m three
  seen_by_broker
}

@test "a broker that has lost the session: sent as new, and QoS 2 reported" {
  start_small_broker 'expect CONNECT; send CONNACK; expect PUBLISH id=1; silence'
  start_in_background pub mqtt-pub --store "$store" -t t -m m -q 2
  wait_until grep -q ^PUBLISH "$BATS_TEST_TMPDIR/scripted.out"
  kill -KILL "$pub_pid"
  finish pub
  finish scripted
  start_small_broker 'expect CONNECT clean=0; send CONNACK present=0; expect PUBLISH id=1 dup=0
    send PUBREC id=1; expect PUBREL; send PUBCOMP id=1; expect DISCONNECT'
  run -1 --separate-stderr mqtt-pub --store "$store" --json
  assert_equal "$(json .may_be_duplicate)" true
  assert_error 'may have been delivered twice'
  seen_by_broker
}

@test "an id is taken once, done or not" {
  leave_broker
  run -3 mqtt-pub --store "$store" --from-json --json < <(lines_with_ids 1 3)
  run -3 --separate-stderr mqtt-pub --store "$store" --from-json --json < <(lines_with_ids 2 4)
  assert_equal "$(json '[.id, .known, .number]')" '["id2",true,null]
["id3",true,null]
["id4",null,4]'
  assert_equal "$(listed)" '1 2 3 4'
  start_small_broker
  run -0 mqtt-pub --store "$store"
  seen_by_broker
  start_small_broker
  run -0 --separate-stderr mqtt-pub --store "$store" --from-json < <(lines_with_ids 1 2)
  assert_equal "$output" 'known t id=id1
known t id=id2'
  seen_by_broker
  leave_broker
  run -3 --separate-stderr mqtt-pub --store "$store" --store-forget 0 --from-json --json < <(lines_with_ids 1 1)
  assert_equal "$(json .known)" null
}

@test "QoS 1 by default; QoS 0 is refused, a line with it reported" {
  run -2 --separate-stderr mqtt-pub --store "$store" -t t -m m -q 0
  assert_error 'QoS 0' '-q 1 or -q 2'
  [[ ! -e $store ]]
  leave_broker
  run -3 --separate-stderr mqtt-pub --store "$store" --from-json < <(
    jq -nc '{topic: "t", payload: "zero", qos: 0}, {topic: "t", payload: "one"}')
  assert_error 'line 1: qos:'
  assert_equal "$(listed '[.payload, .qos]')" '["one",1]'
}

@test "what --store cannot do is refused by name" {
  local refused
  for refused in '-V 31' '-x 0' '-D publish topic-alias 1'; do
    # shellcheck disable=SC2086 # an option and its value
    run -2 --separate-stderr mqtt-pub --store "$store" -t t -m m $refused
    assert_contains "$stderr" 'mqtt-pub: '
  done
  run -2 --separate-stderr mqtt-pub --store "$store" -t t -m m --engine paho
  assert_error '--store is not in the paho engine'
  run -2 --separate-stderr mqtt-pub --store-list
  assert_error '--store-list needs --store'
  run -2 --separate-stderr mqtt-pub --store "$store" --store-list -t t -m m
  assert_error 'publishes nothing'
  [[ ! -e $store ]]
}

@test "lines, files, all of standard input and repeats go through the store" {
  leave_broker
  printf 'file' >"$BATS_TEST_TMPDIR/file"
  run -3 mqtt-pub --store "$store" -t t -l < <(printf 'a\nb\n')
  run -3 mqtt-pub --store "$store" -t t -f "$BATS_TEST_TMPDIR/file"
  run -3 mqtt-pub --store "$store" -t t -s < <(printf 'all\nof it')
  run -3 mqtt-pub --store "$store" -t t -n -r
  run -3 mqtt-pub --store "$store" -t t -m again --repeat 2500
  assert_equal "$(grep -c '^stored ' <<<"$output")" 2500
  assert_contains " $(listed '[.payload, .retain]')" \
    ' ["a",false] ["b",false] ["file",false] ["all\nof it",false] ["",true] ["again",false] '
  start_small_broker
  run -0 mqtt-pub --store "$store"
  seen_by_broker
  assert_equal "$(grep -c '^PUBLISH.* payload=again ' <<<"$output")" 2500
}

@test "the input goes on while the broker is away, and ends the run with the cause" {
  leave_broker
  mkfifo "$BATS_TEST_TMPDIR/in"
  start_reading pub -t t -l --reconnect-delay 10ms
  exec {in}>"$BATS_TEST_TMPDIR/in"
  echo one >&"$in"
  wait_until grep -q '^stored 1' "$BATS_TEST_TMPDIR/pub.out"
  wait_until grep -q 'connecting again' "$BATS_TEST_TMPDIR/pub.err"
  echo two >&"$in"
  wait_until grep -q '^stored 2' "$BATS_TEST_TMPDIR/pub.out"
  exec {in}>&-
  finish pub
  assert_status 3
  assert_error 'connection refused' '2 messages wait'
}

@test "a refused connection too leaves the input to the store" {
  start_small_broker 'expect CONNECT; send CONNACK code=0x87'
  run -4 --separate-stderr mqtt-pub --store "$store" -t t -l < <(seq 3000)
  assert_equal "$(grep -c ^stored <<<"$output")" 3000
  assert_error 'Not authorized' '3000 messages wait'
}

@test "a refused connection is tried again as long as input comes" {
  start_small_broker 'expect CONNECT version=3.1.1; send CONNACK; expect PUBLISH id=1; silence'
  start_in_background pub mqtt-pub --store "$store" -t t -m one -V 311
  wait_until grep -q ^PUBLISH "$BATS_TEST_TMPDIR/scripted.out"
  kill -KILL "$pub_pid"
  finish pub
  finish scripted
  start_small_broker 'expect CONNECT version=3.1.1; send CONNACK code=5; close
    accept; expect CONNECT version=3.1.1 clean=0; send CONNACK present=1; expect PUBLISH id=1 dup=1; send PUBACK id=1
    expect PUBLISH id=2 payload=two; send PUBACK id=2; reset
    accept; expect CONNECT; send CONNACK present=1; expect PUBLISH payload=three; send PUBACK id=last
    expect DISCONNECT; expect CLOSE; accept; expect CONNECT clean=1; send CONNACK; expect DISCONNECT'
  mkfifo "$BATS_TEST_TMPDIR/in"
  start_reading pub -t t -l --reconnect-delay-max 10ms
  exec {in}>"$BATS_TEST_TMPDIR/in"
  echo two >&"$in"
  wait_until grep -q 'payload=two' "$BATS_TEST_TMPDIR/scripted.out"
  echo three >&"$in"
  exec {in}>&-
  finish pub
  assert_status 0
  assert_error 'refused the connection'
  seen_by_broker
  assert_equal "$(listed)" ''
}

@test "SIGINT: what waits stays, and is said" {
  start_small_broker 'expect CONNECT; send CONNACK; silence'
  mkfifo "$BATS_TEST_TMPDIR/in"
  start_reading pub -t t -l --grace 0.1
  exec {in}>"$BATS_TEST_TMPDIR/in"
  echo one >&"$in"
  wait_until grep -q '^PUBLISH' "$BATS_TEST_TMPDIR/scripted.out"
  kill -INT "$pub_pid"
  finish pub
  exec {in}>&-
  assert_status 130
  assert_error "1 message waits in $store, 1 of them sent without an acknowledgement"
  assert_equal "$(listed .state)" sent
  finish scripted
  assert_contains "$output" DISCONNECT
  [[ $output != *session-expiry-interval=0* ]]
}

@test "a refused message is reported and done" {
  start_small_broker 'expect CONNECT; send CONNACK; expect PUBLISH; send PUBACK id=last code=0x87; expect DISCONNECT'
  run -6 --separate-stderr mqtt-pub --store "$store" -t t -m m
  assert_error 'was refused: Not authorized'
  assert_equal "$(listed)" ''
}

@test "version and client identifier are those of what is in flight" {
  start_small_broker 'expect CONNECT version=3.1.1; send CONNACK; expect PUBLISH; silence'
  start_in_background pub mqtt-pub --store "$store" -t t -m m -V 311 -i me
  wait_until grep -q ^PUBLISH "$BATS_TEST_TMPDIR/scripted.out"
  run -8 --separate-stderr mqtt-pub --store "$store" -t t -m m
  assert_error "another mqtt-pub uses the store in $store"
  kill -KILL "$pub_pid"
  finish pub
  finish scripted
  run -2 --separate-stderr mqtt-pub --store "$store" -V 5
  assert_error 'sent in MQTT 3.1.1' 'MQTT 5.0'
  run -2 --separate-stderr mqtt-pub --store "$store" -i other
  assert_error 'client "me"'
  start_small_broker 'expect CONNECT version=3.1.1 clean=0 client-id=me; send CONNACK present=1
    expect PUBLISH dup=1; send PUBACK id=last; expect DISCONNECT; expect CLOSE
    accept; expect CONNECT clean=1 client-id=me; send CONNACK; expect DISCONNECT'
  run -0 mqtt-pub --store "$store"
  seen_by_broker
}

@test "a session that the user keeps is not ended" {
  start_small_broker 'expect CONNECT clean=0 session-expiry-interval=600; send CONNACK
    expect PUBLISH; send PUBACK id=last; expect DISCONNECT'
  run -0 mqtt-pub --store "$store" -t t -m m -x 600
  seen_by_broker
  [[ $output != *session-expiry-interval=0* ]]
}

@test "the list: control characters are escaped, binary is base64 in JSON" {
  leave_broker
  printf '\033[31m\377' | run -3 mqtt-pub --store "$store" -t t -s
  run -0 mqtt-pub --store "$store" --store-list
  assert_contains "$output" 'NUMBER'
  [[ $output != *$'\033'* ]]
  assert_equal "$(listed .payload_base64)" "$(printf '\033[31m\377' | base64)"
  run -8 --separate-stderr mqtt-pub --store "$BATS_TEST_TMPDIR" --store-list
  assert_error 'there is no store in'
}

@test "a file of another program is left alone" {
  mkdir "$store"
  echo 'no database' >"$store/queue.db"
  run -8 --separate-stderr mqtt-pub --store "$store" -t t -m m
  assert_error "$store/queue.db is not a store of mqtt-pub"
  assert_equal "$(<"$store/queue.db")" 'no database'
}

@test "a full disk: an error, and what was accepted is kept" {
  leave_broker
  # Files that may not grow further, for mqtt-pub alone.
  run -8 --separate-stderr bash -c 'set -o pipefail
    seq 30000 | (trap "" XFSZ; ulimit -f 600; exec mqtt-pub --store "$0" -t t -l) | cat' "$store"
  assert_error "$store/queue.db: "
  local accepted
  accepted=$(grep -c '^stored' <<<"$output")
  ((accepted < 30000))
  # What was accepted is there; more may be, whose line could not be printed.
  assert_equal "$(mqtt-pub --store "$store" --store-list --json | jq -r .payload | head -n "$accepted")" \
    "$(seq "$accepted")"
}

# lines COUNT SIZE: so many lines of so many bytes.
lines() {
  local padding
  padding=$(printf '%0*d' "$2" 0)
  seq -f "%.0f $padding" "$1"
}

# A file system of its own, which only the command sees.
on_small_disk() {
  mkdir -p "$BATS_TEST_TMPDIR/disk"
  # shellcheck disable=SC2016 # for the inner shell
  unshare -rm bash -c 'mount -t tmpfs -o size=7m none "$0" && cd "$0" && eval "$1"' \
    "$BATS_TEST_TMPDIR/disk" "$1" 3>&-
}

@test "a disk that is full to the last byte: no more is accepted, and the store empties" {
  on_small_disk true || skip 'no file system may be mounted'
  export -f lines
  export LATER_URL
  start_small_broker
  LATER_URL=$MQTT_URL
  MQTT_URL=mqtt://127.0.0.1:1
  run -0 --separate-stderr on_small_disk '
    status=0
    mqtt-pub --store store -t t -l < <(lines 5000 1000) >accepted 2>errors || status=$?
    grep -q "too little room for more in store" errors && ((status == 3)) || { cat errors; exit 1; }
    wc -l <accepted
    dd if=/dev/zero of=rest bs=64k 2>/dev/null || true
    dd if=/dev/zero of=last bs=1 count=65536 2>/dev/null || true
    MQTT_URL=$LATER_URL mqtt-pub --store store 2>errors || { cat errors; exit 1; }
    [[ -z $(mqtt-pub --store store --store-list) ]]'
  local accepted=$output
  ((accepted > 500 && accepted < 5000))
  seen_by_broker
  assert_equal "$(grep -c ^PUBLISH <<<"$output")" "$accepted"
}

@test "published is printed only when the store has kept the outcome" {
  leave_broker
  run -3 mqtt-pub --store "$store" -t t -l < <(lines 200 1000)
  start_small_broker
  # What was sent can be written down, but not that all of it is done.
  # shellcheck disable=SC2016 # for the inner shell
  run -8 --separate-stderr bash -c 'trap "" XFSZ; ulimit -f 64; exec mqtt-pub --store "$0" --json' "$store"
  assert_error "$store/queue.db: "
  local published
  published=$(json 'select(.type == "published") | .topic' | wc -l)
  finish scripted
  assert_contains "$output" PUBLISH
  assert_equal "$((published + $(listed .number | wc -w)))" 200
}

@test "a refused message stays in the store until its line is out" {
  leave_broker
  run -3 mqtt-pub --store "$store" -t t -m one
  start_small_broker 'expect CONNECT; send CONNACK; expect PUBLISH; send PUBACK id=last code=0x87'
  run -7 --separate-stderr bash -c 'exec mqtt-pub --store "$0" --json >/dev/full' "$store"
  finish scripted
  assert_equal "$(listed '[.number, .state]')" '[1,"waiting"]'
  start_small_broker 'expect CONNECT; send CONNACK; expect PUBLISH; send PUBACK id=last code=0x87; expect DISCONNECT'
  run -6 --separate-stderr mqtt-pub --store "$store" --json
  assert_equal "$(json .reason_code)" 135
  assert_equal "$(listed)" ''
}

# three_ends PUBLISH [END]: the steps of three connections that end at this PUBLISH.
three_ends() {
  local i
  for i in 1 2 3; do
    printf 'accept; expect CONNECT; send CONNACK present=1; expect PUBLISH %s; %s\n' "$1" "${2:-close}"
  done
}

# set_one_aside [END]: three messages of which the second one ends each connection.
set_one_aside() {
  local end=${1:-close}
  leave_broker
  run -3 mqtt-pub --store "$store" -t t -l < <(printf 'one\nbad\nthree\n')
  start_small_broker "expect CONNECT; send CONNACK; expect PUBLISH id=1; expect PUBLISH id=2; expect PUBLISH id=3; $end
    accept; expect CONNECT; send CONNACK present=1; expect PUBLISH id=1 dup=1; send PUBACK id=1; expect PUBLISH id=2; $end
    $(three_ends 'id=2 payload=bad' "$end" | head -n 2)
    accept; expect CONNECT; send CONNACK present=1; expect PUBLISH id=3 payload=three; send PUBACK id=3
    expect DISCONNECT"
  run -6 --separate-stderr mqtt-pub --store "$store" --reconnect-delay 5ms
  told=$stderr
  seen_by_broker
}

@test "a message that ends each connection is found, set aside and named, and the others go on" {
  set_one_aside
  stderr=$told
  assert_error 'message 2 to t was alone on its way when the broker ended three connections' \
    'the broker closed it' '--store-drop 2' "1 message is set aside in $store"
  assert_equal "$(listed '[.number, .state, .payload]')" '[2,"set_aside","bad"]'
  assert_contains "$(listed .reason)" 'the broker closed it'
  run -0 mqtt-pub --store "$store" --store-list
  assert_contains "$output" 'set_aside'
  # It is not sent, and not forgotten.
  start_small_broker 'expect CONNECT; send CONNACK; expect PUBLISH payload=four; send PUBACK id=last; expect DISCONNECT'
  run -6 --separate-stderr mqtt-pub --store "$store" -t t -m four
  seen_by_broker
  run -6 --separate-stderr mqtt-pub --store "$store"
  assert_error "1 message is set aside in $store"
  # Taken back, it is sent as new.
  start_small_broker 'expect CONNECT; send CONNACK; expect PUBLISH payload=bad dup=0; send PUBACK id=last; expect DISCONNECT'
  run -0 --separate-stderr mqtt-pub --store "$store" --store-retry
  seen_by_broker
  assert_equal "$(listed)" ''
}

@test "it is found also where the end is a reset, which acknowledges nothing" {
  set_one_aside reset
  stderr=$told
  assert_error 'message 2 to t was alone on its way' 'connection reset by peer' "1 message is set aside in $store"
  [[ $stderr != *'(-i)'* ]]
  assert_equal "$(listed '[.number, .state, .payload]')" '[2,"set_aside","bad"]'
}

@test "it is found also where the broker names a reason that a reconnect would not mend" {
  local code
  for code in 0x81 0x82 0x87 0x90 0x95 0x99 0x9a 0x9b; do
    store=$BATS_TEST_TMPDIR/store-$code
    set_one_aside "send DISCONNECT code=$code; expect CLOSE"
    stderr=$told
    assert_error 'message 2 to t was alone on its way' 'the broker sent DISCONNECT' "1 message is set aside in $store"
    assert_equal "$(listed '[.number, .state, .payload]')" '[2,"set_aside","bad"]'
  done
}

@test "a reason that speaks of no message ends the run at once, and so does any without a store" {
  leave_broker
  run -3 mqtt-pub --store "$store" -t t -m one
  start_small_broker 'expect CONNECT; send CONNACK; expect PUBLISH; send DISCONNECT code=0x8e; expect CLOSE'
  run -7 --separate-stderr mqtt-pub --store "$store"
  assert_error 'the broker sent DISCONNECT: Session taken over' '1 message waits'
  seen_by_broker
  start_small_broker 'expect CONNECT; send CONNACK; expect PUBLISH; send DISCONNECT code=0x95; expect CLOSE'
  run -7 --separate-stderr mqtt-pub -t t -m one -q 1
  assert_error 'the broker sent DISCONNECT: Packet too large'
  seen_by_broker
}

@test "what is set aside or waits can be taken out" {
  set_one_aside
  run -1 --separate-stderr mqtt-pub --store "$store" --store-drop 2 --store-drop 7
  assert_error "there is no message 7 in $store"
  run -0 mqtt-pub --store "$store"
  assert_equal "$(listed)" ''
  run -2 --separate-stderr mqtt-pub --store "$store" --store-drop 1 -t t -m m
  run -2 --separate-stderr mqtt-pub --store-drop 1
  assert_error '--store-drop needs --store'
}

@test "where every message ends the connection none is set aside" {
  leave_broker
  run -3 mqtt-pub --store "$store" -t t -l < <(printf 'one\ntwo\n')
  start_small_broker "expect CONNECT; send CONNACK; expect PUBLISH id=1; expect PUBLISH id=2; close
    $(three_ends 'id=1')
    $(three_ends 'id=2')"
  run -7 --separate-stderr mqtt-pub --store "$store" --reconnect-delay 5ms
  assert_error 'the broker closed it' 'none is set aside' "2 messages wait in $store"
  seen_by_broker
  assert_equal "$(listed '[.number, .state]')" '[1,"sent"] [2,"sent"]'
}

@test "a message that has nobody beside it is not set aside" {
  leave_broker
  run -3 mqtt-pub --store "$store" -t t -m one
  start_small_broker "expect CONNECT; send CONNACK; expect PUBLISH id=1; close
    $(three_ends 'id=1' | head -n 2)"
  run -7 --separate-stderr mqtt-pub --store "$store" --reconnect-delay 5ms
  seen_by_broker
  assert_equal "$(listed '[.number, .state]')" '[1,"sent"]'
}

# Power failures cannot be tried here; what they leave is what was synchronised. With the tests that the
# files are enough at each commit, this says that nothing is told to anyone before its commit.
@test "nothing is printed or sent before what it rests on is synchronised" {
  command -v strace >/dev/null || skip 'no strace'
  start_small_broker
  # A process that is traced cannot look for its leaks.
  ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 run -0 --separate-stderr strace -f -o "$BATS_TEST_TMPDIR/calls" -e trace=pwrite64,fdatasync,fsync,write,sendmsg \
    mqtt-pub --store "$store" --from-json --json < <(lines_with_ids 1 50 | jq -c '.qos = 2')
  run -0 awk '
    /pwrite64\(/ { unsafe = 1 }
    /f(data)?sync\(/ { unsafe = 0; ++synchronised }
    / write\(1,|sendmsg\(/ { ++told; if (unsafe) print }
    END { if (told < 4 || synchronised < 4) print "saw only", told, "and", synchronised }' "$BATS_TEST_TMPDIR/calls"
  assert_equal "$output" ''
}

@test "mqtt-pub itself does not link SQLite" {
  command -v ldd >/dev/null || skip 'no ldd'
  [[ $(ldd "$(command -v mqtt-pub)") != *sqlite* ]]
}
