#!/usr/bin/env bash
# Is an option of a tool complete? usage: option.sh BIN_DIR TOOL --OPTION VALUE [ARGUMENT...]
# VALUE is one that the option takes, not its default; ARGUMENT... what the tool needs beside it.
# Functions are called by name, and scripts in single quotes are for another program.
# shellcheck disable=SC1091,SC2016,SC2154,SC2317
set -euo pipefail
. "$(dirname "$0")/helper.bash"

bin=${1-} tool=${2-} option=${3-} value=${4-}
usage 'option.sh BIN_DIR TOOL --OPTION VALUE [ARGUMENT...]' "$bin" "$tool" "$option" "$value"
arguments=("${@:5}")
PATH=$bin:$PATH
name=${option#--}
variable=$(tr a-z- A-Z_ <<<"MQTT_TOOLBOX_$name")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export XDG_CONFIG_HOME=$folder

in_help() { "$tool" --help | has "$option" /dev/stdin; }

# settings ORIGIN COMMAND...: the option stands in --show-settings with the value and that origin.
settings() { "${@:2}" --show-settings "${arguments[@]}" | grep -Eq "^$name +$value +.*$1"; }

from_configuration() {
  mkdir -p "$folder/mqtt-toolbox"
  printf '[%s]\n%s = "%s"\n' "$tool" "$name" "$value" >"$folder/configuration.toml"
  settings configuration.toml "$tool" --config "$folder/configuration.toml"
}

expect "$option in $tool --help" in_help
expect "$option in --show-settings, from the command line" settings "flag $option" "$tool" --no-config "$option" "$value"
expect "$option in --show-settings, from $variable" settings "$variable" env "$variable=$value" "$tool" --no-config
expect "$option in --show-settings, from a configuration file" from_configuration
expect "an entry for $option in man/$tool.1" grep -Eq "^\.It .*Fl -$name( |\$)" "$source_folder/man/$tool.1"
for file in "$tool.bash" "_$tool"; do
  expect "$option in completions/$file" has "$option" "$source_folder/completions/$file"
done
expect "$option in completions/$tool.fish" grep -q -- "-l $name " "$source_folder/completions/$tool.fish"
finish
