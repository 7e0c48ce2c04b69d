#!/usr/bin/env bats
# mqtt-bench as ranks that mpirun starts: on this machine, and in network namespaces as on several.
load bench_helper

setup_file() {
  # It refuses root otherwise; containers have nobody else.
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
}

setup() {
  command -v mpirun >/dev/null || skip "mpirun is not installed"
  [[ -e ${TOOLBOX_BUILD-$(dirname "$(command -v mqtt-bench)")/..}/lib/mqtt-toolbox/mpi.so ]] ||
    skip "this build has no MPI"
  result=$BATS_TEST_TMPDIR/result.json
}

teardown() {
  [[ -z ${ranks_pid-} ]] || kill "$ranks_pid" 2>/dev/null || true
  [[ -z ${sink_pid-} ]] || kill "$sink_pid" 2>/dev/null || true
  [[ -z ${network-} ]] || end_network
}

# ranks COUNT COMMAND ARGUMENT...: the command of mqtt-bench as that many ranks, against `port`.
ranks() {
  local count=$1 command=$2
  shift 2
  run --separate-stderr mpirun --oversubscribe -np "$count" mqtt-bench "$command" -V 5 -h 127.0.0.1 -p "$port" "$@"
}

@test "four ranks give one result: each host named, sums equal" {
  start_sink
  ranks 4 roundtrip -q 1 -n 2001 --rate 4k/s --publishers 8 --subscribers 4 --json
  assert_status 0
  local document=$output
  stop_sink
  assert_equal "$(field .setup.publishers "$document")" 8
  assert_equal "$(field .setup.subscribers "$document")" 4
  assert_equal "$(field '.setup.rate_per_s | round' "$document")" 4000
  assert_equal "$(field '[.processes[] | select(.host.name != "" and .complete and .busiest_core > 0)] | length' "$document")" 4
  assert_equal "$(field .whole_run.sent "$document")" 2001
  # Two publishers and one subscriber a rank, which keep to themselves.
  assert_equal "$(field .delivery.expected "$document")" 2001
  assert_equal "$(field .delivery.lost "$document")" 0
  assert_equal "$(field '[.intervals[].counters.sent] | add' "$document")" 2001
  assert_equal "$(field .interrupted "$document")" false
  assert_equal "$(field .received "$account")" 2001
  assert_equal "$(field .accepted "$account")" 12
}

@test "the summary names each rank, and has one client a rank when nothing is said" {
  start_sink
  ranks 3 publish --rate 3k/s --duration 500ms
  assert_status 0
  assert_contains "$output" "3 publishers"
  assert_contains "$output" "rank 0 on $(uname -n): busiest core"
  assert_contains "$output" "rank 2 on $(uname -n): busiest core"
}

@test "what cannot be divided is refused once, and so is what no rank can show" {
  start_sink
  ranks 3 publish -c 2 --duration 500ms
  assert_status 2
  assert_contains "$stderr" "2 publishers are too few for 3 ranks"
  assert_equal "$(grep -c "too few" <<<"$stderr")" 1
  ranks 2 search --slo loss=0
  assert_status 2
  assert_contains "$stderr" "one process"
  ranks 2 publish --interval-json
  assert_status 2
  assert_contains "$stderr" "--interval-json"
}

@test "no broker: one rank says so" {
  port=1
  ranks 3 publish --duration 1s
  assert_status 3
  assert_contains "$stderr" "127.0.0.1:1"
}

@test "what a rank was refused is an error of the whole, and its exit status" {
  start_mosquitto 'max_qos 1'
  ranks 2 publish -q 2 -n 4 -c 2 --json
  assert_status 6
  assert_equal "$(field .whole_run.refused_here)" 2
  assert_equal "$(field '.failures[].count')" 2
  assert_contains "$(field '.failures[].reason')" "at most QoS 1"
}

@test "an objective is judged over all ranks" {
  start_sink
  ranks 2 publish --rate 2k/s --duration 500ms --assert 'rate>1500/s' -o "$result"
  assert_status 0
  assert_equal "$(jq -r '.verdicts | length' "$result")" 1
  ranks 2 publish --rate 2k/s --duration 500ms --assert 'rate>3k/s'
  assert_status 1
}

# start_ranks COMMAND...: four ranks under the given launcher in the background as `ranks`.
start_ranks() {
  BENCH_RANKS=$result start_in_background ranks "$@" -x BENCH_RANKS -np 4 mqtt-bench roundtrip -V 5 -h "$broker" \
    -p "$port" --rate 2k/s --duration 60s --interval 100ms -o "$result"
}

# process_of_rank NUMBER: of the ranks in the background.
process_of_rank() {
  local process
  for process in $(pgrep -x mqtt-bench); do
    tr '\0' '\n' 2>/dev/null <"/proc/$process/environ" | awk -v rank="$1" -v result="$result" '
      $0 == "OMPI_COMM_WORLD_RANK=" rank { right = 1 }
      $0 == "BENCH_RANKS=" result { ours = 1 }
      END { exit !(right && ours) }' && echo "$process" && return 0
  done
  return 1
}

# is_connected RANK: both of its clients are, in whatever network it has.
is_connected() {
  local process
  process=$(process_of_rank "$1")
  awk -v end=":$(printf %04X "$port")$" '$3 ~ end && $4 == "01" { count++ } END { exit count < 2 }' \
    "/proc/$process/net/tcp"
}

