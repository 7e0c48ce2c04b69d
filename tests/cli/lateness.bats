#!/usr/bin/env bats
# Where the standard sets no time, a late answer is as good as an early one, and a long round trip to the
# broker changes no verdict.
load rules

# For each tool a few checks that wait for something, one of which finds the broker wrong.
chosen() {
  case $1 in
    mqtt-probe) echo ping qos2 keep-alive session-clean message-expiry overlap retained-cleared topic-alias ;;
    mqtt-qos-test) echo exactly-once order subscriber-cut-before-puback acknowledged-not-again receive-maximum ;;
    mqtt-share-test) echo one-member member-unsubscribes member-dies acknowledged-by-the-dead no-retained ;;
    mqtt-will-test) echo disconnect rst silence take-over delay delay-called-off delay-and-session-end once ;;
  esac
}

# A breach for each tool, which is not to be hidden by the way either.
breach_for() {
  case $1 in
    mqtt-probe) echo message-expiry-ignored ;;
    mqtt-qos-test) echo qos1-redelivered-after-puback ;;
    mqtt-share-test) echo share-left-member-gets ;;
    mqtt-will-test) echo will-delay-not-cancelled ;;
  esac
}

tools=(mqtt-probe mqtt-qos-test mqtt-share-test mqtt-will-test)

# For each tool the checks that wait several times, or for several things.
waiting() {
  case $1 in
    mqtt-probe)
      echo qos0 topic-characters topic-levels overlap wildcard-plus retained-hash retain-handling suback-order topic-alias \
        queued-messages flow-control
      ;;
    mqtt-qos-test)
      echo exactly-once order identifier-taken-again identifier-not-released receive-maximum order-on-resume \
        subscriber-cut-before-puback subscriber-cut-before-pubrec
      ;;
    mqtt-share-test) echo one-member every-group member-joins member-dies refused-by-member no-retained ;;
    mqtt-will-test) echo disconnect rst take-over once ;;
  esac
}

# play_late TOOL: each step is late, and after the first one the broker is not quicker.
play_late() {
  local broker_options breach name cases=() longest=240
  for name in $(waiting "$1"); do cases+=(--case "$name"); done
  for breach in published-late acknowledged-late; do
    broker_options=(--break "$breach")
    later play "$1 $breach" "$1" --replays 0 --missing-after 32s "${cases[@]}"
  done
}

# play_near_and_far TOOL
play_near_and_far() {
  local broker_options way breach cases=()
  for name in $(chosen "$1"); do cases+=(--case "$name"); done
  for breach in none "$(breach_for "$1")"; do
    broker_options=()
    [[ $breach == none ]] || broker_options=(--break "$breach")
    way='' later play "$1 $breach near" "$1" --replays 0 "${cases[@]}"
    way=150 later play "$1 $breach far" "$1" --replays 0 "${cases[@]}"
  done
}

setup_file() {
  local broker_options=(--break resent-late) resent=(--case subscriber-cut-before-puback --case subscriber-cut-after-pubrec)
  later play "resent late" mqtt-qos-test --replays 0 --missing-after 32s "${resent[@]}"
  later play "resent too late" mqtt-qos-test --replays 0 --missing-after 5s "${resent[@]}"
  for tool in "${tools[@]}"; do
    play_late "$tool"
    play_near_and_far "$tool"
  done
  all_done
}

# findings NAME: a line each, what was found and how.
findings() { jq -r 'select(.type == "finding") | "\(.verdict) \(.case): \(.observed)"' "$BATS_FILE_TMPDIR/$1.json"; }

# verdicts NAME
verdicts() { findings "$1" | sed 's/:.*//' | sort; }

@test "what is sent again late is no fail, and it is told when it came" {
  run findings "resent late"
  [[ $output != *fail* ]]
  [ "$(grep -c '^pass .*(came after [0-9]' <<<"$output")" -ge 2 ]
}

@test "what does not come again within --missing-after is a fail that says how long was waited" {
  run findings "resent too late"
  [ "$(grep -c '^fail .*was not sent again.*(waited [0-9]' <<<"$output")" -ge 2 ]
}

@test "messages that come late, and acknowledgements, are no fail however many there are" {
  local tool breach
  for tool in "${tools[@]}"; do
    for breach in published-late acknowledged-late; do
      run findings "$tool $breach"
      [ "${#lines[@]}" -ge "$(waiting "$tool" | wc -w)" ] || { echo "$tool $breach: $output" && false; }
      [[ $output != *fail\ * && $output != *inconclusive\ * ]] || { echo "$tool $breach: $output" && false; }
    done
  done
  findings "mqtt-qos-test acknowledged-late" | grep -q '^pass exactly-once: .*(came after [0-9]'
}

@test "a finding says one thing of how long was waited" {
  run findings "resent too late"
  [[ $output == *'(waited '* ]]
  run ! grep '(came after .*(waited ' <<<"$output"
}

@test "a round trip of 300 ms changes no verdict" {
  local tool breach
  for tool in "${tools[@]}"; do
    for breach in none "$(breach_for "$tool")"; do
      diff <(verdicts "$tool $breach near") <(verdicts "$tool $breach far") ||
        { findings "$tool $breach far" && false; }
      [ "$(verdicts "$tool $breach near" | grep -c '^fail')" -eq "$([[ $breach == none ]] || echo 1)" ] || [[ $breach == none ]]
    done
  done
}
