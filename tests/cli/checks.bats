#!/usr/bin/env bats
# What the check tools do with bad input, without a broker, and when they are interrupted.

# shellcheck disable=SC2030,SC2031,SC2154 # bats has a shell for each test, and sets variables

load helper

tools=(mqtt-will-test mqtt-qos-test mqtt-share-test mqtt-probe)

# refused WORDS COMMAND...: ends with 2, and one line that names the tool, and has WORDS in it.
refused() {
  run -2 --separate-stderr "${@:2}"
  [ -z "$output" ]
  [ "${#stderr_lines[@]}" -eq 1 ]
  [[ $stderr == "$2: "*"$1"* ]]
}

@test "keep-alive: what a broker took to answer CONNECT is no lateness in giving up" {
  start_scripted_broker 'expect CONNECT; send CONNACK; expect DISCONNECT; close
    accept; expect CONNECT keep-alive=2; wait 2500ms; send CONNACK; wait 8000ms; close'
  run -0 --separate-stderr mqtt-probe -h 127.0.0.1 -p "$scripted_port" -V 5 --case keep-alive --json
  assert_equal "$(jq -r 'select(.type == "finding") | .verdict, .observed' <<<"$output")" \
    $'pass\ngave up with a keep-alive of 2 s'
  finish scripted
  assert_status 0
}

@test "bad input is named, with the mend" {
  local tool
  for tool in "${tools[@]}"; do
    refused '--case: there is no case "none-such"; see --list' "$tool" --case none-such
    refused '--case-timeout: a time-out is greater than 0' "$tool" --case-timeout 0
    refused '--parallel: "0" is not a whole number from 1 to 1000' "$tool" --parallel 0
    refused '--topic-prefix: "a/#": a topic name contains a wildcard' "$tool" --topic-prefix 'a/#'
    refused 'unexpected argument "fin"' "$tool" fin
  done
  refused 'did you mean fin?' mqtt-will-test --case fine
  refused 'give one or the other' mqtt-will-test --will-topic a --case fin
  refused 'give --will-topic too' mqtt-will-test --cut rst
  refused '--witness paho has the other one look' mqtt-will-test --engine paho
  refused 'only the native engine' mqtt-probe --engine paho
  refused '--require: "none-such": there is no fact' mqtt-probe --require none-such
  refused '"" is not a number of bytes' mqtt-probe --require 'packet>='
}

@test "--list needs no broker, and a case of another version has nothing to say" {
  local tool
  for tool in "${tools[@]}"; do
    [ "$("$tool" --list | wc -l)" -eq "$("$tool" --list --json | jq -r 'select(.type == "case").case' | wc -l)" ]
  done
  rule-breaker >"$BATS_TEST_TMPDIR/port" 3>&- &
  in_background+=($!)
  wait_until grep -q . "$BATS_TEST_TMPDIR/port"
  refused 'none of the cases named is for MQTT 3.1.1' mqtt-probe -h 127.0.0.1 -p "$(<"$BATS_TEST_TMPDIR/port")" \
    -V 311 --case flow-control
}

@test "nobody listens: one line, exit 3" {
  local tool
  for tool in "${tools[@]}"; do
    run -3 --separate-stderr "$tool" -L mqtt://127.0.0.1:1 --json
    [ "$(jq -r '"\(.type) \(.exit_status)"' <<<"$output")" = "error 3" ]
    [[ $stderr == "$tool: cannot reach 127.0.0.1:1"* ]]
  done
}

# The broker goes silent early, so that much is left to interrupt after the first findings; wills take
# their time anyway.
@test "interrupted: what is known is told, and the signal ends it" {
  local tool fault=()
  for tool in mqtt-will-test mqtt-probe; do
    [[ $tool != mqtt-probe ]] || fault=(--fault freeze@30)
    rule-breaker "${fault[@]}" >"$BATS_TEST_TMPDIR/$tool.port" 3>&- &
    in_background+=($!)
    wait_until grep -q . "$BATS_TEST_TMPDIR/$tool.port"
    start_in_background run env --default-signal=INT "$tool" --json -h 127.0.0.1 \
      -p "$(<"$BATS_TEST_TMPDIR/$tool.port")"
    wait_until grep -q finding "$BATS_TEST_TMPDIR/run.out"
    kill -INT "$run_pid"
    finish run
    [ "$status" -eq 130 ]
    jq -se 'map(select(.type == "summary") | .interrupted) == [true]' "$BATS_TEST_TMPDIR/run.out"
    jq -se 'any(.verdict == "inconclusive" and (.observed | test("^interrupted")))' "$BATS_TEST_TMPDIR/run.out"
  done
}

