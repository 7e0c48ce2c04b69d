#!/usr/bin/env bats
# mqtt-qos-test against a broker that breaks one rule: a breach for a test, and the checks that find
# it, all of them and no other.

load rules

setup_file() {
  play_all mqtt-qos-test
  play_refused mqtt-qos-test
}

@test "none" { finds; }
@test "retained-sent-unasked" { finds no-foreign-messages; }

@test "message-expiry-added" { finds no-added-properties; }

@test "distributed-late" { finds; }

@test "every message refused" { blames_no_broker at-least-once order/qos1 subscriptions-kept; }

@test "qos0-duplicated" { finds at-most-once; }
@test "qos1-lost" { finds at-least-once; }
@test "qos1-lost-often" {
  finds at-least-once receive-maximum subscriber-cut-before-puback
  says 'without a cut as well: ' subscriber-cut-before-puback/resume
}
@test "qos2-lost" {
  finds exactly-once full-window publisher-cut-after-publish publisher-cut-before-pubrec publisher-cut-after-pubrec \
    publisher-cut-after-pubrel publisher-cut-before-pubcomp
  says 'without a cut as well: ' full-window
  says 'without a cut as well: ' publisher-cut-before-pubrec/resume
}
@test "lost-beyond-receive-maximum" {
  finds receive-maximum
  says 'of 8 arrived' receive-maximum/qos1
}
@test "order-swapped-qos1" { finds order order-of-queued order-on-resume; }
@test "order-swapped-qos2" { finds order order-of-queued order-on-resume; }
@test "downgrade-ignored" { finds lowered-qos; }
@test "upgrade" { finds unraised-qos; }

@test "qos1-dup-on-first" { finds first-without-dup queued-without-dup dup-of-publisher; }
@test "qos2-dup-on-first" { finds first-without-dup queued-without-dup; }
@test "packet-identifier-in-use-reused" { finds identifiers-in-use subscriber-cut-before-puback; }
@test "receive-maximum-exceeded" { finds receive-maximum; }

@test "qos2-duplicated-after-resend" {
  finds identifier-not-released publisher-cut-after-publish publisher-cut-before-pubrec full-window
}
@test "qos2-duplicated-the-third-time" { finds identifier-not-released; }
@test "pubrec-refusal-ignored" { finds refused-by-subscriber; }
@test "refused-sent-again" { finds refused-by-subscriber; }
@test "qos2-pubrel-forgotten" { finds publisher-cut-after-pubrec; }

@test "qos1-not-redelivered" { finds subscriber-cut-before-puback; }
@test "qos1-no-dup-flag" { finds subscriber-cut-before-puback; }
@test "qos1-redelivered-after-puback" { finds acknowledged-not-again; }
@test "qos2-not-redelivered" { finds subscriber-cut-before-pubrec; }
@test "qos2-dup-false-on-resend" { finds subscriber-cut-before-pubrec; }
@test "qos2-delivered-twice-on-resume" {
  finds subscriber-cut-before-pubrec '?subscriber-cut-after-pubrec' '?subscriber-cut-before-pubcomp'
}
@test "qos2-pubrel-not-resent" { finds subscriber-cut-after-pubrec subscriber-cut-before-pubcomp; }
@test "qos2-publish-resent-after-pubrec" {
  finds subscriber-cut-after-pubrec subscriber-cut-before-pubcomp '?subscriber-cut-before-pubrec'
}
@test "order-swapped-on-resume" { finds order-on-resume; }

@test "queued-lost-offline" { finds queued; }
@test "resume-wrong-order" { finds order-of-queued; }
@test "session-forgotten" { finds session-present; }
@test "session-present-missing" { finds session-present; }
# Each client that asks for a new session where there was one gets this CONNACK, and can't go on.
@test "session-present-wrong" {
  finds acknowledged-not-again clean-start-forgets full-window order-of-queued order-on-resume \
    publisher-cut-{after-publish,after-pubrec,after-pubrel,before-puback,before-pubcomp,before-pubrec} \
    queued queued-without-dup refused-by-subscriber session-not-present session-present \
    subscriber-cut-{after-pubrec,before-puback,before-pubcomp,before-pubrec} subscriptions-kept
}
@test "session-kept-after-clean-start" { finds clean-start-forgets; }
@test "subscriptions-forgotten-on-resume" { finds subscriptions-kept; }
