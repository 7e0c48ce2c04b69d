#!/usr/bin/env bats
# mqtt-retain-clear against a real Mosquitto: what is found, shown, saved, cleared, and seen to be gone.
# shellcheck disable=SC2154,SC2164 # support.bash sets the former; bats ends at the latter

setup_file() {
  load support
  start_sandbox open
  start_sandbox stock --realistic
}

teardown_file() {
  load support
  stop_sandboxes
}

setup() {
  load support
  cd "$BATS_TEST_TMPDIR"
  url=$(of open tcp_url)
  clear -y --no-self-test '#' >/dev/null
}

teardown() { end_background; }

clear() { mqtt-retain-clear -L "$url" "$@"; }

# retain TOPIC PAYLOAD [QOS]
retain() { mqtt-pub -L "$url" -r -t "$1" -m "$2" -q "${3-1}"; }

# many COUNT: so many retained messages.
many() {
  seq 1 "$1" |
    sed 's|.*|{"type":"message","topic":"site/room&/state","payload":"v&","retain":true,"qos":0}|' |
    mqtt-pub -L "$url" --from-json
}

retained() { mqtt-sub -L "$url" --retained-only -t '#' -F '%t %q %p' -q 2 | sort; }

@test "a list, a tree, and nothing is cleared" {
  retain home/kitchen/temp 21.5
  retain home/kitchen x
  retain shed/door open
  [ "$(clear --list '#' | sort)" = "$(printf '%9d  %s\n' 1 home/kitchen 4 home/kitchen/temp 4 shed/door)" ]
  [ "$(clear --dry-run 'home/#' --json | jq -c '[.type, .topic, .payload_length]' | sort)" = \
    "$(printf '%s\n' '["retained","home/kitchen",1]' '["retained","home/kitchen/temp",4]')" ]
  [ "$(clear --tree --depth 1 '#')" = "$(printf '%9d %11d  %s\n' 2 5 home 1 4 shed)" ]
  [ "$(retained | wc -l)" -eq 3 ]
}

@test "cleared and seen to be gone, but for the exceptions, in each version" {
  for version in 31 311 5; do
    for topic in home/a home/keep home/b2 other; do retain $topic x; done
    run clear -V $version --yes 'home/#' --except home/keep --match '[ab]'
    [ "$status" -eq 0 ]
    [ "$output" = "2 of 2 retained messages cleared, and seen to be gone" ]
    [ "$(retained)" = "$(printf '%s 1 x\n' home/keep other)" ]
  done
}

@test "the result as JSON" {
  retain a 1
  clear --yes --json '#' | jq -e '.type == "summary" and .found == 1 and .cleared == 1 and .remaining == 0'
}

@test "without a terminal it says what to give" {
  run clear '#' </dev/null
  [ "$status" -eq 2 ]
  [ "$output" = "mqtt-retain-clear: there is no terminal to ask on; give --yes to clear, or --dry-run to look" ]
}

@test "on a terminal it asks, and only yes clears" {
  command -v script || skip "script is not installed"
  retain a 1
  printf 'n\n' | script -qec "mqtt-retain-clear -L $url a" /dev/null >said
  grep -q 'clear 1 retained messages, 1 bytes? \[y/N\]' said
  grep -q 'nothing was cleared' said
  [ "$(retained)" = "a 1 1" ]
  printf 'y\n' | script -qec "mqtt-retain-clear -L $url a" /dev/null >said
  grep -q '1 of 1 retained messages cleared, and seen to be gone' said
  [ -z "$(retained)" ]
}

@test "a backup brings everything back as it was" {
  for qos in 0 1 2; do retain "home/$qos" "payload $qos" $qos; done
  mqtt-pub -L "$url" -V 5 -r -t home/v5 -m "$(printf '\377\001')" -q 2 -D publish content-type x/y \
    -D publish user-property a b
  retained >before
  mqtt-sub -L "$url" -V 5 --retained-only -t 'home/v5' --record | jq -c 'del(.time, .time_s, .packet_identifier)' >v5
  clear --yes --backup saved.jsonl '#'
  [ -z "$(retained)" ]
  mqtt-pub -L "$url" -V 5 --from-json <saved.jsonl
  diff before <(retained)
  diff v5 <(mqtt-sub -L "$url" -V 5 --retained-only -t 'home/v5' --record | jq -c 'del(.time, .time_s, .packet_identifier)')
  run clear --diff saved.jsonl '#'
  [ "$status" -eq 0 ] && [ -z "$output" ]
  run clear --yes --backup saved.jsonl '#'
  [ "$status" -eq 8 ]
  [[ $output == *"it is there already"* ]]
  [ "$(retained | wc -l)" -eq 4 ]
}

