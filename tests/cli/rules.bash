# A broker that breaks one rule, and which cases of a check tool find it. A test is named after the
# breach; all of them are played at once before the first is judged.
# shellcheck shell=bash

load helper

# What these brokers leave out does not come later; the test of one that is late gives a longer time.
export MQTT_TOOLBOX_MISSING_AFTER=12s

# play NAME TOOL ARGUMENT...: the findings of one tool against a broker with ${broker_options[@]}, as
# JSON lines in NAME.json, without those that `sift` leaves out; where `way` is set, over a relay that
# delays each direction by so many milliseconds. At most for `longest`, seconds.
longest=60
play() {
  local name=$BATS_FILE_TMPDIR/$1 port broker relays=() status=0
  echo "broker_options=(${broker_options[*]@Q}) command=(${*@Q})" >"$name.played"
  rm -f "$name.port"
  mkfifo "$name.port"
  rule-breaker "${broker_options[@]}" >"$name.port" 3>&- &
  broker=$!
  read -r port <"$name.port" || true
  if [[ -n ${way-} ]]; then
    delaying-relay 127.0.0.1 "$port" "$way" >"$name.port" 3>&- &
    relays+=($!)
    read -r port <"$name.port" || true
  fi
  timeout $((longest * slowness)) "$2" --json -h 127.0.0.1 -p "$port" "${@:3}" 2>"$name.err" 3>&- >"$name.all" || status=$?
  sift <"$name.all" >"$name.json"
  echo "$status" >"$name.status"
  kill "$broker" "${relays[@]}" || true
}

# For a file to replace.
sift() { cat; }

# play_again NAME: what was played under that name, in the same way.
play_again() {
  local broker_options command
  eval "$(<"$BATS_FILE_TMPDIR/$1.played")"
  play "${command[@]}"
}

# later COMMAND...: in the background, at most $at_once at a time. Waits for what it started only: bats has
# children of its own.
at_once=12
started=()
later() {
  "$@" &
  started+=($!)
  ((${#started[@]} < at_once)) || {
    wait "${started[0]}" || true
    started=("${started[@]:1}")
  }
}
all_done() {
  wait "${started[@]}" || true
  started=()
}

# play_all TOOL ARGUMENT...: every breach that a test of this file is named after.
play_all() {
  local breach broker_options
  while read -r breach; do
    broker_options=(--break "$breach")
    [[ $breach != none ]] || broker_options=()
    later play "$breach" "$@" --replays 0
  done < <(sed -n 's/^@test "\([a-z0-9-]*\)".*/\1/p' "$BATS_TEST_FILENAME")
  all_done
}

# survives TOOL ARGUMENT...: a broker that is killed, freezes or sends garbage, at some point of the run.
survives() {
  # Nearly all of it is waiting.
  local fault at broker_options name at_once=28
  for fault in kill freeze garbage flood flood-subscribers close truncate huge; do
    for at in 1 2 9 60; do
      broker_options=(--fault "$fault@$at")
      later play "$fault-$at" "$@"
    done
  done
  all_done
  for name in "$BATS_FILE_TMPDIR"/*.status; do
    is_a_clear_end "${name%.status}" || return 1
  done
}

# is_a_clear_end NAME: results to their last line, or an error that says what is wrong.
is_a_clear_end() {
  local status
  status=$(<"$1.status")
  echo "${1##*/}: exit $status; $(<"$1.err")"
  jq -se . "$1.json" >/dev/null || return 1
  case $status in
    0 | 1) [[ $(tail -n 1 "$1.json" | jq -r .type) == summary ]] ;;
    3 | 4 | 6 | 7) grep -q ': ' "$1.err" ;;
    *) return 1 ;;
  esac
}

# finds CASE...: exactly these cases failed, deviate or are unsupported, and the exit status is what the
# verdicts say; others may be inconclusive. "?CASE" may fail too, where what the broker does shows there
# only when it is quick enough. All are played at once, and on a busy machine a broker may then not be let
# run for longer than any check waits: what was not found so is played again by itself.
finds() {
  local try
  for try in 1 2 3; do
    has_found "$@" && return 0
    ((try == 3)) || play_again "$BATS_TEST_DESCRIPTION"
  done
  return 1
}

has_found() {
  local name=$BATS_FILE_TMPDIR/$BATS_TEST_DESCRIPTION
  jq -rs 'map(select(.type == "finding" and (.verdict | IN("fail", "deviates", "unsupported"))) | .case | sub("/.*"; "")) |
          unique[]' "$name.json" >"$name.found"
  printf '%s\n' "$@" | sed '/^$/d; /^?/d' | sort -u >"$name.expected"
  printf '%s\n' "$@" | sed -n 's/^?//p' >"$name.possible"
  grep -vxFf "$name.possible" "$name.found" >"$name.certain" || true
  diff "$name.expected" "$name.certain" || {
    jq -r 'select(.type == "finding" and .verdict != "pass") | "\(.verdict) \(.case): \(.observed)"' "$name.json"
    cat "$name.err"
    return 1
  }
  [ "$(<"$name.status")" -eq "$(jq -s 'any(.verdict == "fail" or .verdict == "inconclusive") | if . then 1 else 0 end' \
    "$name.json")" ]
}

# play_refused TOOL: the broker lets the user publish nothing.
play_refused() {
  # shellcheck disable=SC2034 # play takes it
  local broker_options=(--break every-publish-refused)
  play "every message refused" "$1" --replays 0 --no-control
}

# blames_no_broker CASE...: the user lacks a right, so that no case finds the broker wrong, and these name
# what it said.
blames_no_broker() {
  local name="$BATS_FILE_TMPDIR/every message refused.json" case
  run -0 jq -r 'select(.verdict | IN("fail", "deviates")) | "\(.case): \(.observed)"' "$name"
  [ -z "$output" ] || { echo "$output" && return 1; }
  for case in "$@"; do
    says 'Not authorized: "one may not\tpublish to this topic"' "$case" || return 1
  done
}

# says TEXT CASE: what was observed in the case has the text in it.
says() {
  local observed
  observed=$(jq -r --arg case "$2" 'select(.type == "finding" and .case == $case).observed' \
    "$BATS_FILE_TMPDIR/$BATS_TEST_DESCRIPTION.json")
  [[ $observed == *"$1"* ]] || { echo "$2: $observed"; return 1; }
}
