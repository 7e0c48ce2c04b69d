#!/usr/bin/env bats
# The tools through every door of a Mosquitto: transports, versions, passwords, certificates; and what
# must outlast an end without goodbye: wills, sessions, streams.
# shellcheck disable=SC2154,SC2164 # support.bash sets the former; bats ends at the latter

setup_file() {
  load support
  start_sandbox open --receive-maximum 65535 --persistence --restart
}

teardown_file() {
  load support
  stop_sandboxes
}

setup() {
  load support
  cd "$BATS_TEST_TMPDIR"
  url=$(of open tcp_url)
  cafile=$(of open cafile)
  tls_port=$(of open tls_port)
}

teardown() { end_background; }

# exchange ARGUMENT...: a message of each QoS from mqtt-pub to mqtt-sub, both with these arguments.
exchange() {
  local qos topic="exchange/$((++exchanges))"
  subscribe got "$@" -q 2 -t "$topic" -F '%q %p' -C 3
  for qos in 0 1 2; do
    mqtt-pub "$@" -q "$qos" -t "$topic" -m "through $*"
  done
  wait "$subscriber"
  diff <(printf '%s\n' "0 through $*" "1 through $*" "2 through $*") <(sort got)
}

# fails STATUS WORDS COMMAND...: the command ends with this status and says these words.
fails() {
  local expected=$1 words=$2
  shift 2
  run timeout 60 "$@"
  [ "$status" -eq "$expected" ] && [[ $output == *"$words"* ]]
}

@test "each transport carries each QoS" {
  for transport in tcp ws unix; do exchange -L "$(of open "${transport}_url")"; done
  for transport in tls wss; do
    exchange -L "$(of open "${transport}_url")" --cafile "$cafile"
  done
}

@test "IPv6 carries each QoS" {
  mkfifo port
  relay ::1 127.0.0.1 "$(of open tcp_port)" >port 3>&- &
  relay=$!
  read -r -t 60 port <port || skip "no IPv6 here"
  exchange -L "mqtt://[::1]:$port"
  exchange -h ::1 -p "$port"
  kill "$relay"
}

@test "each version of the protocol carries each QoS" {
  for version in 31 311 5 mqttv31 mqttv311 mqttv5 auto; do
    exchange -L "$url" -V "$version"
  done
}

@test "each version goes through TLS and through WebSocket" {
  for version in 31 311 5; do
    exchange -L "$(of open tls_url)" --cafile "$cafile" -V "$version"
    exchange -L "$(of open ws_url)" -V "$version"
  done
}

@test "the right password is let in, anything else is refused" {
  start_sandbox locked -u ann -P secret
  locked=mqtt://localhost:$(of locked tcp_port)
  for version in 31 311 5 auto; do
    exchange -L "$locked" -u ann -P secret -V "$version"
    fails 4 "" mqtt-pub -L "$locked" -V "$version" -t a -m b -u ann -P wrong
    fails 4 "" mqtt-sub -L "$locked" -V "$version" -t a -C 1 -u ann -P wrong
    fails 4 "" mqtt-pub -L "$locked" -V "$version" -t a -m b
    fails 4 "" mqtt-sub -L "$locked" -V "$version" -t a -C 1
  done
  fails 4 "ot authorized" mqtt-pub -L "$locked" -t a -m b -u ann -P wrong
}

@test "a password comes from the URL, a file, a command and the environment" {
  start_sandbox door -u ann -P 'se@c/ret'
  door=mqtt://localhost:$(of door tcp_port)
  exchange -L "mqtt://ann:se%40c%2Fret@${door#mqtt://}"
  echo 'se@c/ret' >password
  chmod 600 password
  exchange -L "$door" -u ann --password-file password
  exchange -L "$door" -u ann --password-command 'cat password'
  MY_PASSWORD='se@c/ret' exchange -L "$door" -u ann --password-env MY_PASSWORD
  MQTT_URL=$door MQTT_TOOLBOX_PASSWORD='se@c/ret' exchange -u ann
}

