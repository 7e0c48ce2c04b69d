# What was a fail or inconclusive beside other checks is made again by itself.
load helper

teardown() { stop_background; }

# start_breaker ARGUMENT...: sets `port`.
start_breaker() {
  local fifo=$BATS_TEST_TMPDIR/port
  mkfifo "$fifo"
  rule-breaker "$@" >"$fifo" 3>&- &
  in_background+=($!)
  read -r -t "$patience" port <"$fifo"
}

# count FILTER: how many findings in $output it is true for.
count() { jq -s "map(select(.type == \"finding\" and ($1))) | length" <<<"$output"; }

@test "a broker that loses messages under load only: not a fail, and not a pass" {
  start_breaker --break qos1-lost-under-load
  run mqtt-qos-test --json -h 127.0.0.1 -p "$port" --replays 0
  assert_status 1
  (($(count '.verdict == "fail" and .plays == 1') > 0))
  run mqtt-qos-test --json -h 127.0.0.1 -p "$port"
  assert_status 1
  (($(count '.verdict == "inconclusive" and (.observed | startswith("only beside others: ")) and .plays == 4') > 0))
  [ "$(count '.verdict == "fail" and (.observed | test("of 4 plays") | not)')" -eq 0 ]
}

@test "a fail that comes each time is told once, with the number of plays" {
  start_breaker --break qos1-lost
  run mqtt-qos-test --json -h 127.0.0.1 -p "$port" --case at-least-once --case session-present
  assert_status 1
  [ "$(count '.case == "session-present" and .verdict == "pass" and .plays == 1')" -eq 1 ]
  (($(count '.verdict == "fail" and .plays == 4 and (.observed | test("of 4 plays") | not)') > 0))
}

@test "--replays takes 0 to 10" {
  run -2 --separate-stderr mqtt-probe -h 127.0.0.1 --replays 11
  [[ $stderr == *--replays* ]]
}

@test "a broker that is gone is not asked again" {
  start_breaker --fault kill@60
  run --separate-stderr mqtt-qos-test --json -h 127.0.0.1 -p "$port" --case-timeout 2s
  assert_status 1
  [ "$(count '.plays > 1')" -eq 0 ]
  [ "$(count '.observed | test("no time was left")')" -eq 0 ]
}
