# What the check tools say of real brokers, each private and on free ports; one that is not installed is
# skipped by name.
# shellcheck shell=bash

load support

start_brokers() {
  local name
  for name in "$@"; do
    start_broker "$name" &
  done
  wait
}

start_broker() {
  local broker=$BATS_TEST_DIRNAME/brokers/broker missing
  missing=$("$broker" "$1" missing)
  if [[ -n $missing ]]; then
    echo "${missing//$'\n'/, }" >"$BATS_FILE_TMPDIR/$1.missing"
  else
    "$broker" "$1" start "$BATS_FILE_TMPDIR/$1" >/dev/null 3>&-
  fi
}

stop_brokers() {
  local facts
  for facts in "$BATS_FILE_TMPDIR"/*/facts.json; do
    [[ -e $facts ]] || continue
    "$BATS_TEST_DIRNAME/brokers/broker" "$(jq -r .name "$facts")" stop "$(dirname "$facts")"
  done
}

need() {
  [[ ! -e $BATS_FILE_TMPDIR/$1.missing ]] || skip "$1 is not installed (missing: $(<"$BATS_FILE_TMPDIR/$1.missing"))"
}

fact() { jq -r "$2 // empty" "$BATS_FILE_TMPDIR/$1/facts.json"; }

# door BROKER [VERSION]: some brokers have one for each.
door() {
  if [[ ${2:-} == 5 ]]; then fact "$1" '(.v5 // .).doors.tcp'; else fact "$1" .doors.tcp; fi
}

# check BROKER TOOL [-V VERSION] ARGUMENT...: the tool's results in $BATS_TEST_TMPDIR/json, its exit status
# in $status.
check() {
  local username version=
  [[ ${3:-} != -V ]] || version=$4
  need "$1"
  username=$(fact "$1" .username)
  status=0
  timeout 100 "$2" --json --replays 0 -h 127.0.0.1 -p "$(door "$1" "$version")" \
    ${username:+-u "$username" -P "$(fact "$1" .password)"} "${@:3}" >"$BATS_TEST_TMPDIR/json" || status=$?
}

lines() { (($# == 0)) || printf '%s\n' "$@" | sort; }

# differs_in BROKER TOOL ARGUMENT...: the verdicts that are no pass are those of standard input, each line
# a verdict and a case. A line with ? in front may be missing: the broker's clock decides.
differs_in() {
  local line certain=() possible=()
  while read -r line; do
    if [[ $line == \?* ]]; then possible+=("${line#?}"); else certain+=("$line"); fi
  done
  check "$@"
  jq -r 'select(.type == "finding" and .verdict != "pass") | "\(.verdict) \(.case | sub("/.*"; ""))"' \
    "$BATS_TEST_TMPDIR/json" | sort -u >"$BATS_TEST_TMPDIR/observed"
  diff <(lines "${certain[@]}") <(grep -vxFf <(lines "${possible[@]}") "$BATS_TEST_TMPDIR/observed") || {
    jq -r 'select(.type == "finding" and .verdict != "pass") | "\(.case): \(.observed)"' "$BATS_TEST_TMPDIR/json"
    return 1
  }
  # Where everything is unsupported, nothing could be checked.
  [ "$status" -eq "$(jq -s 'map(.verdict // empty) | if any(. == "fail" or . == "inconclusive") or all(. == "unsupported")
    then 1 else 0 end' "$BATS_TEST_TMPDIR/json")" ]
}

# blames_only BROKER TOOL ARGUMENT...: of a broker that breaks under the checks, so that what they find
# depends on when it does: the tool comes to its end, and every fail is one of the cases of standard input.
# The broker is a new one, and is spared many checks at once.
blames_only() {
  local known
  mapfile -t known
  need "$1"
  "$BATS_TEST_DIRNAME/brokers/broker" "$1" stop "$BATS_FILE_TMPDIR/$1"
  rm -r "${BATS_FILE_TMPDIR:?}/$1"
  start_broker "$1"
  check "$@" --parallel 8
  [ "$status" -le 1 ]
  jq -se 'any(.type == "summary")' "$BATS_TEST_TMPDIR/json"
  run comm -13 <(lines "${known[@]}") \
    <(jq -r 'select(.verdict == "fail").case | sub("/.*"; "")' "$BATS_TEST_TMPDIR/json" | sort -u)
  [ "$output" = "" ] || {
    jq -r 'select(.verdict == "fail") | "\(.case): \(.observed)"' "$BATS_TEST_TMPDIR/json"
    return 1
  }
}

# unsupported_shares VERSION: all checks of that version.
unsupported_shares() {
  mqtt-share-test --list --json | jq -r --arg version "$1" \
    'select(($version == "5" or .versions == null) and (.case | IN("no-foreign-messages", "no-added-properties") | not)) | "unsupported \(.case)"'
}
