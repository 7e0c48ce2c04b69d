# shellcheck shell=bash
# Generated from the tables of options; not to be edited.
_mqtt_share_test() {
  local word="$2" previous="$3"
  COMPREPLY=()
  case "$previous" in
    --case)
      mapfile -t COMPREPLY < <(compgen -W 'served one-member every-group groups-of-one-name plain-subscriber even-share member-joins member-unsubscribes member-disconnects member-dies member-dies-for-good member-dies-at-qos2 acknowledged-by-the-dead refused-by-member silent-member deaf-member no-retained no-local no-foreign-messages no-added-properties' -- "$word")
      return
      ;;
    --unix)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    -V|--protocol-version)
      mapfile -t COMPREPLY < <(compgen -W 'auto 31 mqttv31 311 mqttv311 5 mqttv5' -- "$word")
      return
      ;;
    --engine)
      mapfile -t COMPREPLY < <(compgen -W 'native paho' -- "$word")
      return
      ;;
    --password-file)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    --password-command)
      mapfile -t COMPREPLY < <(compgen -c -- "$word")
      return
      ;;
    --cafile)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    --capath)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -d -- "$word")
      return
      ;;
    --cert)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    --key)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    --keyform)
      mapfile -t COMPREPLY < <(compgen -W 'pem engine' -- "$word")
      return
      ;;
    --key-password-file)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    --key-password-command)
      mapfile -t COMPREPLY < <(compgen -c -- "$word")
      return
      ;;
    --tls-version)
      mapfile -t COMPREPLY < <(compgen -W 'tlsv1.3 tlsv1.2 tlsv1.1 1.3 1.2' -- "$word")
      return
      ;;
    --tls-keylog)
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
    --members | \
      --groups | \
      --messages | \
      --missing-after | \
      --case-timeout | \
      --parallel | \
      --replays | \
      --topic-prefix | \
      -L|--url | \
      -h|--host | \
      -p|--port | \
      -A|--bind-address | \
      -k|--keepalive|--keep-alive | \
      --connect-timeout | \
      --max-message-size | \
      --proxy | \
      -i|--id|--client-id | \
      -I|--id-prefix | \
      -u|--username | \
      -P|--password|--pw | \
      --password-env | \
      --key-password | \
      --key-password-env | \
      --server-name | \
      --ciphers | \
      --tls-alpn | \
      --psk | \
      --psk-identity | \
      --ws-path | \
      --ws-header | \
      --ws-subprotocol | \
      -x|--session-expiry-interval | \
      -M|--inflight|--max-inflight | \
      --inflight-bytes | \
      --profile)
      return
      ;;
  esac
  local options='
    --members
    --groups
    --messages
    --no-control
    --missing-after
    --case
    --list -l
    --case-timeout
    --parallel
    --replays
    --topic-prefix
    --url -L
    --host -h
    --port -p
    --unix
    --bind-address -A
    --protocol-version -V
    --keepalive -k
    --connect-timeout
    --max-message-size
    --proxy
    --nodelay --no-nodelay
    --engine
    --id -i
    --id-prefix -I
    --username -u
    --password -P
    --password-file
    --password-command
    --password-env
    --password-prompt
    --tls --no-tls
    --cafile
    --capath
    --tls-use-os-certs
    --cert
    --key
    --keyform
    --key-password
    --key-password-file
    --key-password-command
    --key-password-env
    --key-password-prompt
    --insecure
    --server-name
    --tls-version
    --ciphers
    --tls-alpn
    --psk
    --psk-identity
    --tls-keylog
    --ws --no-ws
    --ws-path
    --ws-header
    --ws-subprotocol
    --disable-clean-session -c
    --session-expiry-interval -x
    --inflight -M
    --inflight-bytes
    --topic-aliases
    --json
    --debug -d
    --quiet
    --trace
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
complete -F _mqtt_share_test mqtt-share-test
