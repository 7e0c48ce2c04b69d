#!/usr/bin/env bats
# The flags that mosquitto's programs have since 2.1, which Debian's 2.0.11 cannot be compared with: what
# their manual says of them is held against a real broker here.
# shellcheck disable=SC2154,SC2164 # support.bash sets the former; bats ends at the latter

bats_require_minimum_version 1.5.0

setup_file() {
  load support
  start_sandbox open --debug-log
}

teardown_file() {
  load support
  stop_sandboxes
}

setup() {
  load support
  cd "$BATS_TEST_TMPDIR"
  port=$(of open tcp_port)
  tls_port=$(of open tls_port)
  cafile=$(of open cafile)
}

teardown() { end_background; }

@test "-w and --watch show the latest message of each topic on a line of its own" {
  local flag
  for flag in -w --watch; do
    subscribe got -p "$port" -t 'watch/#' "$flag" -C 3
    mqtt-pub -p "$port" -t watch/a -m first
    mqtt-pub -p "$port" -t watch/b -m other
    mqtt-pub -p "$port" -t watch/a -m $'then\e[2J'
    wait "$subscriber"
    # Cleared once, then row 1, row 2 and row 1 again, without the control characters of the payload.
    diff <(printf '\e[2J\e[1;1H\e[Kwatch/a first\n\e[2;1H\e[Kwatch/b other\n\e[1;1H\e[Kwatch/a then\\x1b[2J\n') got
  done
}

@test "-w with -v and with -F" {
  subscribe got -p "$port" -t 'watch/#' -w -v -C 2
  mqtt-pub -p "$port" -t watch/a -m first -q 1
  mqtt-pub -p "$port" -t watch/a -n -q 1
  wait "$subscriber"
  diff <(printf '\e[2J\e[1;1H\e[Kwatch/a first\n\e[1;1H\e[Kwatch/a (null)\n') got
  subscribe got -p "$port" -t 'watch/#' -w -F '%l bytes: %p' -C 2
  mqtt-pub -p "$port" -t watch/a -m one -q 1
  mqtt-pub -p "$port" -t watch/b -m $'\e[2J' -q 1
  wait "$subscriber"
  diff <(printf '\e[2J\e[1;1H\e[K3 bytes: one\n\e[2;1H\e[K4 bytes: \\x1b[2J\n') got
}

@test "%x and %X: the width is that of the field, and groups are parted by a blank" {
  mqtt-pub -p "$port" -t hex -r -m 'some text'
  mqtt-sub -p "$port" -t hex -C 1 -F '%.2x|%.4X|%.2:x|%20x|%020X|%-20x|%8x' >got
  diff <(echo '73 6f 6d 65 20 74 65 78 74|736F 6D65 2074 6578 74|73:6f:6d:65:20:74:65:78:74|'\
'  736f6d652074657874|00736F6D652074657874|736f6d652074657874  |736f6d6520746578') got
}

@test "DISCONNECT asks for the will after -W, SIGINT and SIGTERM, where -V 5 is given" {
  local signal
  subscribe wills -p "$port" -t 'last/#' -C 3
  local observer=$subscriber
  ended() { mqtt-sub -p "$port" -t nothing --will-topic "last/$1" --will-payload "$1" "${@:2}" || true; }
  interrupted() {
    subscribe /dev/null -p "$port" -t nothing --will-topic "last/$1" --will-payload "$1" "${@:2}"
    kill "-$1" "$subscriber"
    wait "$subscriber" || true
  }
  ended auto -W 0.1
  ended 311 -V 311 -W 0.1
  ended asked -V 5 -E
  interrupted TERM
  interrupted INT -V 311
  ended W -V 5 -W 0.1
  interrupted TERM -V 5
  interrupted INT -V 5
  wait "$observer"
  diff <(printf '%s\n' W TERM INT) wills
}

@test "--message-rate prints how many messages came, each second, and no message" {
  subscribe got -p "$port" -t rate --message-rate
  seq 1000 | mqtt-pub -p "$port" -t rate -l -q 1
  timeout 30 tail -f -n +1 got | grep -q -m 1 '[1-9]'
  # Another second, in which none come.
  timeout 30 tail -f -n +1 got | sed -n '/[1-9]/,$p' | grep -q -m 1 '^0 msgs/s$'
  kill -INT "$subscriber"
  wait "$subscriber" || true
  run ! grep -v -E '^[0-9]+ msgs/s$' got
  [ "$(awk '{ sum += $1 } END { print sum }' got)" = 1000 ]
}

@test "--retain-handling always, new and never" {
  mqtt-pub -p "$port" -t handling -r -m kept
  # A subscription that is there before and after.
  local session=(-p "$port" -V 5 -i handler -c -q 1 -t handling -E)
  sent() { grep -c "Sending PUBLISH to $1 .*'handling'" "$(of open log)" || true; }
  asked() { mqtt-sub "${session[@]}" "$@" >/dev/null && sent handler; }
  [ "$(asked --retain-handling never)" = 0 ]
  [ "$(asked --retain-handling new)" = 0 ]
  [ "$(asked --retain-handling always)" = 1 ]
  mqtt-sub -p "$port" -i handler -t nothing -E
  [ "$(asked --retain-handling new)" = 2 ]
  [ "$(mqtt-sub -p "$port" -t handling -C 1)" = kept ]
}

