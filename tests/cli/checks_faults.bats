# bats file_tags=rules
# A broker that is killed, freezes or sends garbage at some point: the check tools end in bounded time,
# with a verdict or a clear error, and what they print stays what it should be.

load rules

teardown() { rm -f "$BATS_FILE_TMPDIR"/*; }

@test "mqtt-will-test" { survives mqtt-will-test --case-timeout 2s; }
@test "mqtt-qos-test" { survives mqtt-qos-test --case-timeout 2s; }
@test "mqtt-share-test" { survives mqtt-share-test --case-timeout 2s; }
@test "mqtt-probe" { survives mqtt-probe --case-timeout 2s; }
@test "mqtt-retain-clear" { survives mqtt-retain-clear --yes --ack-timeout 2s '#'; }

# Every subscriber is sent as much as it reads, and nothing else bounds what comes.
@test "a flood does not make the check tools grow" {
  local tool port size
  [[ -z ${TOOLBOX_SANITIZED-} ]] || skip 'sanitizers need memory of their own'
  for tool in mqtt-will-test mqtt-qos-test mqtt-share-test mqtt-probe; do
    rm -f "$BATS_TEST_TMPDIR/port"
    rule-breaker --fault flood-subscribers@1 >"$BATS_TEST_TMPDIR/port" 2>/dev/null 3>&- &
    in_background+=($!)
    wait_until grep -q . "$BATS_TEST_TMPDIR/port"
    port=$(<"$BATS_TEST_TMPDIR/port")
    run -1 --separate-stderr command time -q -f %M -o "$BATS_TEST_TMPDIR/memory" "$tool" -h 127.0.0.1 -p "$port" --json \
      --case-timeout 3s
    [ "$(tail -n 1 <<<"$output" | jq -r .type)" = summary ]
    size=$(<"$BATS_TEST_TMPDIR/memory")
    echo "$tool: $size KiB"
    ((size <= 104 * 1024))
  done
  stop_background
}
