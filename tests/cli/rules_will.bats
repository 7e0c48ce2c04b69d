# bats file_tags=rules
# Each test is a broker that breaks one rule of wills, and the one case that finds it.

load rules

setup_file() { play_all mqtt-will-test --refused-topic forbidden/will; }

@test "none" { finds; }
@test "distributed-late" { finds; }
@test "will-dropped-after-fin" { finds fin kill; }
@test "will-dropped-after-reset" { finds rst; }
@test "will-dropped-after-silence" { finds silence; }
@test "will-late-after-silence" { finds silence; }
@test "server-keep-alive-lied" { finds silence; }
@test "keep-alive-in-whole-seconds" { finds; }
@test "will-dropped-after-take-over" { finds take-over; }
@test "will-dropped-after-protocol-error" { finds protocol-error; }
@test "disconnect-flags-accepted" { finds flawed-disconnect; }
@test "will-after-disconnect" { finds disconnect; }
@test "will-not-after-disconnect-with-will" { finds disconnect-with-will; }
@test "will-dropped-after-error-disconnect" { finds disconnect-with-error; }
@test "will-delay-ignored" { finds delay; }
@test "will-delay-too-long" { finds delay; }
@test "will-delay-not-cancelled" { finds delay-called-off; }
@test "will-delay-outlives-session" { finds delay-and-session-end delay-without-session; }
@test "will-delay-lost-on-clean-start" { finds delay-and-clean-start; }
@test "will-twice" { finds once; }
@test "will-qos-lowered" { finds qos; }
@test "will-retain-lost" { finds retained; }
@test "will-retained-though-not-asked" { finds not-retained; }
@test "will-payload-altered" { finds payload; }
@test "will-payload-format-lost" { finds payload-format; }
@test "will-content-type-lost" { finds content-type; }
@test "will-response-topic-lost" { finds response-topic; }
@test "will-correlation-lost" { finds correlation-data; }
@test "will-user-properties-reordered" { finds user-properties; }
@test "will-user-properties-lost" { finds user-properties; }
@test "will-message-expiry-lost" { finds message-expiry; }
@test "empty-will-refused" {
  finds empty-payload
  says 'a will of zero bytes was not accepted: refused: ' empty-payload
}
@test "will-too-big-sent" { finds too-big-for-receiver; }
@test "will-forbidden-topic-accepted" { finds refused-topic; }
# The observers of all other cases are not harmed by what one of them has to refuse.
@test "will-dup-at-qos-0" {
  finds disconnect-with-will fin kill protocol-error retained rst silence take-over '?packets-to-observers'
}
# Of two such wills that come at once, the observer that refuses them sees only the first.
@test "will-delay-forwarded" {
  finds delay '?delay-and-clean-start' '?delay-and-session-end' '?delay-without-session'
  says 'violates the protocol: the property does not belong in this packet (Will Delay Interval)' delay
}
@test "message-expiry-added" {
  finds no-added-properties
  says 'added a Message Expiry Interval of 60 s that the publisher did not send' no-added-properties
}
@test "content-type-added" { finds no-added-properties; }
@test "disconnect-with-session-expiry" { finds no-added-properties; }
@test "connack-with-unasked-method" { finds no-added-properties; }
@test "retained-sent-unasked" { finds no-foreign-messages; }
@test "take-over-without-disconnect-8e" { finds take-over-reason; }
