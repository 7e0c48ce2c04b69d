# What the black-box tests share; every file starts with `load helper`. The tools of the build tree come
# first in PATH (ctest puts them there). Nothing here sleeps to wait for a state.
# shellcheck shell=bash

bats_require_minimum_version 1.5.0

# No test may depend on what the person who runs it has configured.
export XDG_CONFIG_HOME=$BATS_FILE_TMPDIR/no-configuration
# Of what setup_file has set, each test is to see all, though it loads this anew.
[[ -n ${SANDBOX_PID-} ]] || unset MQTT_URL "${!MQTT_TOOLBOX_@}"

# How long a state may take to come, in seconds; long, since sanitizers and busy machines are slow.
patience=60

# How many times longer than otherwise a program under sanitizers takes.
slowness=${TOOLBOX_SANITIZED:+4}
slowness=${slowness:-1}

# not_under_sanitizers REASON: skips the test there.
not_under_sanitizers() { [[ -z ${TOOLBOX_SANITIZED-} ]] || skip "under sanitizers: $1"; }

# wait_until COMMAND...: until the command succeeds; fails when that takes too long.
wait_until() {
  local deadline=$((SECONDS + patience))
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS > deadline)); then
      echo "waited in vain for: $*" >&2
      return 1
    fi
    sleep 0.01
  done
}

# start_in_background NAME COMMAND...: its output goes to NAME.out and NAME.err in the test's folder, its
# process to the variable NAME_pid.
start_in_background() {
  local name=$1
  shift
  # Of a program that had the name before.
  rm -f "$BATS_TEST_TMPDIR/$name".{out,err}
  "$@" >"$BATS_TEST_TMPDIR/$name.out" 2>"$BATS_TEST_TMPDIR/$name.err" 3>&- &
  printf -v "${name}_pid" %s $!
  in_background+=($!)
}

# For teardown: ends what a failed test has left. Not all jobs, since one of those is the clock of bats,
# whose sleep would outlive it and keep the output open.
in_background=()
stop_background() { kill "${in_background[@]}" 2>/dev/null || true; }

# finish NAME: waits for it to end; sets `status`, `output` (stdout) and `stderr`, as `run` does.
finish() {
  local pid=${1}_pid
  status=0
  wait "${!pid}" || status=$?
  output=$(<"$BATS_TEST_TMPDIR/$1.out")
  stderr=$(<"$BATS_TEST_TMPDIR/$1.err")
}

# start_subscriber NAME ARGUMENT...: mqtt-sub in the background, as above; returns when all its
# subscriptions are acknowledged.
start_subscriber() {
  local name=$1 fifo=$BATS_TEST_TMPDIR/$1.ready pid=${1}_pid ready line='' deadline=$((SECONDS + patience))
  shift
  mkfifo "$fifo"
  exec {ready}<>"$fifo" # opened both ways, since only so it waits for nobody
  start_in_background "$name" mqtt-sub --ready-fd 4 "$@" 4>"$fifo"
  until read -r -t 0.1 line <&"$ready" || ((SECONDS > deadline)) || ! kill -0 "${!pid}"; do :; done
  exec {ready}>&-
  rm "$fifo"
  [[ -n $line ]] && return 0
  echo "no subscription: $(<"$BATS_TEST_TMPDIR/$name.err")" >&2
  return 1
}

# start_sandbox ARGUMENT...: a broker until stop_sandbox, for setup_file and teardown_file (or a single
# test). Sets the variables that a command of mqtt-sandbox gets.
start_sandbox() {
  local fifo=$BATS_FILE_TMPDIR/sandbox.$RANDOM line
  mkfifo "$fifo"
  mqtt-sandbox "$@" >"$fifo" 3>&- &
  export SANDBOX_PID=$!
  read -r -t "$patience" line <"$fifo"
  rm "$fifo"
  eval "$(jq -r 'del(.type) | to_entries[] |
    "export MQTT_SANDBOX_\(.key | ascii_upcase)=\(.value | tostring | @sh)"' <<<"$line")"
  export MQTT_URL=$MQTT_SANDBOX_TCP_URL MQTT_TOOLBOX_CAFILE=$MQTT_SANDBOX_CAFILE
}

stop_sandbox() {
  [[ -n ${SANDBOX_PID-} ]] || return 0
  kill -TERM "$SANDBOX_PID"
  wait "$SANDBOX_PID" || true # a status of its own: ended by SIGTERM
  unset SANDBOX_PID MQTT_URL MQTT_TOOLBOX_CAFILE "${!MQTT_SANDBOX_@}"
}

# start_rule_breaker ARGUMENT...: the rule breaker of tests/support until stop_rule_breaker, for setup_file
# and teardown_file; sets BREAKER_PID and BREAKER_PORT.
start_rule_breaker() {
  local fifo=$BATS_FILE_TMPDIR/rule-breaker
  mkfifo "$fifo"
  rule-breaker "$@" >"$fifo" 3>&- &
  export BREAKER_PID=$! BREAKER_PORT
  read -r -t "$patience" BREAKER_PORT <"$fifo"
}

stop_rule_breaker() {
  kill "$BREAKER_PID"
  wait "$BREAKER_PID"
}

# start_scripted_broker STEPS: the broker of tests/support in the background as `scripted`; sets
# `scripted_port`. `finish scripted` gives status 0 when all the steps were met.
start_scripted_broker() {
  rm -f "$BATS_TEST_TMPDIR/scripted.out" # of one before it
  start_in_background scripted scripted-broker -e "$1"
  wait_until test -s "$BATS_TEST_TMPDIR/scripted.out"
  # shellcheck disable=SC2034 # for the tests
  read -r scripted_port <"$BATS_TEST_TMPDIR/scripted.out"
}

# within_memory MIB STATUS COMMAND...: as `run` with that status, within that much memory at its peak.
# Sanitizers need memory of their own.
within_memory() {
  local limit=$1 expected=$2 peak
  shift 2
  run "-$expected" --separate-stderr command time -q -f %M -o "$BATS_TEST_TMPDIR/peak" timeout $((60 * slowness)) "$@"
  [[ -z ${TOOLBOX_SANITIZED-} ]] || return 0
  peak=$(tail -n 1 "$BATS_TEST_TMPDIR/peak")
  echo "peak: $peak KiB of $((limit * 1024)): $*"
  ((peak <= limit * 1024))
}

# Assertions that say what they saw.
assert_status() {
  ((status == $1)) && return 0
  printf 'status %s, not %s\nstdout: %s\nstderr: %s\n' "$status" "$1" "$output" "${stderr-}" >&2
  return 1
}

assert_equal() {
  [[ $1 == "$2" ]] && return 0
  printf 'got:      %q\nexpected: %q\n' "$1" "$2" >&2
  return 1
}

# assert_contains TEXT PART
assert_contains() {
  [[ $1 == *"$2"* ]] && return 0
  printf 'no "%s" in: %s\n' "$2" "$1" >&2
  return 1
}
