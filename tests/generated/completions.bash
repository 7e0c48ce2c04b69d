#!/bin/bash
# Completes a few words with the generated bash completions in the folder named, and checks the syntax
# of those for zsh and fish where these shells are there.
set -eu
folder="$1"

complete_words() { # TOOL WORD...: what completes the last word
  local tool="$1" function
  # shellcheck source=/dev/null
  source "$folder/$tool.bash"
  function="$(complete -p "$tool" | sed 's/.*-F \([^ ]*\) .*/\1/')"
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  COMPREPLY=()
  # shellcheck disable=SC2317,SC2329
  compopt() { :; }
  "$function" "$tool" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
  echo "${COMPREPLY[*]}"
}

expect() { # WANTED TOOL WORD...
  local wanted="$1" got
  shift
  got="$(complete_words "$@")"
  if [[ $got != "$wanted" ]]; then
    echo "completing '$*': got '$got', wanted '$wanted'" >&2
    exit 1
  fi
}

expect '--host' mqtt-pub --hos
expect '--no-tls' mqtt-pub --no-tl
expect '0 1 2' mqtt-pub -q ''
expect 'connect' mqtt-sub -D con
expect 'content-type correlation-data' mqtt-pub -D publish co
expect 'mqttv31 mqttv311 mqttv5' mqtt-sub --protocol-version mq
expect '--cafile --capath' mqtt-sub --ca
expect 'subscribe-filters subscribe-empty subscribe-qos-3 subscribe-reserved-bits' mqtt-probe --case subscribe-
expect 'tls1.2 tls1.3' mqtt-probe --require tls1

if command -v zsh >/dev/null; then
  for file in "$folder"/_*; do zsh -n "$file"; done
fi
if command -v fish >/dev/null; then
  for file in "$folder"/*.fish; do fish -n "$file"; done
fi