@test "a certificate that proves nothing is refused with status 5" {
  start_sandbox expired --certificate expired
  start_sandbox elsewhere --certificate wrong-name
  for tool in "mqtt-pub -m b" "mqtt-sub -C 1"; do
    for door in tls wss; do
      fails 5 "expired" $tool -L "$(of expired ${door}_url)" -t a --cafile "$(of expired cafile)"
      fails 5 "name" $tool -L "$(of elsewhere ${door}_url)" -t a --cafile "$(of elsewhere cafile)"
      fails 5 "" $tool -L "$(of open ${door}_url)" -t a --cafile "$(of expired cafile)"
      fails 5 "" $tool -L "$(of open ${door}_url)" -t a
    done
  done
}

@test "--insecure overlooks the name and nothing else" {
  start_sandbox misnamed --certificate wrong-name
  exchange -L "$(of misnamed tls_url)" --cafile "$(of misnamed cafile)" --insecure
  exchange -L "$(of misnamed wss_url)" --cafile "$(of misnamed cafile)" --insecure
  fails 5 "" mqtt-pub -L "$(of open tls_url)" --insecure -t a -m b
}

@test "a client certificate lets in where the broker wants one" {
  start_sandbox strict --client-certificates
  folder=$(of strict dir)
  own=(--cafile "$(of strict cafile)" --cert "$folder/client.crt" --key "$folder/client.key")
  exchange -L "$(of strict tls_url)" "${own[@]}"
  exchange -L "$(of strict wss_url)" "${own[@]}"
  fails 5 "" mqtt-pub -L "$(of strict tls_url)" --cafile "$(of strict cafile)" -t a -m b
}

# certificate NAME ISSUER EXTENSIONS: NAME.crt and NAME.key in the current folder.
certificate() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$1.key" |
    openssl x509 -req -CA "$2.crt" -CAkey "$2.key" -CAcreateserial -days 2 -out "$1.crt" -extfile <(echo "$3")
}

@test "of a client certificate by an intermediate authority, that one's certificate is asked for" {
  start_sandbox chained --client-certificates
  cp "$(of chained dir)"/ca.{crt,key} .
  certificate middle ca basicConstraints=critical,CA:TRUE
  certificate leaf middle ''
  cat leaf.crt middle.crt >chain.crt
  for version in tlsv1.2 tlsv1.3; do
    tls=(--cafile ca.crt --key leaf.key --tls-version "$version")
    fails 5 "that one's certificate belongs into --cert as well" \
      mqtt-pub -L "$(of chained tls_url)" "${tls[@]}" --cert leaf.crt -t a -m b
    exchange -L "$(of chained tls_url)" "${tls[@]}" --cert chain.crt
  done
}

@test "the wrong kind of port is explained" {
  fails 5 "" mqtt-pub -h localhost -p "$(of open tcp_port)" --cafile "$cafile" -t a -m b
  run timeout 60 mqtt-pub -h localhost -p "$tls_port" -t a -m b
  [ "$status" -ne 0 ]
  [[ $output == *TLS* ]]
}

@test "a retained message waits for a subscriber, and an empty one takes it away" {
  mqtt-pub -L "$url" -t kept -m "still here" -q 1 -r
  [ "$(mqtt-sub -L "$url" -t kept -C 1 -F '%r %p')" = "1 still here" ]
  mqtt-pub -L "$url" -t kept -n -q 1 -r
  [ -z "$(mqtt-sub -L "$url" -t kept --retained-only)" ]
}

@test "the will of a killed tool is delivered" {
  for version in 311 5; do
    subscribe heard -L "$url" -t wills -q 1 -F '%q %p' -C 1
    listener=$subscriber
    subscribe /dev/null -L "$url" -V "$version" -t nothing --will-topic wills --will-qos 1 \
      --will-payload "killed $version"
    kill -KILL "$subscriber"
    wait "$listener"
    [ "$(<heard)" = "1 killed $version" ]
  done
}

@test "no will comes from a tool that ends well" {
  subscribe heard -L "$url" -t wills -C 1
  listener=$subscriber
  subscribe /dev/null -L "$url" -t nothing --will-topic wills --will-payload no
  kill -TERM "$subscriber"
  wait "$subscriber" || true
  mqtt-pub -L "$url" -t wills -m "none came"
  wait "$listener"
  [ "$(<heard)" = "none came" ]
}