# start_rule_breaker ARGUMENT...: in the background; sets `at`, the options that lead there.
# shellcheck disable=SC2120 # not every test has arguments for it
start_rule_breaker() {
  rule-breaker "$@" >"$BATS_TEST_TMPDIR/port" 2>/dev/null 3>&- &
  in_background+=($!)
  wait_until grep -q . "$BATS_TEST_TMPDIR/port"
  at=(-h 127.0.0.1 -p "$(<"$BATS_TEST_TMPDIR/port")")
}

@test "no right to subscribe below the prefix: no check is made, and --topic-prefix is named" {
  local tool
  start_rule_breaker
  for tool in "${tools[@]}"; do
    run -6 --separate-stderr "$tool" "${at[@]}" --topic-prefix forbidden/secret --json
    [ "$(jq -r .type <<<"$output")" = error ]
    assert_contains "$stderr" "$tool: the broker refused a subscription to forbidden/secret/"
    assert_contains "$stderr" '--topic-prefix'
    [ "${#stderr_lines[@]}" -eq 1 ]
  done
}

@test "no right to publish below the prefix: no check is made, and --topic-prefix is named" {
  local tool version words
  start_rule_breaker
  for tool in "${tools[@]}"; do
    for version in 311 5; do
      run -6 --separate-stderr "$tool" "${at[@]}" -V "$version" --topic-prefix forbidden --case-timeout 1s
      [ -z "$output" ]
      words='did not come back to its own subscriber within 1 s: the right'
      [[ $version == 311 ]] || words='/control: Not authorized: "one may not\tpublish to this topic"'
      assert_contains "$stderr" "$words"
      assert_contains "$stderr" '--topic-prefix'
    done
  done
}

@test "a broker that ends the connection at the first subscription or message: 6" {
  local greeting='accept; expect CONNECT; send CONNACK; expect DISCONNECT'
  start_scripted_broker "$greeting; accept; expect CONNECT; send CONNACK; expect SUBSCRIBE; close"
  run -6 --separate-stderr mqtt-qos-test -h 127.0.0.1 -p "$scripted_port" -V 311
  assert_contains "$stderr" 'the connection ended at a subscription to mqtt-toolbox/'
  start_scripted_broker "$greeting; accept; expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0;
    expect PUBLISH; close"
  run -6 --separate-stderr mqtt-qos-test -h 127.0.0.1 -p "$scripted_port" -V 311
  assert_contains "$stderr" 'the connection ended at a message to mqtt-toolbox/'
  assert_contains "$stderr" '--topic-prefix'
}

@test "--no-control goes on, and where nothing can be checked that is the answer" {
  local version
  start_rule_breaker
  for version in 311 5; do
    run -1 --separate-stderr mqtt-share-test "${at[@]}" -V "$version" --topic-prefix forbidden/secret --no-control --json
    assert_contains "$stderr" 'mqtt-share-test: nothing could be checked: a shared subscription was refused'
    [ -z "$(jq -r 'select(.verdict | IN("pass", "fail", "deviates")).case' <<<"$output")" ]
    [ "$(jq -rs 'map(select(.type != "finding") | "\(.type) \(.exit_status)") | join(",")' <<<"$output")" = \
      'error 1,summary 1' ]
  done
}

@test "what needs no rights is checked without them" {
  start_rule_breaker
  run -0 --separate-stderr mqtt-probe "${at[@]}" --topic-prefix forbidden/secret --case ping --case version-5.0
  run -0 --separate-stderr mqtt-probe "${at[@]}" --topic-prefix forbidden/secret --require 'mqtt5,assigned-id'
}

@test "what could not be learnt is unknown, and neither yes nor no" {
  local facts
  start_rule_breaker
  run -1 --separate-stderr mqtt-probe "${at[@]}" -V 5 --topic-prefix forbidden/secret --no-control --json \
    --case qos1 --case shared --case retained --case no-local --case sys-topics --case message-expiry
  facts=$(jq -r 'select(.type == "fact" and .name != "sys-topics") | "\(.name) \(.value) \(.source)"' <<<"$output")
  assert_equal "$facts" "$(printf '%s null unknown\n' qos1 shared no-local retained message-expiry)"
  run -1 --separate-stderr mqtt-probe "${at[@]}" -V 5 --topic-prefix forbidden/secret --no-control \
    --require '!shared' --require shared
  [ "$(grep -c '^unmet .*shared: unknown$' <<<"$output")" -eq 2 ]
  grep -qx '  shared  unknown' <<<"$output"
}

@test "an interrupted mqtt-will-test leaves nothing retained" {
  start_rule_breaker
  start_in_background run env --default-signal=INT mqtt-will-test "${at[@]}" --witness native --json
  wait_until grep -q finding "$BATS_TEST_TMPDIR/run.out"
  kill -INT "$run_pid"
  finish run
  [ "$status" -eq 130 ]
  run -0 --separate-stderr mqtt-sub "${at[@]}" --retained-only -v -t 'mqtt-toolbox/#'
  assert_equal "$output" ''
}

teardown() { stop_background; }
