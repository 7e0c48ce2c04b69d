# What the suites share: sandboxes, and subscribers that say when they are ready.
# shellcheck shell=bash

export LC_ALL=C.UTF-8
# No settings of whoever runs the tests.
export XDG_CONFIG_HOME=/nonexistent
unset MQTT_URL "${!MQTT_TOOLBOX_@}"
PATH=$PATH:/usr/sbin

# not_under_sanitizers REASON: skips the test there.
not_under_sanitizers() { [[ -z ${TOOLBOX_SANITIZED-} ]] || skip "under sanitizers: $1"; }

# start_sandbox NAME [OPTION...]
start_sandbox() {
  local name=$1 said=$BATS_FILE_TMPDIR/$1.said
  shift
  mkfifo "$said"
  mqtt-sandbox "$@" >"$said" 3>&- &
  echo $! >"$BATS_FILE_TMPDIR/$name.pid"
  read -r -t 60 line <"$said"
  printf '%s\n' "$line" >"$BATS_FILE_TMPDIR/$name.json"
}

# stop_sandboxes: all that this file started, and waits for their ends.
stop_sandboxes() {
  local file pid
  for file in "$BATS_FILE_TMPDIR"/*.pid; do
    pid=$(<"$file")
    kill "$pid" || echo "gone: $file" >&2
    tail --pid="$pid" -f /dev/null
  done
}

# of NAME KEY: what the sandbox said of itself.
of() { jq -r ".$2" "$BATS_FILE_TMPDIR/$1.json"; }

# subscribe OUTPUT ARGUMENT...: mqtt-sub in the background; returns when its subscriptions are
# acknowledged. Its process is $subscriber.
subscribe() {
  local output=$1 ready
  shift
  ready=$(mktemp -u "$BATS_TEST_TMPDIR/ready.XXXXXX")
  mkfifo "$ready"
  mqtt-sub --ready-fd 9 "$@" >"$output" 9>"$ready" 3>&- &
  subscriber=$!
  read -r -t 60 _ <"$ready"
}

# end_background: whatever a failed test left running.
end_background() {
  local left
  left=$(jobs -p)
  # shellcheck disable=SC2086 # words, one a process
  [ -z "$left" ] || kill $left || true
}
