# shellcheck shell=bash
# Generated from the tables of options; not to be edited.
_mqtt_will_test() {
  local word="$2" previous="$3"
  COMPREPLY=()
  case "$previous" in
    --cut)
      mapfile -t COMPREPLY < <(compgen -W 'disconnect disconnect-with-will fin rst silence kill protocol-error take-over' -- "$word")
      return
      ;;
    --witness)
      mapfile -t COMPREPLY < <(compgen -W 'both native paho' -- "$word")
      return
      ;;
    --kick)
      mapfile -t COMPREPLY < <(compgen -c -- "$word")
      return
      ;;
    --case)
      mapfile -t COMPREPLY < <(compgen -W 'disconnect disconnect-with-will disconnect-with-error fin rst silence kill protocol-error flawed-disconnect take-over take-over-reason delay delay-and-session-end delay-without-session delay-called-off delay-and-clean-start qos retained not-retained once payload empty-payload payload-format message-expiry content-type response-topic correlation-data user-properties too-big-for-receiver too-big-for-broker wildcard-topic no-foreign-messages no-added-properties packets-to-observers kick refused-topic' -- "$word")
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
    --will-payload-file)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    --will-qos)
      mapfile -t COMPREPLY < <(compgen -W '0 1 2' -- "$word")
      return
      ;;
    --will-payload-format-indicator)
      mapfile -t COMPREPLY < <(compgen -W '0 1' -- "$word")
      return
      ;;
    -D|--property)
      mapfile -t COMPREPLY < <(compgen -W 'connect publish subscribe unsubscribe disconnect will' -- "$word")
      return
      ;;
    --request-response-information)
      mapfile -t COMPREPLY < <(compgen -W '0 1' -- "$word")
      return
      ;;
    --request-problem-information)
      mapfile -t COMPREPLY < <(compgen -W '0 1' -- "$word")
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
    --missing-after | \
      --refused-topic | \
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
      --will-topic | \
      --will-payload | \
      --will-delay-interval | \
      --will-message-expiry-interval | \
      --will-content-type | \
      --will-response-topic | \
      --will-correlation-data | \
      --will-user-property | \
      --receive-maximum | \
      --maximum-packet-size | \
      --topic-alias-maximum | \
      --authentication-method | \
      --authentication-data | \
      --connect-user-property | \
      --disconnect-session-expiry-interval | \
      --disconnect-reason-string | \
      --disconnect-user-property | \
      --profile)
      return
      ;;
  esac
  case "${COMP_WORDS[COMP_CWORD > 1 ? COMP_CWORD - 2 : 0]}" in
    -D|--property)
      mapfile -t COMPREPLY < <(compgen -W 'payload-format-indicator message-expiry-interval content-type response-topic correlation-data subscription-identifier session-expiry-interval authentication-method authentication-data request-problem-information will-delay-interval request-response-information reason-string receive-maximum topic-alias-maximum topic-alias user-property maximum-packet-size' -- "$word")
      return
      ;;
  esac
  local options='
    --no-control
    --missing-after
    --cut
    --witness
    --kick
    --refused-topic
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
    --will-topic
    --will-payload
    --will-payload-file
    --will-qos
    --will-retain
    --will-delay-interval
    --will-message-expiry-interval
    --will-content-type
    --will-payload-format-indicator
    --will-response-topic
    --will-correlation-data
    --will-user-property
    --property -D
    --receive-maximum
    --maximum-packet-size
    --topic-alias-maximum
    --request-response-information
    --request-problem-information
    --authentication-method
    --authentication-data
    --connect-user-property
    --disconnect-session-expiry-interval
    --disconnect-reason-string
    --disconnect-user-property
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
complete -F _mqtt_will_test mqtt-will-test
