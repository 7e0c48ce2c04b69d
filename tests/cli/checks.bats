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

teardown() { stop_background; }
