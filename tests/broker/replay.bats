#!/usr/bin/env bats
# What mqtt-sub --record prints, mqtt-pub --from-json publishes again: 10,000 random messages go
# through one broker into another, and nothing about them changes.

setup_file() {
  load support
  # A broker with less room in flight queues, and Mosquitto 2.0 changes the order of what it queued.
  start_sandbox source --receive-maximum 65535
  start_sandbox target --receive-maximum 65535
}

teardown_file() {
  load support
  stop_sandboxes
}

setup() {
  load support
  cd "$BATS_TEST_TMPDIR"
  from=$(of source tcp_url)
  to=$(of target tcp_url)
  count=10000
  seed=${MQTT_TEST_SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d " ")}
  echo "seed: MQTT_TEST_SEED=$seed"
}

# The law's fields of JSON lines, one form for each: payloads as base64, expiries in minutes begun
# (a broker takes off the seconds that a message waited). Messages of one topic stay in order.
canonical() {
  jq -r -S '
    if has("payload") then .payload_base64 = (.payload | @base64) else . end |
    if has("correlation_data")
      then .correlation_data_base64 = (.correlation_data | @base64) else . end |
    {topic, payload_base64, qos, retain, payload_format_indicator,
     expiry_minutes: (if .message_expiry_interval_s then .message_expiry_interval_s / 60 | ceil
                      else null end),
     content_type, response_topic, correlation_data_base64, user_properties} |
    with_entries(select(.value != null and .value != [])) |
    "\(.topic | tojson)\t\(tojson)"' "$1" | LC_ALL=C sort -s -t $'\t' -k 1,1
}

@test "10,000 random messages come out of a second broker as they went into the first" {
  random-messages "$count" "$seed" >sent

  subscribe received -L "$to" --record -t 'replay/#' -C "$count"
  receiver=$subscriber
  mkfifo replayed
  mqtt-pub -L "$to" --from-json <replayed 3>&- &
  replayer=$!
  subscribe replayed -L "$from" --record -t 'replay/#' -C "$count"
  recorder=$subscriber

  timeout 120 mqtt-pub -L "$from" --from-json <sent
  wait "$recorder"
  wait "$replayer"
  wait "$receiver"

  [ "$(wc -l <received)" -eq "$count" ]
  canonical sent >expected
  canonical received >actual
  cmp expected actual || diff expected actual | cut -c1-500 | head -20
  cmp expected actual
}

@test "what one broker retains, another one retains after backup and restore" {
  mqtt-sub -L "$from" --record --retained-only -t 'replay/#' >backup
  mqtt-sub -L "$to" --record --retained-only -t 'replay/#' >replayed
  [ "$(wc -l <backup)" -gt 100 ]
  mqtt-sub -L "$to" --retained-only --remove-retained -t 'replay/#' >/dev/null
  [ -z "$(mqtt-sub -L "$to" --retained-only -t 'replay/#')" ]

  mqtt-pub -L "$to" --from-json <backup
  mqtt-sub -L "$to" --record --retained-only -t 'replay/#' >restored
  canonical backup >expected
  canonical replayed >actual
  cmp expected actual
  canonical restored >actual
  cmp expected actual
}
