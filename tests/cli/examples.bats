# What the tree offers to copy from has to be readable.
load helper

examples=$BATS_TEST_DIRNAME/../../examples

# setting OF-A-TOOL'S-OUTPUT NAME
setting() { awk -v name="$2" '$1 == name { print $2 }' <<<"$1"; }

@test "each profile of public brokers names a broker" {
  local profiles
  mapfile -t profiles < <(sed -n 's/^\[profile\.\(.*\)\]$/\1/p' "$examples/public-brokers.toml")
  [ "${#profiles[@]}" -ge 3 ]
  for profile in "${profiles[@]}"; do
    run -0 mqtt-sub --config "$examples/public-brokers.toml" --profile "$profile" -t x --show-settings
    assert_contains "$(setting "$output" url)" "://"
  done
}
