#!/usr/bin/env bats
# Both engines play the same random scripts against one broker: connects, wills, publishes, subscriptions,
# clean ends and cuts. What a third client sees, and what the player itself is told, must be the same.
# MQTT_TEST_SCRIPTS sets how many scripts a version plays, MQTT_TEST_SEED where they begin.
# shellcheck disable=SC2154,SC2164 # support.bash sets the former; bats ends at the latter

setup_file() {
  load support
  start_sandbox open --receive-maximum 65535
}

teardown_file() {
  load support
  stop_sandboxes
}

setup() {
  load support
  cd "$BATS_TEST_TMPDIR"
  mkfifo port
  relay 127.0.0.1 127.0.0.1 "$(of open tcp_port)" >port 3>&- &
  relay=$!
  read -r -t 60 relay_port <port
}

teardown() { end_background; }

# compare ENGINE VERSION SCRIPTS
compare() {
  local seed=${MQTT_TEST_SEED:-$((RANDOM << 15 | RANDOM))}
  echo "seed $seed"
  differential "$1" "$(of open tcp_port)" "$relay_port" "$relay" "$2" "$seed" "${MQTT_TEST_SCRIPTS:-$3}" 40
}

# has_paho: the engine's module stands beside the programs.
has_paho() { mqtt-pub --engine paho -h 127.0.0.1 -p "$(of open tcp_port)" -t installed -m yes; }

@test "a script says the same twice" {
  compare native 3.1.1 2
  compare native 5.0 2
}

@test "random scripts under 3.1.1 look the same through both engines" {
  has_paho || skip "the paho engine is not installed"
  compare paho 3.1.1 5
}

@test "random scripts under 5.0 look the same through both engines" {
  has_paho || skip "the paho engine is not installed"
  compare paho 5.0 5
}
