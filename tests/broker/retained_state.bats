#!/usr/bin/env bats
# A retained state of 5,000 messages is read whole, whatever the broker's queue for a client holds, and
# beside live traffic: by mqtt-sub and by mqtt-retain-clear.
# shellcheck disable=SC2154,SC2164 # support.bash sets the former; bats ends at the latter

count=5000

# A stock Mosquitto, one with a short queue, and one whose queue drops nothing.
boxes='stock short open'

setup_file() {
  load support
  start_sandbox stock --realistic
  start_sandbox short --max-queued-messages 100
  start_sandbox open
  local box
  for box in $boxes; do
    seq "$count" | awk '{ printf "{\"type\":\"message\",\"topic\":\"site/%d/state\",\"payload\":\"v%d\",\"retain\":true,\"qos\":%d,\"content_type\":\"n/%d\"}\n", $1, $1, $1 % 3, $1 }' |
      mqtt-pub -V 5 -L "$(of $box tcp_url)" --from-json
  done
}

teardown_file() {
  load support
  stop_sandboxes
}

setup() {
  load support
  cd "$BATS_TEST_TMPDIR"
}

teardown() { end_background; }

# live URL: traffic beside, on topics of the state too, which is retained anew with what it has.
live() {
  mqtt-pub -L "$1" -t site/live -q 1 -l --rate 500 3>&- < <(yes) &
  mqtt-pub -V 5 -L "$1" -t site/3/state -r -D publish content-type n/3 -l --rate 50 3>&- < <(yes v3) &
}

# expected QOS: what the state is, when it is read at that QoS.
expected() { seq "$count" | awk -v most="$1" '{ qos = $1 % 3; print "site/" $1 "/state", (qos < most ? qos : most), "v" $1 }' | sort; }

@test "--retained-only is complete at every QoS and queue, with live traffic beside" {
  local box qos
  for box in $boxes; do
    url=$(of $box tcp_url)
    live "$url"
    for qos in 0 1 2; do
      mqtt-sub -L "$url" --retained-only -t 'site/#' -q $qos -F '%t %q %p' | sort >got
      echo "$box, QoS $qos: $(wc -l <got)"
      diff <(expected $qos) got
    done
    end_background
  done
}

@test "--record is complete, nothing comes twice, and live messages come beside" {
  local box
  for box in $boxes; do
    url=$(of $box tcp_url)
    subscribe recorded -L "$url" --record -t 'site/#'
    # No more than the shortest queue holds, or the broker may drop some.
    mqtt-pub -L "$url" -t site/live -l -q 2 < <(seq 90)
    until [ "$(grep -c '"retain":true' recorded)" -ge "$count" ]; do sleep 0.1; done
    mqtt-pub -L "$url" -t site/live -m last -q 2
    until grep -q '"payload":"last"' recorded; do sleep 0.1; done
    kill $subscriber
    wait $subscriber || true
    diff <(expected 2) <(jq -r 'select(.retain) | "\(.topic) \(.qos) \(.payload)"' recorded | sort)
    [ "$(jq -r 'select(.retain) | .content_type' recorded | sort -u | wc -l)" -eq "$count" ]
    [ "$(jq -r 'select(.topic == "site/live") | .payload' recorded)" = "$(seq 90; echo last)" ]
  done
}

@test "--record does not wait for busy topics to rest, and says when it ends before all was read" {
  url=$(of stock tcp_url)
  mqtt-pub -L "$url" -t site/busy -l --rate 20 3>&- < <(yes) &
  mqtt-sub -L "$url" --record -t site/busy -t 'site/1/+' -t 'site/2/+' -C 60 >got
  [ "$(grep -c '"retain":true' got)" -eq 2 ]
  status=0
  mqtt-sub -L "$url" --record -t 'site/#' -W 100ms >/dev/null 2>said || status=$?
  [ "$status" -eq 1 ]
  grep -q "the run ends before all that is retained was" said
}

@test "mqtt-retain-clear lists, saves, clears and proves all of it" {
  local box
  for box in $boxes; do
    url=$(of $box tcp_url)
    [ "$(mqtt-retain-clear -L "$url" --list 'site/#' | wc -l)" -eq "$count" ]
    run mqtt-retain-clear -L "$url" --yes --backup saved.$box 'site/#'
    [ "$output" = "$count of $count retained messages cleared, $count saved, and seen to be gone" ]
    diff <(expected 2) <(jq -r '"\(.topic) \(.qos) \(.payload)"' saved.$box | sort)
    [ -z "$(mqtt-sub -L "$url" --retained-only -t 'site/#')" ]
    mqtt-pub -V 5 -L "$url" --from-json <saved.$box
    [ "$(mqtt-retain-clear -L "$url" --list 'site/#' | wc -l)" -eq "$count" ]
  done
}
