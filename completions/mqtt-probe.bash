# shellcheck shell=bash
# Generated from the tables of options; not to be edited.
_mqtt_probe() {
  local word="$2" previous="$3"
  COMPREPLY=()
  case "$previous" in
    --require)
      mapfile -t COMPREPLY < <(compgen -W 'mqtt31 mqtt311 mqtt5 assigned-id anonymous auth-methods reason-strings response-information sys-topics qos1 qos2 retained retained-wildcard wildcards shared subscription-identifiers no-local retain-handling retain-as-published alias-to-broker alias-to-client message-expiry session-resume session-expiry offline-messages offline-qos0 flow-control overlap-copies unsuback-unknown puback-unmatched receive-maximum maximum-qos maximum-packet session-expiry-limit keep-alive-limit keep-alive-off keep-alive-cut packet topic topic-levels client-id client-id-characters filters queued tls-version tls-cipher tls-alpn tls1.2 tls1.3 certificate-subject certificate-names certificate-issuer certificate-chain certificate-days' -- "$word")
      return
      ;;
    --diff)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    --case)
      mapfile -t COMPREPLY < <(compgen -W 'version-3.1 version-3.1.1 version-5.0 connack assigned-id take-over ping anonymous unknown-auth auth-methods reason-strings response-information response-not-requested sys-topics no-connect keep-alive keep-alive-zero keep-alive-bounds qos0 qos1 qos2 acknowledgement-reasons receive-maximum topic-characters topic-separator topic-case empty-payload no-subscribers overlap wildcard-plus wildcard-one-level wildcard-hash wildcard-parent wildcard-empty-level wildcard-dollar shared subscription-identifier subscription-replaced suback-order unsuback-order no-local unsubscribe unsubscribe-unknown retained retained-flag retained-flag-live retained-wildcard retained-hash retained-identifier retained-replaced retained-cleared retain-handling retain-as-published payload-format content-type response-topic correlation-data user-properties topic-alias alias-to-client client-packet-size flow-control session-resume session-clean session-not-kept offline-messages session-expiry session-expiry-disconnect message-expiry message-expiry-lowered tls tls-1.2 tls-1.3 packet-size topic-levels client-id-length client-id-characters subscribe-filters queued-messages first-not-connect second-connect protocol-name version-unknown connect-flag-reserved will-qos-without-will will-retain-without-will receive-maximum-zero packet-size-zero connect-cut-short topic-wildcard topic-empty topic-not-utf8 filter-hash-inside filter-plus-inside filter-empty filter-not-utf8 subscribe-empty subscribe-qos-3 subscribe-reserved-bits retain-handling-3 unsubscribe-empty packet-identifier-zero publish-qos-3 reserved-flags pubrel-flags unsubscribe-flags packet-type-zero length-five-bytes string-too-long property-twice property-unknown property-misplaced alias-zero alias-too-high subscription-identifier-zero subscription-identifier-published topic-nul filter-nul client-id-nul will-qos will-retain alias-unset alias-of-earlier-connection receive-maximum-exceeded packet-size-exceeded disconnect-raises-expiry huge-lengths partial-packets silent-connections deep-filter many-user-properties topic-length no-foreign-messages no-added-properties' -- "$word")
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
    --packet-limit | \
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
    --require
    --diff
    --hostile
    --packet-limit
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
complete -F _mqtt_probe mqtt-probe
