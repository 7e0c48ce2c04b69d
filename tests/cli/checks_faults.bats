# bats file_tags=rules
# A broker that is killed, freezes or sends garbage at some point: the check tools end in bounded time,
# with a verdict or a clear error, and what they print stays what it should be.

load rules

teardown() { rm -f "$BATS_FILE_TMPDIR"/*; }

@test "mqtt-will-test" { survives mqtt-will-test --case-timeout 2s --replays 0; }
@test "mqtt-qos-test" { survives mqtt-qos-test --case-timeout 2s --replays 0; }
@test "mqtt-share-test" { survives mqtt-share-test --case-timeout 2s --replays 0; }
@test "mqtt-probe" { survives mqtt-probe --case-timeout 2s --replays 0; }
@test "mqtt-retain-clear" { survives mqtt-retain-clear --yes --ack-timeout 2s '#'; }

# floods FAULT: every check tool meets a broker with that fault, and stays within 66 MiB.
floods() {
  local tool broker
  for tool in mqtt-will-test mqtt-qos-test mqtt-share-test mqtt-probe; do
    rm -f "$BATS_TEST_TMPDIR/port"
    rule-breaker --fault "$1@1" >"$BATS_TEST_TMPDIR/port" 2>/dev/null 3>&- &
    broker=$!
    in_background+=("$broker")
    wait_until grep -q . "$BATS_TEST_TMPDIR/port"
    within_memory 66 1 "$tool" -h 127.0.0.1 -p "$(<"$BATS_TEST_TMPDIR/port")" --json --case-timeout 3s --replays 0
    assert_equal "$(tail -n 1 <<<"$output" | jq -r .type)" summary
    kill "$broker"
  done
}

# Every subscriber is sent as much as it reads, and nothing else bounds what comes.
@test "a flood does not make the check tools grow" {
  floods flood-subscribers
  stop_background
}

@test "nor does one whose answers the broker does not read" {
  floods flood-unread
  stop_background
}
