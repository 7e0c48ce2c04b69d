# mqtt-pub and mqtt-sub over --engine paho, against Mosquitto; the other side is native.
load helper
export BATS_TEST_TIMEOUT=60

setup_file() {
  [[ -f $TOOLBOX_BUILD/lib/mqtt-toolbox/libmqtt-toolbox-paho.so ]] || skip 'built without Paho'
  start_sandbox
}
teardown_file() { stop_sandbox; }

# What a failed test has left. Not all jobs: one is bats's own, whose end would leave its clock behind.
teardown() {
  local name pid
  for name in paho native sub will dying ending scripted; do
    pid=${name}_pid
    [[ -z ${!pid-} ]] || kill "${!pid}" 2>/dev/null || true
  done
}

# Each test has topics of its own.
setup() { topic=test/$BATS_TEST_NUMBER; }

fields='[.topic, .qos, .retain, .payload, .content_type, .user_properties]'

@test "messages of every QoS and their properties, both ways, over TCP, TLS and WebSocket" {
  for url in "$MQTT_SANDBOX_TCP_URL" "$MQTT_SANDBOX_TLS_URL" "$MQTT_SANDBOX_WS_URL" "$MQTT_SANDBOX_WSS_URL"; do
    start_subscriber paho --engine paho -L "$url" --json -q 2 -t "$topic" -C 3
    start_subscriber native --json -q 2 -t "$topic" -C 3
    for qos in 0 1 2; do
      run -0 mqtt-pub --engine paho -L "$url" -t "$topic" -q $qos -m "qos $qos" \
        --content-type text/x --user-property a=b
    done
    finish paho
    assert_status 0
    local got=$output
    finish native
    assert_equal "$(jq -c "$fields" <<<"$got")" "$(jq -c "$fields" <<<"$output")"
    assert_equal "$(jq -c "$fields" <<<"$got" | sort | tail -1)" \
      "[\"$topic\",2,false,\"qos 2\",\"text/x\",[[\"a\",\"b\"]]]"
  done
}

@test "3.1 and 3.1.1" {
  for version in 31 311; do
    start_subscriber sub --engine paho -V $version -q 2 -t "$topic" -C 1
    run -0 mqtt-pub --engine paho -V $version -t "$topic" -q 2 -m "$version"
    finish sub
    assert_status 0
    assert_equal "$output" "$version"
  done
}

@test "binary payloads, empty ones and large ones come out as they went in" {
  head -c 3000000 /dev/urandom >"$BATS_TEST_TMPDIR/large"
  start_subscriber sub --engine paho -N -t "$topic" -q 2 -C 3
  run -0 mqtt-pub --engine paho -t "$topic" -q 2 -f "$BATS_TEST_TMPDIR/large"
  run -0 mqtt-pub --engine paho -t "$topic" -q 1 -n
  run -0 mqtt-pub --engine paho -t "$topic" -q 1 -s < <(printf '\0\xff')
  wait "$sub_pid"
  cmp "$BATS_TEST_TMPDIR/sub.out" <(cat "$BATS_TEST_TMPDIR/large" && printf '\0\xff')
}

@test "a stream of lines: all of them, in order, and nothing left at the broker" {
  for qos in 0 1 2; do
    start_subscriber sub -t "$topic" -q 2 -C 3000
    run -0 mqtt-pub --engine paho -t "$topic" -q $qos -l < <(seq 3000)
    finish sub
    assert_status 0
    assert_equal "$output" "$(seq 3000)"
  done
}

@test "the will: when the process dies it comes, when it ends well it does not" {
  start_subscriber will -t "$topic/will" --json -C 1
  start_subscriber dying --engine paho -t "$topic" --will-topic "$topic/will" --will-payload '' \
    --will-qos 1 --will-content-type text/x
  start_subscriber ending --engine paho -t "$topic" -C 1 --will-topic "$topic/will" --will-payload bad
  run -0 mqtt-pub -t "$topic" -m x -q 1
  finish ending
  assert_status 0
  kill -KILL "$dying_pid"
  finish will
  assert_status 0
  assert_equal "$(jq -c "$fields" <<<"$output")" "[\"$topic/will\",0,false,\"\",\"text/x\",null]"
}

