#!/usr/bin/env bats
# What mqtt-qos-test and mqtt-share-test say of real brokers: every case that is not a pass is written
# down here.

load checks

setup_file() { start_brokers mosquitto rabbitmq ejabberd; }
teardown_file() { stop_brokers; }

# It may send two messages for the first acknowledgement of a full Receive Maximum, throws out who sends a
# QoS 2 PUBLISH for the third time before PUBREL, and sends nothing more to who has refused as many messages
# as its Receive Maximum.
@test "mosquitto, QoS, MQTT 5.0" {
  differs_in mosquitto mqtt-qos-test -V 5 <<END
deviates identifier-not-released
fail refused-by-subscriber
?fail receive-maximum
END
}

# It may throw out who has more than 20 messages in flight, and 3.1.1 has no way to announce such a limit.
@test "mosquitto, QoS, MQTT 3.1.1" {
  differs_in mosquitto mqtt-qos-test -V 311 <<END
fail identifier-not-released
?fail full-window
END
}

@test "mosquitto, shares, MQTT 5.0" {
  differs_in mosquitto mqtt-share-test -V 5 <<END
deviates member-dies-for-good
fail no-local
fail no-retained
END
}

@test "mosquitto, shares, MQTT 3.1.1" {
  differs_in mosquitto mqtt-share-test -V 311 <<END
deviates member-dies-for-good
deviates no-retained
END
}

# It grants QoS 1 for QoS 2, sends again under new packet identifiers and passes the publisher's DUP on.
@test "rabbitmq, QoS, MQTT 3.1.1" {
  differs_in rabbitmq mqtt-qos-test <<END
fail dup-of-publisher
fail subscriber-cut-before-puback
unsupported acknowledged-not-again
unsupported exactly-once
unsupported first-without-dup
unsupported full-window
unsupported identifier-not-released
unsupported identifier-taken-again
unsupported identifiers-in-use
unsupported order
unsupported order-of-queued
unsupported order-on-resume
unsupported publisher-cut-after-publish
unsupported publisher-cut-after-pubrec
unsupported publisher-cut-after-pubrel
unsupported publisher-cut-before-pubcomp
unsupported publisher-cut-before-pubrec
unsupported queued
unsupported queued-without-dup
unsupported subscriber-cut-after-pubrec
unsupported subscriber-cut-before-pubcomp
unsupported subscriber-cut-before-pubrec
END
}

@test "rabbitmq, shares, MQTT 3.1.1" {
  differs_in rabbitmq mqtt-share-test < <(unsupported_shares 311)
  jq -se 'any(.case == "even-share" and (.observed | test("grants .* delivers nothing")))' \
    "$BATS_TEST_TMPDIR/json"
}

# It sets DUP in what waited for a client.
@test "ejabberd, QoS, MQTT 5.0" {
  differs_in ejabberd mqtt-qos-test -V 5 <<<"fail queued-without-dup"
}

@test "ejabberd, QoS, MQTT 3.1.1" {
  differs_in ejabberd mqtt-qos-test -V 311 <<<"fail queued-without-dup"
}

@test "ejabberd, shares, MQTT 5.0" {
  differs_in ejabberd mqtt-share-test -V 5 < <(unsupported_shares 5)
}

@test "ejabberd, shares, MQTT 3.1.1" {
  differs_in ejabberd mqtt-share-test -V 311 < <(unsupported_shares 311)
}
