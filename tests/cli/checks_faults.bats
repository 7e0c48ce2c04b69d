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
