# From the lines of contract runs: broker by broker, feature by feature, what was seen. "yes": as the
# specification says; "-": there is nothing to see, because what it builds on is missing.
def cell:
  (map(select(.verdict == "breach" or .verdict == "fail" or
              (.verdict == "unsupported" and .observed != "not tried")) | .remark) | unique) as $seen
  | if $seen != [] then $seen | join("; ")
    elif any(.verdict == "pass") then "yes"
    else "-" end;

{
  features: (sort_by(.number) | map(.feature) | reduce .[] as $name ([]; if index($name) then . else . + [$name] end)),
  brokers: (group_by(.broker) | map({
    name: .[0].broker,
    version: .[0].version,
    cases: map(select(.observed != "not tried")) | length,
    features: (group_by(.feature) | map({key: .[0].feature, value: cell}) | from_entries)
  }))
}