# kill_rank NUMBER SIGNAL: once all are at work; sets `took`, the milliseconds until the result was written.
kill_rank() {
  local rank killed
  for rank in 0 1 2 3; do wait_until is_connected "$rank"; done
  killed=$(date +%s%N)
  kill "-$2" "$(process_of_rank "$1")"
  finish ranks
  took=$((($(date -r "$result" +%s%N) - killed) / 1000000))
  echo "# rank $1 got $2, the result was written after $took ms" >&3
}

# check_incomplete HOST...: the result of what was measured until then.
check_incomplete() {
  assert_equal "$(jq -s length "$result") $(head -c 1 "$result")" "1 {"
  assert_equal "$(jq -r .interrupted "$result")" true
  assert_equal "$(jq -r '[.processes[].complete] | any' "$result")" false
  assert_equal "$(jq -r '[.processes[].host.name] | join(" ")' "$result")" "$*"
  assert_equal "$(jq -r '[.warnings[].name] | join(" ")' "$result")" incomplete
  assert_equal "$(jq -r '[.intervals[].counters.received] | add' "$result")" "$(jq -r .counters.received "$result")"
  assert_equal "$(jq -r .latencies.received_from_due.count "$result")" "$(jq -r .counters.received "$result")"
  (($(jq -r .counters.received "$result") > 0))
}

@test "a rank is killed: what was measured is written, marked incomplete" {
  start_sink
  broker=127.0.0.1
  start_ranks mpirun --oversubscribe
  kill_rank 2 KILL
  ((status != 0))
  local host
  host=$(uname -n)
  check_incomplete "$host" "$host" "$host" "$host"
}

@test "after SIGTERM the result is there within half a second" {
  start_sink
  broker=127.0.0.1
  start_ranks mpirun --oversubscribe
  kill_rank 0 TERM
  ((status != 0 && took <= 500))
  local host
  host=$(uname -n)
  check_incomplete "$host" "$host" "$host" "$host"
}

# make_network: a network of its own, and four more on a bridge to it, which stand for machines.
make_network() {
  local machine
  ip netns add mqtt-bench-$$ || return 1
  network=mqtt-bench-$$
  inside ip link add bridge type bridge || return 1
  inside ip address add 10.213.7.1/24 dev bridge || return 1
  inside ip link set bridge up || return 1
  inside ip link set lo up || return 1
  for machine in 1 2 3 4; do
    ip netns add "$network-$machine" || return 1
    inside ip link add "port$machine" type veth peer name eth0 netns "$network-$machine" || return 1
    inside ip link set "port$machine" master bridge up || return 1
    ip -n "$network-$machine" address add "10.213.7.1$machine/24" dev eth0 || return 1
    ip -n "$network-$machine" link set eth0 up || return 1
    ip -n "$network-$machine" link set lo up || return 1
  done
}

inside() { ip netns exec "$network" "$@"; }

start_broker() {
  broker=10.213.7.1
  port=1883 # nobody else is in that network
  printf 'listener %s %s\nallow_anonymous true\n' "$port" "$broker" >"$BATS_TEST_TMPDIR/mosquitto.conf"
  start_in_background sink ip netns exec "$network" mosquitto -c "$BATS_TEST_TMPDIR/mosquitto.conf"
  wait_until inside mqtt-pub -h "$broker" -p "$port" -t up -m 1
}

end_network() {
  local machine
  for machine in "$network"-{1,2,3,4} "$network"; do
    ip netns pids "$machine" 2>/dev/null | xargs -r kill -KILL || true
    ip netns del "$machine" 2>/dev/null || true
  done
}

# machines: the launcher with a machine a rank; sets `launcher`.
machines() {
  # What ssh is elsewhere: HOST COMMAND...
  cat >"$BATS_TEST_TMPDIR/enter" <<'ENTER'
#!/bin/bash
host=$1
shift
exec ip netns exec "$host" unshare --uts sh -c "hostname $host; $*"
ENTER
  chmod +x "$BATS_TEST_TMPDIR/enter"
  launcher=(ip netns exec "$network" mpirun --mca plm_rsh_agent "$BATS_TEST_TMPDIR/enter"
    --mca plm_rsh_no_tree_spawn 1 --host "$network-1,$network-2,$network-3,$network-4")
}

@test "ranks in networks of their own: each host is named, and a killed one leaves a result" {
  ((EUID == 0)) || skip "network namespaces need root"
  command -v ip >/dev/null || skip "ip is not installed"
  make_network 2>/dev/null || skip "no network namespaces here"
  start_broker
  machines
  run --separate-stderr "${launcher[@]}" -np 4 mqtt-bench roundtrip -V 5 -h "$broker" -p "$port" -q 1 \
    -n 1000 --rate 2k/s --json
  assert_status 0
  assert_equal "$(field '[.processes[].host.name] | join(" ")')" "$(echo "$network"-{1,2,3,4})"
  assert_equal "$(field .delivery.expected)" 1000
  assert_equal "$(field .delivery.lost)" 0

  start_ranks "${launcher[@]}"
  kill_rank 2 KILL
  ((status != 0))
  check_incomplete "$network"-{1,2,3,4}
}
