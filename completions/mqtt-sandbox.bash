# shellcheck shell=bash
# Generated from the tables of options; not to be edited.
_mqtt_sandbox() {
  local word="$2" previous="$3"
  COMPREPLY=()
  case "$previous" in
    --transport)
      mapfile -t COMPREPLY < <(compgen -W 'tcp tls ws wss unix' -- "$word")
      return
      ;;
    --certificate)
      mapfile -t COMPREPLY < <(compgen -W 'valid expired wrong-name' -- "$word")
      return
      ;;
    --broker)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    -o|--options-file)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    --config)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    -u|--username | \
      -P|--password|--pw | \
      --user | \
      --acl-line | \
      --config-line | \
      --listener-line | \
      --max-qos | \
      --receive-maximum | \
      --max-packet-size | \
      --topic-alias-max | \
      --max-keepalive | \
      --max-connections | \
      --max-queued-messages | \
      --profile)
      return
      ;;
  esac
  if [[ $word != -* ]]; then
    mapfile -t COMPREPLY < <(compgen -c -- "$word")
    return
  fi
  local options='
    --transport
    --username -u
    --password -P
    --user
    --acl-line
    --client-identifiers
    --realistic
    --client-certificates
    --certificate
    --persistence
    --restart
    --debug-log
    --broker
    --config-line
    --listener-line
    --max-qos
    --no-retain
    --receive-maximum
    --max-packet-size
    --topic-alias-max
    --max-keepalive
    --max-connections
    --max-queued-messages
    --options-file -o
    --config
    --no-config
    --profile
    --show-settings
    --help
    --version
  '
  mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
}
complete -F _mqtt_sandbox mqtt-sandbox
