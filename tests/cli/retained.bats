# Reading what a broker retains, where brokers answer in ways of their own: mqtt-retain-clear and
# mqtt-sub --retained-only find the end, or say that they did not.
load helper

teardown() { stop_background; }

# What a scripted broker plays: a connection, then reads. Each read of the tools is a SUBSCRIBE, an
# UNSUBSCRIBE of a filter that nobody has and a PINGREQ, and at the end both once more.
connection='accept; expect CONNECT; send CONNACK'
granted='expect SUBSCRIBE; send SUBACK id=last code=0'
end='expect UNSUBSCRIBE; send UNSUBACK id=last; expect PINGREQ; send PINGRESP'
# read_of TOPIC...: a read that brings these.
read_of() {
  local topic
  printf '; %s' "$granted"
  for topic; do printf '; send PUBLISH topic=%s payload=x retain=1' "$topic"; done
  printf '; %s; %s' "$end" "$end"
}
# by_name COUNT TOPIC...: so many are asked for by their names, and these come.
by_name() {
  local count=$1 topic
  shift
  printf '; expect SUBSCRIBE; send SUBACK id=last'
  for ((; count > 0; --count)); do printf ' code=0'; done
  for topic; do printf '; send PUBLISH topic=%s payload=x retain=1' "$topic"; done
  printf '; %s; %s' "$end" "$end"
}

# again TOPIC...: a later read, which asks for a topic of the first one behind the filter.
again() { by_name 2 "$@"; }

# play SCRIPT COMMAND...: the command against the scripted broker.
play() {
  start_scripted_broker "$1"
  shift
  run --separate-stderr "$@" -h 127.0.0.1 -p "$scripted_port" -V 311
  local status_of_run=$status output_of_run=$output stderr_of_run=$stderr
  finish scripted
  script_status=$status status=$status_of_run output=$output_of_run stderr=$stderr_of_run
}

@test "an UNSUBSCRIBE of an unknown filter that is never answered: PINGRESP is answer enough" {
  local unanswered='expect UNSUBSCRIBE; expect PINGREQ; send PINGRESP'
  play "$connection; $granted; send PUBLISH topic=a/b payload=x retain=1; $unanswered; $end
    expect PUBLISH topic=a/b retain=1; $granted; $unanswered; $end; expect DISCONNECT" \
    mqtt-retain-clear --yes 'a/#'
  assert_equal "$output" '1 of 1 retained messages cleared, and seen to be gone'
  assert_status 0
  assert_equal "$script_status" 0
}

@test "retained messages that come after the answers count, and the filter is read again" {
  local late='wait 100ms; send PUBLISH topic=a/late payload=x retain=1'
  local first="$granted; send PUBLISH topic=a/b payload=x retain=1; $end; $late; $end"
  # What comes once behind the filter may be cut, or a broker's way with filters that overlap.
  play "$connection; $first$(again a/late a/b)$(by_name 2 a/late); expect DISCONNECT" mqtt-retain-clear --list 'a/#'
  assert_equal "$output" "$(printf '%9d  %s\n' 1 a/b 1 a/late)"
  assert_status 0
  assert_equal "$script_status" 0
}

@test "reads that differ are told apart from one that is complete" {
  play "$connection$(read_of a/1 a/2)$(again a/1)$(again a/1 a/3)$(again a/1 a/3); expect DISCONNECT" \
    mqtt-retain-clear --list 'a/#'
  assert_status 0
  assert_equal "$script_status" 0
  play "$connection$(read_of a/1)$(again a/2)$(again a/1)$(again a/2)$(again a/1)$(again a/2)
    expect DISCONNECT" mqtt-sub --retained-only -F %t -t 'a/#'
  assert_equal "$output" $'a/1\na/2'
  assert_status 1
  assert_contains "$stderr" '2 found; that may not be all: the last two reads gave 1 and 1 topics'
  assert_equal "$script_status" 0
}

@test "a queue that leaves out the same messages each time is seen" {
  play "$connection$(read_of a/1 a/2)$(again a/1 a/2)$(by_name 2 a/2 a/2); expect DISCONNECT" \
    mqtt-sub --retained-only -F %t -t 'a/#'
  assert_equal "$output" $'a/1\na/2'
  assert_status 1
  assert_contains "$stderr" '2 found; that is not all'
  assert_equal "$script_status" 0
}

@test "a broker that answers nothing but SUBSCRIBE does not tell whether that is all: exit 1" {
  local script="$connection; $granted; send PUBLISH topic=a/b payload=x retain=1; silence"
  local doubt='1 found; this broker does not tell whether that is all: it answered neither UNSUBSCRIBE nor PINGREQ'
  play "$script" mqtt-retain-clear --list --ack-timeout 1s 'a/#'
  assert_status 1
  assert_equal "$output" "$(printf '%9d  %s' 1 a/b)"
  assert_equal "$stderr" "mqtt-retain-clear: $doubt"
  play "$script" mqtt-sub --retained-only -v --ack-timeout 1s -t 'a/#'
  assert_status 1
  assert_equal "$output" 'a/b x'
  assert_equal "$stderr" "mqtt-sub: $doubt"
}

@test "a broker that goes on sending does not keep --retained-only for ever" {
  local script="$connection; $granted; $end" i
  for i in {1..60}; do script+="; wait 100ms; send PUBLISH topic=a/$i payload=x retain=1"; done
  start_scripted_broker "$script; silence"
  run -1 --separate-stderr timeout 60 mqtt-sub --retained-only -t 'a/#' --ack-timeout 1s \
    -h 127.0.0.1 -p "$scripted_port" -V 311
  assert_contains "$stderr" 'the broker was still sending'
}