@test "--ws speaks through a WebSocket, with the path of mosquitto" {
  subscribe got -h 127.0.0.1 -p "$(of open ws_port)" --ws -t ws -C 1
  mqtt-pub -h 127.0.0.1 -p "$(of open ws_port)" --ws -t ws -m through
  wait "$subscriber"
  [ "$(cat got)" = through ]
  mqtt-pub -h localhost -p "$(of open wss_port)" --ws --cafile "$cafile" -t ws -m 'and TLS' -q 1
}

@test "-L with ws and wss" {
  mqtt-pub -L "ws://127.0.0.1:$(of open ws_port)/mqtt" -t ws -m x -q 1
  mqtt-pub -L "wss://localhost:$(of open wss_port)/mqtt" --cafile "$cafile" -t ws -m x -q 1
}

@test "--no-tls wins over what implies TLS" {
  mqtt-pub -h localhost -p "$port" --cafile "$cafile" --no-tls -t a -m x -q 1
  run ! mqtt-pub -h localhost -p "$port" --cafile "$cafile" -t a -m x -q 1
}

@test "--tls-keylog writes the keys that open what was recorded" {
  mqtt-pub -h localhost -p "$tls_port" --cafile "$cafile" --tls-keylog keys -t a -m x -q 1
  grep -q -E '^CLIENT_TRAFFIC_SECRET_0 [0-9a-f]{64} [0-9a-f]+$' keys
  [ "$(stat -c %a keys)" = 600 ]
  local before
  before=$(wc -l <keys)
  mqtt-pub -h localhost -p "$tls_port" --cafile "$cafile" --tls-keylog keys -t a -m x -q 1
  [ "$(wc -l <keys)" = "$((2 * before))" ]
}

# differs | -o with a file that is not there
@test "-o reads a file of options, which the others override" {
  printf '%s\n' '# a comment' "-p $port" '-t from/file' '' '-m a message with blanks' '--qos 1' >options
  subscribe got -p "$port" -q 2 -t 'from/#' -F '%t %q %p' -C 3
  mqtt-pub -o options
  mqtt-pub -o options -t from/flag
  mqtt-pub -q 2 -o options
  wait "$subscriber"
  diff <(printf '%s\n' 'from/file 1 a message with blanks' 'from/flag 1 a message with blanks' \
    'from/file 2 a message with blanks') got
  run ! mqtt-pub -o missing
}

@test "-o takes blanks in front of an option, blank lines, and blanks that belong to a value" {
  printf '%s\n' '   ' "  -p $port" '' '   -t file/blanks' '-m  two blanks  ' '-d ' $'-q 1\r' >options
  subscribe got -p "$port" -q 2 -t 'file/#' -F '%q<%p>' -C 1
  mqtt-pub -o options
  wait "$subscriber"
  diff <(echo '1< two blanks  >') got
}

@test "-D takes the names of packets and properties in any case" {
  subscribe got -p "$port" -V 5 -t case -F '%C %P' -C 1
  mqtt-pub -p "$port" -t case -m x -D PUBLISH Content-Type text/plain -D Publish USER-Property Key Value
  wait "$subscriber"
  [ "$(cat got)" = 'text/plain Key:Value' ]
}

@test "of -t and the topic of -L the later counts" {
  subscribe got -p "$port" -t 'later/#' -F '%t' -C 2
  mqtt-pub -L "mqtt://127.0.0.1:$port/later/url" -t later/flag -m x -q 1
  mqtt-pub -t later/flag -L "mqtt://127.0.0.1:$port/later/url" -m x -q 1
  wait "$subscriber"
  diff <(printf '%s\n' later/flag later/url) got
}

@test "--nodelay is what happens anyway" {
  mqtt-pub -p "$port" --nodelay -t a -m x -q 1
  mqtt-pub -p "$port" --no-nodelay -t a -m x -q 1
}

@test "-F %d and %f read the payload as a binary number" {
  subscribe got -p "$port" -t number -F '%f' -C 1
  printf '\0\0\40\100' | mqtt-pub -p "$port" -t number -s
  wait "$subscriber"
  [ "$(cat got)" = 2.500000 ]
  subscribe got -p "$port" -t number -F '%.2d' -C 1
  printf '\0\0\0\0\0\0\4\300' | mqtt-pub -p "$port" -t number -s
  wait "$subscriber"
  [ "$(cat got)" = -2.50 ]
}

@test "%j has retain as true or false, and user properties as a list" {
  mqtt-pub -p "$port" -t json -r -m 1 -D publish user-property a 1 -D publish user-property a 2
  mqtt-sub -p "$port" -t json -C 1 -F %j >got
  [ "$(jq -c '[.retain, .properties["user-properties"]]' got)" = '[true,[{"a":"1"},{"a":"2"}]]' ]
}
