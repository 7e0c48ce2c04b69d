#!/usr/bin/env bats
# mqtt-pub --store under SIGKILL, with a broker that is restarted meanwhile: of what was accepted nothing
# is lost, and at QoS 2 nothing is doubled. MQTT_TEST_KILLS=200 is the long run, of 10,000 messages.
load support

kills=${MQTT_TEST_KILLS:-12}
seed=${MQTT_TEST_SEED:-$RANDOM}

setup_file() {
  start_sandbox broker --persistence --restart
}

teardown_file() { stop_sandboxes; }

teardown() { end_background; }

# Every other message at QoS 2; the payload is the id.
input() {
  jq -nc --argjson count "$1" 'range($count) | (if . % 2 == 0 then 2 else 1 end) as $qos |
    "q\($qos)-\(.)" as $id | {topic: "durable/\(. % 7)", qos: $qos, id: $id, payload: $id}'
}

# live COUNT ARGUMENT...: one life of the publisher in the background, as $publisher; it is given the
# input from its beginning to line COUNT.
live() {
  head -n "$1" "$BATS_TEST_TMPDIR/input" >"$BATS_TEST_TMPDIR/part"
  mqtt-pub --store "$BATS_TEST_TMPDIR/store" --from-json --json "${@:2}" \
    <"$BATS_TEST_TMPDIR/part" >>"$stored" 2>>"$BATS_TEST_TMPDIR/err" &
  publisher=$!
}

restart_broker() { kill -TERM "$(<"$(of broker dir)/broker.pid")" || true; }

# accepted FILE: the ids that a "stored" line has told, of the lines that were printed to their end.
accepted() { jq -rR 'fromjson? | select(.type == "stored") | .id' "$1" | sort -u; }

received() { jq -rR 'fromjson? | .payload' "$1" | sort; }

# The ids that came as more than one message. A message that comes again under the identifier that it had
# is the broker's doing: Mosquitto 2.0.11, when it is ended between a subscriber's PUBREC and PUBCOMP,
# starts with PUBLISH again, not with PUBREL. A publisher that doubles makes a second message.
doubled() { jq -rR 'fromjson? | "\(.payload) \(.packet_identifier)"' "$1" | sort -u | cut -d' ' -f1 | uniq -d; }

all_received() {
  [[ $(accepted "$stored" | comm -23 - <(received "$got" | uniq) | wc -l) == 0 ]]
}

# A life that has ended by itself does not count, and the next one is killed sooner: so that most are
# killed with work to do.
kill_lives() {
  local longest=60
  while ((killed < kills)); do
    if ((RANDOM % 8 == 0)); then
      restart_broker
      restarts=$((restarts + 1))
    fi
    live $((messages * (killed + 1) / kills)) "$@"
    sleep "0.$(printf %03d $((RANDOM % longest)))"
    if kill -KILL "$publisher" 2>/dev/null; then
      killed=$((killed + 1)) longest=$((longest * 11 / 10))
    else
      longest=$((longest * 3 / 4 + 10))
    fi
    wait "$publisher" || true
    echo >>"$stored" # after half a line
    if mqtt-pub --store "$BATS_TEST_TMPDIR/store" --store-list | grep -qE ' (sent|released) '; then
      in_flight=$((in_flight + 1))
    fi
  done
}

survives() {
  local messages=$((kills * 50)) killed=0 restarts=0 in_flight=0
  stored=$BATS_TEST_TMPDIR/stored got=$BATS_TEST_TMPDIR/got
  RANDOM=$seed
  echo "MQTT_TEST_SEED=$seed MQTT_TEST_KILLS=$kills"
  input "$messages" >"$BATS_TEST_TMPDIR/input"
  export MQTT_URL
  MQTT_URL=$(of broker tcp_url)
  subscribe "$got" -t 'durable/#' -q 2 -c -i "receiver-$BATS_TEST_NUMBER" --json
  kill_lives "$@"
  live "$messages" "$@"
  wait "$publisher"
  [[ -z $(mqtt-pub --store "$BATS_TEST_TMPDIR/store" --store-list) ]]
  local deadline=$((SECONDS + 60))
  until all_received || ((SECONDS > deadline)); do sleep 0.1; done
  kill "$subscriber"
  wait "$subscriber" || true
  accepted "$stored" >"$BATS_TEST_TMPDIR/accepted"
  received "$got" >"$BATS_TEST_TMPDIR/received"
  local lost doubled1 doubled2 again
  lost=$(uniq "$BATS_TEST_TMPDIR/received" | comm -23 "$BATS_TEST_TMPDIR/accepted" - | wc -l)
  doubled1=$(doubled "$got" | grep -c ^q1 || true)
  doubled2=$(doubled "$got" | grep -c ^q2 || true)
  again=$(uniq -d "$BATS_TEST_TMPDIR/received" | grep ^q2 | comm -23 - <(doubled "$got") | wc -l)
  echo "$messages messages, $killed lives killed, $in_flight of them with messages in flight," \
    "$restarts restarts of the broker, $(wc -l <"$BATS_TEST_TMPDIR/accepted") accepted," \
    "lost $lost, doubled at QoS 1 $doubled1, at QoS 2 $doubled2;" \
    "delivered again by the broker under the same identifier $again" |
    tee -a "${MQTT_TEST_REPORT:-/dev/null}"
  [[ $(wc -l <"$BATS_TEST_TMPDIR/accepted") == "$messages" && $lost == 0 && $doubled2 == 0 ]]
  [[ $(grep -c 'may have been delivered twice' "$BATS_TEST_TMPDIR/err") == 0 ]]
}

@test "killed at random moments, MQTT 5.0" {
  survives
}

@test "killed at random moments, MQTT 3.1.1" {
  survives -V 311
}
