#!/usr/bin/env bats
# Scripts written for mosquitto_pub and mosquitto_sub run with the names replaced: each case of the
# tables in compat/ is played with both, against brokers of their own, and must print the same and end
# the same. Where it does not, the case names the entry of mqtt-toolbox(7) that says so, and why.
# shellcheck disable=SC2154,SC2164 # support.bash sets the former; bats ends at the latter

setup_file() {
  load support
  cd "$BATS_FILE_TMPDIR"
  echo ann:abcd >keys
  echo topic read none >rules
  relay 127.0.0.1 socks >socks.port 3>&- &
  echo $! >socks.pid
  relay 127.0.0.1 socks ann:secret >guarded.port 3>&- &
  echo $! >guarded.pid
  local side
  for side in mosquitto toolbox; do
    start_psk_sandbox "$side"
    start_sandbox "$side-locked" -u ann -P secret --config-line 'retain_available false'
    start_sandbox "$side-mutual" --client-certificates
    start_sandbox "$side-misnamed" --certificate wrong-name
    start_sandbox "$side-newest" --listener-line 'tls_version tlsv1.3' --config-line "acl_file $PWD/rules"
  done
}

# The broker with the usual doors and one for pre-shared keys, whose port may be taken by somebody else
# before the broker has it.
start_psk_sandbox() {
  local port
  for _ in 1 2 3 4 5; do
    port=$(free_port)
    echo "$port" >"$1-psk.port"
    ! start_sandbox "$1-open" --debug-log --config-line "psk_file $BATS_FILE_TMPDIR/keys" \
      --config-line "listener $port 127.0.0.1" --config-line "psk_hint sandbox" || return 0
  done
  return 1
}

free_port() {
  local port
  mkfifo port
  relay 127.0.0.1 nowhere 1 >port 3>&- &
  read -r port <port
  kill $!
  rm port
  echo "$port"
}

teardown_file() {
  load support
  stop_sandboxes
}

setup() {
  load support
  tables=$BATS_TEST_DIRNAME/compat
  manual=$BATS_TEST_DIRNAME/../../man/mqtt-toolbox.7
}

# The entries of mqtt-toolbox(7), COMPATIBILITY, as text.
entries() {
  sed -e '1,/^\.Sh COMPATIBILITY/d' -e '/^\.Sh/,$d' "$manual" |
    sed -n -e 's/\\(ti/~/g' -e 's/\\&//g' -e 's/\\-/-/g' -e 's/^\.It //p'
}

# subjects TABLE...: "TOOL FLAG... | ENTRY" of each case.
subjects() { sed -n 's/^@ //p' "$@"; }

# What only mosquitto 2.1 does otherwise cannot be played against 2.0.11; a test of those flags names it.
newer_subjects() { sed -n 's/^# differs | / | /p' "$BATS_TEST_DIRNAME/flags21.bats"; }

# script TABLE NUMBER
script() { awk -v number="$2" '/^#/ { next } /^@ / { ++at; next } at == number' "$1"; }

# play TABLE: both sides at once.
play() {
  local side players=()
  for side in mosquitto toolbox; do
    "$tables/play" "$side" "$tables/$1.cases" "$BATS_TEST_TMPDIR/$side" 3>&- &
    players+=($!)
  done
  wait "${players[@]}"
}

compare() {
  local number=0 failed=0 subject file
  play "$1"
  while IFS= read -r subject; do
    printf -v file '%03d' "$((++number))"
    verdict "$subject" "$file" || {
      failed=1
      printf '\n== %s, case %s: %s\n' "$1" "$number" "$subject"
      script "$tables/$1.cases" "$number"
      diff -U 20 --label mosquitto --label toolbox "$BATS_TEST_TMPDIR"/{mosquitto,toolbox}/"$file" || true
      head -n 5 "$BATS_TEST_TMPDIR"/{mosquitto,toolbox}/"$file.err"
    }
  done < <(subjects "$tables/$1.cases")
  [ "$number" -gt 0 ] && [ "$failed" -eq 0 ]
}

# verdict SUBJECT FILE: equal, or different with an entry that is in the manual.
verdict() {
  local same=0
  cmp -s "$BATS_TEST_TMPDIR"/{mosquitto,toolbox}/"$2" || same=1
  if [[ $1 == *" | "* ]]; then
    [ "$same" -eq 1 ] || echo "no difference any more"
    entries | grep -qxF -e "${1##* | }" && [ "$same" -eq 1 ]
  else
    return "$same"
  fi
}

@test "publishing" { compare publish; }
@test "subscribing" { compare subscribe; }
@test "output formats" { compare format; }
@test "properties" { compare properties; }
@test "sessions and wills" { compare session; }
@test "connections" { compare connection; }
@test "TLS" { compare tls; }
@test "mistakes" { compare mistakes; }

@test "each table is played" {
  for table in "$tables"/*.cases; do
    grep -q "{ compare $(basename "$table" .cases); }" "$BATS_TEST_FILENAME"
  done
}

@test "each flag in the help of mosquitto_pub and mosquitto_sub has a case" {
  for tool in pub sub; do
    for flag in $("mosquitto_$tool" --help | sed -n -E 's/^ (--?[^ ]+) :.*/\1/p'); do
      subjects "$tables"/*.cases | sed 's/ | .*//' | grep "^$tool " | grep -q -e " $flag\( \|\$\)" ||
        { echo "no case for mosquitto_$tool $flag" && missing=1; }
    done
  done
  [ -z "${missing:-}" ]
}

@test "the flags that a case names are in its script" {
  for table in "$tables"/*.cases; do
    awk -v table="${table##*/}" '
      function check(  i) {
        for (i = 1; i <= flags; ++i)
          if (index(script, " " flag[i]) == 0) { print table ": " subject ": no " flag[i]; bad = 1 }
      }
      /^@ / { check(); subject = $0; sub(/ \| .*/, ""); flags = NF - 2; script = ""
              for (i = 3; i <= NF; ++i) flag[i - 2] = $i; next }
      { gsub(/\x27/, " "); script = script " " $0 }
      END { check(); exit bad }' "$table"
  done
}

@test "each entry of the manual is seen in a case" {
  while IFS= read -r entry; do
    { subjects "$tables"/*.cases && newer_subjects; } | grep -qF -e " | $entry" ||
      { echo "no case for: $entry" && missing=1; }
  done < <(entries)
  [ -z "${missing:-}" ]
}