@test "a kept session: what came meanwhile is delivered" {
  for version in 311 5; do
    run -0 mqtt-sub --engine paho -V $version -c -i "kept-$version" -t "$topic" -q 1 -E
    run -0 mqtt-pub -t "$topic" -q 1 -m "meanwhile $version"
    run -0 mqtt-sub --engine paho -V $version -c -i "kept-$version" -t "$topic" -q 1 -C 1
    assert_equal "$output" "meanwhile $version"
    run -0 mqtt-sub -V $version -i "kept-$version" -t "$topic" -E
  done
}

@test "retained messages, refused filters and a broker that is not there" {
  run -0 mqtt-pub --engine paho -t "$topic" -r -m kept -q 1
  run -0 mqtt-sub --engine paho -t "$topic" -C 1 --json
  assert_equal "$(jq -c "$fields" <<<"$output")" "[\"$topic\",0,true,\"kept\",null,null]"
  run -0 mqtt-sub --engine paho -t "$topic" --remove-retained --retained-only
  run -0 mqtt-sub -t "$topic" --retained-only
  assert_equal "$output" ''
  start_scripted_broker 'expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0x87; expect DISCONNECT'
  run -6 mqtt-sub --engine paho -L "mqtt://127.0.0.1:$scripted_port" -t "$topic"
  finish scripted
  assert_status 0
  run -3 mqtt-pub --engine paho -L mqtt://127.0.0.1:1 -t "$topic" -m x
}

@test "a certificate of another authority is not trusted; one for another name only with --insecure" {
  run -3 mqtt-pub --engine paho -L "$MQTT_SANDBOX_TLS_URL" --cafile "$MQTT_SANDBOX_DIR/other-ca.crt" -t "$topic" -m x
  local url=mqtts://127.0.0.2:$MQTT_SANDBOX_TLS_PORT
  if run -0 mqtt-pub -L "$url" --insecure -t "$topic" -m x; then
    run -3 mqtt-pub --engine paho -L "$url" -t "$topic" -m x
    run -0 mqtt-pub --engine paho -L "$url" --insecure -t "$topic" -m x
  fi
}

@test "what Paho cannot do is refused by name, before a connection" {
  while read -r part options; do
    # shellcheck disable=SC2086 # several words
    run -2 --separate-stderr mqtt-pub -L mqtt://127.0.0.1:1 --engine paho -t "$topic" -m x $options
    assert_contains "$stderr" "use --engine native"
    assert_contains "$stderr" "$part"
  done <<'TEXT'
--bind-address -A 127.0.0.1
socks5h --proxy socks5h://127.0.0.1
--tls-version --tls --tls-version tlsv1.3
--server-name --tls --server-name other
--psk --psk 00 --psk-identity me
--tls-keylog --tls --tls-keylog keys
--ws-subprotocol --ws-subprotocol other
--topic-aliases --topic-aliases
authentication -D connect authentication-method m
--trace --trace
TEXT
  run -2 --separate-stderr mqtt-pub --unix /s --engine paho -t "$topic" -m x
  assert_contains "$stderr" --unix
}

@test "nothing of Paho is linked or opened without --engine paho" {
  for tool in mqtt-pub mqtt-sub; do
    run ! grep -i paho <(readelf -d "$TOOLBOX_BUILD/bin/$tool" "$TOOLBOX_BUILD"/lib/libmqtt-toolbox.so)
  done
  LD_DEBUG=files run -0 mqtt-pub -t "$topic" -m x
  run ! grep -i paho <<<"$output"
  LD_DEBUG=files run -0 mqtt-pub --engine paho -t "$topic" -m x
  assert_contains "$output" libpaho-mqttpp3
}

@test "without the module --engine paho says what is missing, and all else works" {
  mkdir -p "$BATS_TEST_TMPDIR/bin" "$BATS_TEST_TMPDIR/lib/mqtt-toolbox"
  cp "$TOOLBOX_BUILD/bin/mqtt-pub" "$BATS_TEST_TMPDIR/bin"
  cp "$TOOLBOX_BUILD"/lib/libmqtt-toolbox.so* "$BATS_TEST_TMPDIR/lib"
  export LD_LIBRARY_PATH=$BATS_TEST_TMPDIR/lib
  run -8 --separate-stderr "$BATS_TEST_TMPDIR/bin/mqtt-pub" --engine paho -t "$topic" -m x
  assert_contains "$stderr" libmqtt-toolbox-paho.so
  run -0 "$BATS_TEST_TMPDIR/bin/mqtt-pub" -t "$topic" -m x
}
