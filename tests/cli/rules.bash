# A broker that breaks one rule, and which cases of a check tool find it. A test is named after the
# breach; all of them are played at once before the first is judged.
# shellcheck shell=bash

load helper

# play BREACH TOOL ARGUMENT...: the findings of one tool against one breach, as JSON lines.
play() {
  local breach=$1 name=$BATS_FILE_TMPDIR/$1 port broker status=0
  shift
  mkfifo "$name.port"
  rule-breaker ${breach:+$([ "$breach" = none ] || echo --break "$breach")} >"$name.port" 3>&- &
  broker=$!
  read -r port <"$name.port"
  timeout 60 "$1" --json -h 127.0.0.1 -p "$port" "${@:2}" >"$name.json" 2>"$name.err" 3>&- ||
    status=$?
  echo "$status" >"$name.status"
  kill "$broker"
}

# play_all TOOL ARGUMENT...: every breach that a test of this file is named after, eight at a time.
play_all() {
  local breach running=0
  while read -r breach; do
    play "$breach" "$@" &
    running=$((running + 1))
    if [ "$running" -ge 8 ]; then
      wait -n
      running=$((running - 1))
    fi
  done < <(sed -n 's/^@test "\([a-z0-9-]*\)".*/\1/p' "$BATS_TEST_FILENAME")
  wait
}

# finds CASE...: exactly these cases failed, and the exit status says so.
finds() {
  local name=$BATS_FILE_TMPDIR/$BATS_TEST_DESCRIPTION
  jq -rs 'map(select(.type == "finding" and .verdict != "pass") | .case | sub("/.*"; "")) |
          unique[]' "$name.json" >"$name.found"
  printf '%s\n' "$@" | sed '/^$/d' | sort -u >"$name.expected"
  diff "$name.expected" "$name.found" || {
    jq -r 'select(.verdict != "pass") | "\(.verdict) \(.case): \(.observed)"' "$name.json"
    cat "$name.err"
    return 1
  }
  [ "$(<"$name.status")" -eq "$([ $# -eq 0 ] && echo 0 || echo 1)" ]
}
