# The scripts that say whether a new case, option or field is complete, on some that are and some that
# are not there at all.
load helper

additions=$BATS_TEST_DIRNAME/../additions

@test "an existing case is complete" {
  run -0 "$additions/case.sh" "$TOOLBOX_BUILD/bin" mqtt-probe ping
  assert_equal "$output" complete
}

@test "a case that is nowhere lacks everything" {
  run -1 "$additions/case.sh" "$TOOLBOX_BUILD/bin" mqtt-probe nothing-of-that-name
  assert_equal "${#lines[@]}" 7
}

@test "an existing option is complete" {
  run -0 "$additions/option.sh" "$TOOLBOX_BUILD/bin" mqtt-sub --subscribe-batch 3 -t a
  assert_equal "$output" complete
}

@test "an option that is nowhere lacks everything" {
  run -1 "$additions/option.sh" "$TOOLBOX_BUILD/bin" mqtt-sub --nothing-of-that-name 3 -t a
  assert_equal "${#lines[@]}" 8
}

@test "an existing field is complete" {
  run -0 "$additions/field.sh" case promise mqtt-probe --json --list
  assert_equal "$output" complete
}

@test "a field that is nowhere is missing in the line and in the manual" {
  run -1 "$additions/field.sh" case nothing mqtt-probe --json --list
  assert_equal "${#lines[@]}" 2
}
