#!/usr/bin/env bash
# Is a case of a check tool complete? usage: case.sh BIN_DIR TOOL CASE
# Starts a broker of its own for one play of the case.
# Functions are called by name, and scripts in single quotes are for another program.
# shellcheck disable=SC1091,SC2016,SC2154,SC2317
set -euo pipefail
. "$(dirname "$0")/helper.bash"

bin=${1-} tool=${2-} name=${3-}
usage 'case.sh BIN_DIR TOOL CASE' "$bin" "$tool" "$name"
PATH=$bin:$PATH

listed() { "$tool" --list | grep -Eq "^$name +([0-9]+\.)+[0-9]+(-[0-9]+)? +[^ ]"; }

listed_once() { [ "$("$tool" --list | grep -c "^$name ")" = 1 ]; }

# The line of a case has a verdict, and the statement of the standard that it is about.
judged() {
  mqtt-sandbox -- bash -c '"$0" --no-config --json --case "$1" -p "$MQTT_SANDBOX_TCP_PORT"' "$tool" "$name" |
    jq -es --arg name "$name" 'map(select(.type == "finding" and .case == $name))
      | length == 1 and (.[0] | .verdict != null and .section != null)'
}

expect "$name in $tool --list, with its section and what it checks" listed
expect "$name only once in $tool --list" listed_once
expect "a verdict on $name from $tool --json --case $name" judged
expect "an entry for $name in man/$tool.1" grep -Eq "^\.It $name( |\$)" "$source_folder/man/$tool.1"
for file in "$tool.bash" "_$tool" "$tool.fish"; do
  expect "$name in completions/$file" has "$name" "$source_folder/completions/$file"
done
finish
