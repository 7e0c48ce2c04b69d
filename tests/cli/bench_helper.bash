# What the tests of mqtt-bench share, beside helper.bash.
# shellcheck shell=bash
load helper

# start_sink ARGUMENT...: the null broker; sets `port`. Its last line is its account.
# shellcheck disable=SC2120 # the arguments come from other files
start_sink() {
  start_in_background sink mqtt-bench sink "$@"
  wait_until grep -q port "$BATS_TEST_TMPDIR/sink.out"
  port=$(jq -r .port <"$BATS_TEST_TMPDIR/sink.out")
}

# stop_sink: sets `account`, a JSON object.
stop_sink() {
  kill -TERM "$sink_pid"
  finish sink
  # shellcheck disable=SC2034 # for the tests
  account=$(tail -n 1 <<<"$output")
}

# start_mosquitto LINE: with this line of configuration, at `port`, in the place of the null broker.
start_mosquitto() {
  start_sink
  stop_sink # that port is free now
  printf 'listener %s 127.0.0.1\nallow_anonymous true\n%s\n' "$port" "$1" >"$BATS_TEST_TMPDIR/mosquitto.conf"
  start_in_background sink mosquitto -c "$BATS_TEST_TMPDIR/mosquitto.conf"
  wait_until mqtt-pub -h 127.0.0.1 -p "$port" -t up -m 1
}

teardown() {
  local process
  for process in sink plain relay run; do
    local pid=${process}_pid
    [[ -z ${!pid-} ]] || kill "${!pid}" 2>/dev/null || true
  done
}

# bench COMMAND ARGUMENT...: against `port`.
bench() {
  local command=$1
  shift
  run --separate-stderr mqtt-bench "$command" -V 5 -h 127.0.0.1 -p "$port" "$@"
}

# start_bench COMMAND ARGUMENT...: the same in the background as `run`, a line every 100 ms, its
# result in result.json of the test's folder; returns when the first interval is over.
start_bench() {
  local command=$1
  shift
  start_in_background run mqtt-bench "$command" -V 5 -h 127.0.0.1 -p "$port" --interval-json --interval 100ms \
    -o "$BATS_TEST_TMPDIR/result.json" "$@"
  wait_until grep -q bench_interval "$BATS_TEST_TMPDIR/run.out"
}

# field PATH [DOCUMENT]: of the document printed last.
field() { jq -r "$1" <<<"${2-$output}"; }

# of_result PATH: of the document that start_bench leaves.
of_result() { jq -r "$1" "$BATS_TEST_TMPDIR/result.json"; }
