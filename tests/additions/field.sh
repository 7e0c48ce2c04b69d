#!/usr/bin/env bash
# Is a field of a JSON line complete? usage: field.sh TYPE FIELD COMMAND...
# The command prints JSON lines, among them one of that type with the field.
# Functions are called by name, and scripts in single quotes are for another program.
# shellcheck disable=SC1091,SC2016,SC2154,SC2317
set -euo pipefail
. "$(dirname "$0")/helper.bash"

type=${1-} field=${2-}
usage 'field.sh TYPE FIELD COMMAND...' "$type" "$field" "${3-}"
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT
"${@:3}" >"$lines" || true

# jq_on FILTER: true of all lines together, as an array.
jq_on() { jq -es --arg type "$type" --arg field "$field" "$1" "$lines"; }

documented() { entry "$source_folder/man/mqtt-toolbox.7" "$type" | has "$field" /dev/stdin; }

expect "a line of the type $type from the command" jq_on 'any(.type == $type)'
expect "the field $field on a line of the type $type" jq_on 'any(.type == $type and has($field))'
expect 'type, time and time_s first on every line' jq_on 'all(keys_unsorted[0:3] == ["type", "time", "time_s"])'
expect "$field in the entry for $type in man/mqtt-toolbox.7" documented
finish
