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