@test "messages without the RETAIN flag are counted" {
  play "$connection; $granted; send PUBLISH topic=a/b payload=x; send PUBLISH topic=a/c payload=x
    $end; $end$(read_of); expect DISCONNECT" mqtt-sub --retained-only -t 'a/#'
  assert_status 0
  assert_equal "$output" ''
  assert_contains "$stderr" '2 messages came without the RETAIN flag'
  assert_equal "$script_status" 0
}

@test "a message that nobody acknowledges ends the run: exit 7" {
  start_scripted_broker 'accept; auto until=PUBLISH count=1 answered=no; silence'
  run -7 --separate-stderr timeout 60 mqtt-retain-clear --yes --ack-timeout 1s 'a/#' \
    -h 127.0.0.1 -p "$scripted_port" -V 311
  assert_contains "$stderr" 'the broker did not acknowledge 1 messages within 1 s'
  # Also one that is to clear what the first time did not.
  play "$connection$(read_of a/b); expect PUBLISH qos=0$(read_of a/b); expect PUBLISH qos=1; silence" \
    timeout 60 mqtt-retain-clear --yes --ack-timeout 1s 'a/#'
  assert_status 7
  assert_contains "$stderr" 'the broker did not acknowledge 1 messages within 1 s; 1 retained messages found, 1 asked'
}

@test "what could not be written is not called saved" {
  play "$connection$(read_of a/1 a/2); expect SUBSCRIBE; send SUBACK id=last code=0 code=0
    send PUBLISH topic=a/1 payload=x retain=1; expect UNSUBSCRIBE; reset" \
    mqtt-retain-clear --yes --backup "$BATS_TEST_TMPDIR/saved" 'a/#'
  assert_status 7
  assert_contains "$stderr" '0 saved'
  assert_equal "$(<"$BATS_TEST_TMPDIR/saved")" ''
}

@test "what went before it was saved is not called cleared" {
  play "$connection$(read_of a/1 a/2)$(by_name 2 a/1)$(by_name 1); expect PUBLISH topic=a/1 retain=1
    $(read_of | sed 's/^; //'); expect DISCONNECT" \
    mqtt-retain-clear --yes --backup "$BATS_TEST_TMPDIR/saved" 'a/#' --json
  assert_equal "$(jq -c '[.found, .saved, .cleared, .vanished, .remaining]' <<<"$output")" '[2,1,1,1,0]'
  assert_equal "$(jq -r .topic "$BATS_TEST_TMPDIR/saved")" a/1
  assert_equal "$script_status" 0
}

@test "what does not come by its name is not saved, not cleared, and counted once" {
  play "$connection$(read_of a/1 a/2)$(by_name 2)$(by_name 2)$(read_of a/1 a/2)$(by_name 2)$(by_name 2)
    $(read_of a/1 a/2 | sed 's/^; //'); expect DISCONNECT" \
    mqtt-retain-clear --yes --backup "$BATS_TEST_TMPDIR/saved" 'a/#' --json
  assert_status 1
  assert_equal "$(jq -c 'select(.type == "summary") | [.found, .saved, .cleared, .vanished, .remaining]' <<<"$output")" \
    '[2,0,0,0,2]'
  assert_contains "$output" 'did not send it by its name'
  assert_equal "$script_status" 0
}

@test "what is still there after its clear is saved once" {
  play "$connection$(read_of a/1)$(by_name 1 a/1); expect PUBLISH topic=a/1 qos=0$(read_of a/1)$(by_name 1 a/1)
    expect PUBLISH topic=a/1 qos=1; send PUBACK id=last$(read_of a/1); expect DISCONNECT" \
    mqtt-retain-clear --yes --backup "$BATS_TEST_TMPDIR/saved" 'a/#' --json
  assert_status 1
  assert_equal "$(jq -c 'select(.type == "summary") | [.found, .saved, .cleared, .vanished, .remaining]' <<<"$output")" \
    '[1,1,0,0,1]'
  assert_equal "$(wc -l <"$BATS_TEST_TMPDIR/saved")" 1
}

@test "a proof that does not come to its end proves nothing" {
  play "$connection$(read_of a/1); expect PUBLISH topic=a/1 retain=1; $granted; close" \
    mqtt-retain-clear --yes 'a/#'
  assert_status 7
  assert_contains "$stderr" '1 retained messages found, 1 asked to be cleared, and not known whether they are gone'
}

@test "looking writes nothing, and says how to find out more" {
  local task
  for task in --list --dry-run --tree; do
    play "$connection$(read_of)$(read_of); expect DISCONNECT" mqtt-retain-clear $task 'a/#'
    assert_status 0
    assert_equal "$output" ''
    assert_contains "$stderr" 'nothing was found; some brokers send no retained messages for filters with wildcards'
    assert_contains "$stderr" '--self-test'
    assert_equal "$script_status" 0
  done
  start_scripted_broker 'accept; auto'
  run --separate-stderr mqtt-retain-clear --list --self-test 'a/#' -h 127.0.0.1 -p "$scripted_port" -V 311
  assert_contains "$(<"$BATS_TEST_TMPDIR/scripted.out")" mqtt-toolbox/self-test
}
