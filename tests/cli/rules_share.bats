#!/usr/bin/env bats
# mqtt-share-test against a broker that breaks one rule: a breach for a test, and the checks that
# find it, all of them and no other.

load rules

setup_file() {
  play_all mqtt-share-test
  play_refused mqtt-share-test
}

@test "none" { finds; }
@test "distributed-late" { finds; }

@test "every message refused" { blames_no_broker served member-joins; }

# What comes just behind a SUBSCRIBE may be its doing.
@test "retained-sent-unasked" { finds no-foreign-messages '?no-retained'; }

@test "user-property-added" { finds no-added-properties; }

@test "share-delivered-twice" { finds one-member; }
@test "share-group-starved" { finds every-group groups-of-one-name; }
@test "share-groups-of-one-name-mixed" { finds groups-of-one-name; }
@test "share-plain-starved" { finds plain-subscriber; }
@test "share-unfair" { finds even-share member-joins; }
@test "share-new-member-ignored" { finds member-joins; }
@test "share-left-member-gets" { finds member-unsubscribes member-disconnects; }
@test "share-member-death-lost" { finds member-dies member-dies-for-good; }
@test "share-death-wrong-duplicate" { finds acknowledged-by-the-dead; }
@test "share-slow-member-blocks" { finds silent-member deaf-member; }
@test "share-retained-sent" { finds no-retained; }
@test "share-no-local-granted" { finds no-local; }

@test "share-granted-silent" {
  finds served one-member every-group groups-of-one-name plain-subscriber even-share member-joins \
    member-unsubscribes member-disconnects member-dies member-dies-for-good member-dies-at-qos2 \
    acknowledged-by-the-dead refused-by-member silent-member deaf-member no-retained no-local
  # Only one of them is a failure: the others find that there is nothing to check.
  [ "$(jq -r 'select(.verdict == "fail") | .case' "$BATS_FILE_TMPDIR/$BATS_TEST_DESCRIPTION.json")" \
    = served ]
}
