#!/bin/bash
# each_alone.bash PROGRAM: the test cases that hold for both engines, over the paho engine. Each one in
# a process of its own, many at once: a second connection of Paho's in a process takes a second.
set -euo pipefail
export program=$1
export MQTT_TEST_ENGINE=paho
export folder
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

run_one() {
  local output=$folder/$1 test_case=${2//,/\\,}
  "$program" --test-case="$test_case" >"$output" 2>&1 || mv "$output" "$output.failed"
}
export -f run_one

# shellcheck disable=SC2016  # for the other shell
"$program" --list-test-cases --test-suite-exclude=native | grep -v -e '^\[doctest\]' -e '^===' |
  awk '{ printf "%d%c%s%c", NR, 0, $0, 0 }' |
  xargs -0 -n 2 -P 12 bash -c 'run_one "$1" "$2"' _
(($(find "$folder" -type f | wc -l) > 20))
! cat "$folder"/*.failed 2>/dev/null