@test "what cannot be saved is not cleared" {
  retain a 1
  mkdir -p folder
  run clear --yes --backup folder '#'
  [ "$status" -eq 8 ]
  run bash -c "ulimit -f 0; trap '' XFSZ; mqtt-retain-clear -L '$url' --yes --backup new '#'"
  [ "$status" -eq 8 ]
  [[ $output == *"cannot write the backup new: file too large"* ]]
  [ "$(retained)" = "a 1 1" ]
}

@test "differences from a backup" {
  for topic in same changes goes; do retain $topic 1; done
  clear --list --backup saved.jsonl '#'
  retain changes 2
  retain comes 1
  clear --yes goes
  run clear --diff saved.jsonl '#'
  [ "$status" -eq 1 ]
  [ "$(sort <<<"$output")" = "$(printf '%s\n' 'added comes' 'changed changes' 'removed goes')" ]
}

@test "what cannot be written is an error: exit 8" {
  retain a 1
  clear --list --backup saved.jsonl a >/dev/null
  retain a 2
  for task in --list --tree --diff=saved.jsonl; do
    run bash -c "mqtt-retain-clear -L '$url' $task a >/dev/full"
    [ "$status" -eq 8 ]
    [[ $output == *"no space left on device"* ]]
  done
}

@test "a busy topic does not count as retained, and does not prolong the search" {
  retain busy/old 1
  mqtt-pub -L "$url" -t busy/live -l --rate 1000 < <(yes) &
  busy=$!
  run timeout 20 mqtt-retain-clear -L "$url" --yes 'busy/#'
  kill $busy
  [ "$status" -eq 0 ]
  [ "$output" = "1 of 1 retained messages cleared, and seen to be gone" ]
}

@test "what is published anew is young, and stays" {
  retain old 1
  retain young 1
  mqtt-pub -L "$url" -r -t young -l --rate 20 < <(yes) &
  busy=$!
  run clear --yes --older-than 500ms '+'
  kill $busy
  [ "$status" -eq 0 ]
  [[ $output == "1 of 1 retained messages cleared"* ]]
  [ "$(retained)" = "young 0 y" ] || [[ $(retained) == "young "* ]]
}

@test "what comes back is listed: exit 1" {
  retain again 1
  # Retains it anew as soon as it is cleared.
  mkfifo lengths
  grep --line-buffered '^0$' <lengths | mqtt-pub -L "$url" -r -t again -l &
  subscribe lengths -L "$url" -t again -R -F %l
  run clear --yes again
  [ "$status" -eq 1 ]
  [ "${lines[0]}" = "remains: again: it is there again, or still" ]
  [ "${lines[1]}" = "0 of 1 retained messages cleared, 1 remain" ]
}

@test "more than the broker sends at once are cleared all the same" {
  for box in open stock; do
    url=$(of $box tcp_url)
    many 30000
    run timeout 60 mqtt-retain-clear -L "$url" --yes 'site/#'
    [ "$status" -eq 0 ]
    [ "$output" = "30000 of 30000 retained messages cleared, and seen to be gone" ]
    [ -z "$(retained)" ]
  done
}

@test "many are saved while they are cleared" {
  for box in open stock; do
    url=$(of $box tcp_url)
    many 2000
    clear --yes --backup saved.$box 'site/#'
    [ "$(jq -r .topic saved.$box | sort -u | wc -l)" -eq 2000 ]
    [ -z "$(retained)" ]
  done
}

@test "a rate is kept" {
  many 40
  started=$(date +%s%N)
  clear --yes --rate 40/s 'site/#'
  (($(date +%s%N) - started >= 900000000))
}

@test "where nothing is found it is tested whether the broker would tell" {
  run clear --yes 'nothing/#'
  [ "$status" -eq 0 ] && [ "$output" = "nothing was found" ]
  [ -z "$(retained)" ]
  mkfifo sink
  mqtt-bench sink --route 3>&- >sink &
  read -r -t 60 line <sink
  port=$(jq -r .port <<<"$line")
  run mqtt-retain-clear -h 127.0.0.1 -p "$port" --yes 'home/#'
  [ "$status" -eq 0 ]
  [[ $output == *"a retained message of one's own did not come back either"* ]]
  run mqtt-retain-clear -h 127.0.0.1 -p "$port" --yes --no-self-test 'home/#'
  [ "$status" -eq 0 ]
  [ "$output" = "nothing was found" ]
}

@test "through TLS and WebSocket, and with the broker gone" {
  retain a 1
  mqtt-retain-clear -L "$(of open wss_url)" --cafile "$(of open cafile)" --list '#' | grep -q ' a$'
  run mqtt-retain-clear -h 127.0.0.1 -p 1 --list '#'
  [ "$status" -eq 3 ]
}
