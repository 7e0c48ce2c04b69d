# What the system refuses: descriptors, threads, a reader of standard error that takes nothing.
load helper
export BATS_TEST_TIMEOUT=120

setup() {
  tools=("mqtt-pub -t t -m m" "mqtt-sub -t t -W 5" "mqtt-retain-clear --list -t t" "mqtt-will-test" "mqtt-qos-test"
    "mqtt-share-test" "mqtt-probe")
}
teardown() {
  stop_background
  stop_sandbox
}

# assert_one_line TOOL TEXT: standard error is one line of the tool that holds the text.
assert_one_line() {
  assert_equal "$(wc -l <<<"$stderr")" 1
  assert_contains "$stderr" "$1"
  assert_contains "$stderr" "$2"
}

@test "without descriptors for its own needs a tool ends with one line" {
  not_under_sanitizers 'they need descriptors of their own'
  for tool in "${tools[@]}"; do
    for limit in 4 5 6; do
      # The test runner's own descriptors count too.
      run -8 --separate-stderr timeout 20 bash -c "exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; ulimit -n $limit; exec $tool -h 127.0.0.1 -p 1"
      assert_one_line "${tool%% *}" 'too many open files'
    done
  done
}

@test "mqtt-bench without descriptors for its loop or its null broker" {
  not_under_sanitizers 'they need descriptors of their own'
  local limit command
  for limit in 4 5; do
    for command in calibrate sink; do
      run -8 --separate-stderr timeout 20 bash -c "exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; ulimit -n $limit; exec mqtt-bench $command"
      assert_one_line mqtt-bench 'too many open files'
    done
  done
}

@test "without threads a tool that needs some ends with one line" {
  [[ $TOOLBOX_HARDENED != none ]] || skip 'sanitizers start threads of their own'
  start_sandbox
  local preload=$TOOLBOX_BUILD/tests/support/no-threads.so
  for tool in mqtt-will-test mqtt-qos-test mqtt-share-test mqtt-probe 'mqtt-bench calibrate' \
    'mqtt-bench publish -t t -c 4 --threads 2 --duration 1s' 'mqtt-pub -t t -m m --engine paho'; do
    [[ $tool != *paho || -f $TOOLBOX_BUILD/lib/mqtt-toolbox/libmqtt-toolbox-paho.so ]] || continue
    # shellcheck disable=SC2086 # a command
    run -8 --separate-stderr timeout 60 env LD_PRELOAD="$preload" THREADS_ALLOWED=0 $tool
    assert_one_line "${tool%% *}" 'cannot start a thread: resource temporarily unavailable'
  done
  run -8 --separate-stderr timeout 60 env LD_PRELOAD="$preload" THREADS_ALLOWED=1 \
    mqtt-bench publish -t t -c 4 --threads 2 --duration 1s
  assert_one_line mqtt-bench 'cannot start a thread'
}

@test "a reader of the trace that takes nothing holds up neither -W nor the end" {
  local fifo=$BATS_TEST_TMPDIR/trace held
  mkfifo "$fifo"
  exec {held}<>"$fifo"
  start_sandbox
  start_in_background slow bash -c "exec mqtt-sub -t held --trace -W 4 --ready-file '$BATS_TEST_TMPDIR/is-ready' 2>'$fifo'"
  wait_until test -e "$BATS_TEST_TMPDIR/is-ready"
  seq 30000 | mqtt-pub -t held -l
  finish slow
  exec {held}>&-
  assert_status 27
  assert_equal "$(wc -l <<<"$output")" 30000
}

@test "SIGHUP ends a tool as SIGTERM does, and not at all under nohup" {
  start_sandbox
  start_subscriber plain -t a
  kill -HUP "$plain_pid"
  finish plain
  assert_status 129

  start_in_background kept nohup mqtt-sub -t a -C 1 --ready-file "$BATS_TEST_TMPDIR/is-ready"
  wait_until test -e "$BATS_TEST_TMPDIR/is-ready"
  kill -HUP "$kept_pid"
  run -0 mqtt-pub -t a -m 'still here' -q 1
  finish kept
  assert_status 0
  assert_equal "$output" 'still here'
}