@test "a kept session brings what came while it was away" {
  for version in 31 311 5 auto; do
    session=(-L "$url" -V "$version" -c -i "keeper-$version" -q 2 -t "away/$version")
    mqtt-sub "${session[@]}" -E
    seq 1 50 | mqtt-pub -L "$url" -q 2 -t "away/$version" -l
    mqtt-sub "${session[@]}" -C 50 >got
    diff <(seq 1 50) got
    mqtt-sub "${session[@]}" -C 1 >again &
    mqtt-pub -L "$url" -q 1 -t "away/$version" -m "nothing twice"
    wait $!
    [ "$(<again)" = "nothing twice" ]
  done
}

# stream QOS VERSION URL BREAK [ARGUMENT...]: lines go from mqtt-pub -l to a kept session of mqtt-sub.
# When a quarter of them has arrived and half of them was given, the command BREAK is run. What arrives
# is in the file got, as JSON; the exit status of mqtt-pub in $published.
stream() {
  local qos=$1 version=$2 url=$3 break=$4 lines=8000
  shift 4
  mkfifo arriving broken
  seq "$lines" >wanted
  exec 8<>arriving
  subscribe arriving -L "$url" -V "$version" -c -i stream -q "$qos" -t stream --json
  { head -n $((lines / 2)) && read -r _ <broken && cat; } <wanted 3>&- |
    mqtt-pub -L "$url" -V "$version" -q "$qos" -t stream -l "$@" 2>pub.err 3>&- &
  publisher=$!
  # Not a loop of bash: bats watches each of its commands.
  timeout 60 sed -u -e "$((lines / 4))e $break; echo >broken" -e "/:\"$lines\"/q" <&8 >got
  exec 8<&-
  kill "$subscriber"
  wait "$subscriber" || true
  mqtt-sub -L "$url" -V 5 -i stream -t nothing -E
  published=0
  wait "$publisher" || published=$?
  grep "connected again" pub.err
  rm arriving broken
}

nothing_lost() { diff wanted <(jq -r .payload got | awk '!seen[$0]++'); }
exactly_once() { diff wanted <(jq -r .payload got); }

@test "a stream loses nothing when its connections are cut, and at QoS 2 nothing comes twice" {
  mkfifo port
  relay 127.0.0.1 127.0.0.1 "$(of open tcp_port)" >port 3>&- &
  relay=$!
  read -r -t 60 port <port
  for version in 311 5; do
    stream 1 "$version" "mqtt://127.0.0.1:$port" "kill -USR1 $relay"
    [ "$published" -eq 0 ]
    nothing_lost
    stream 2 "$version" "mqtt://127.0.0.1:$port" "kill -USR1 $relay"
    [ "$published" -eq 0 ]
    exactly_once
  done
  kill "$relay"
}

restart() { echo "kill $(<"$(of open dir)/broker.pid")"; }

@test "a stream at QoS 1 loses nothing when the broker is started again" {
  for version in 311 5; do
    stream 1 "$version" "$url" "$(restart)"
    [ "$published" -eq 0 ]
    nothing_lost
  done
}

# Mosquitto 2.0 delivers again, with DUP, what it knew to be delivered when it ended.
@test "a stream at QoS 2 loses nothing when the broker is started again, and repeats come from it" {
  for version in 311 5; do
    stream 2 "$version" "$url" "$(restart)" -c -i stream-publisher
    [ "$published" -eq 0 ]
    nothing_lost
    [ -z "$(jq -r 'select(.dup | not).payload' got | sort | uniq -d)" ]
  done
}

# Mosquitto 2.0 does not write down sessions that began with Clean Start 1.
@test "a stream at QoS 2 whose session the broker lost is whole, and mqtt-pub says so" {
  stream 2 5 "$url" "$(restart)"
  nothing_lost
  if [ "$published" -ne 0 ]; then
    [ "$published" -eq 1 ]
    grep "may have been delivered twice: the broker lost the session" pub.err
  fi
}
