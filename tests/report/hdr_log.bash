#!/bin/bash
# Every percentile that HdrHistogram's own log processor finds in our log is the one that we report.
set -euo pipefail

jar=/usr/share/java/hdrhistogram.jar
skip() {
  echo "skipped: $1 is not installed"
  exit 77
}
command -v java >/dev/null || skip "a Java runtime (default-jre-headless)"
[[ -e $jar ]] || skip "$jar (libhdrhistogram-java)"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
seed=${MQTT_TEST_SEED:-$RANDOM}
echo "MQTT_TEST_SEED=$seed"
write-hdr-log "$folder" "$seed" >"$folder/expected"

# read_by_java TAG: its table of values, percentiles and counts.
read_by_java() {
  java -Xshare:auto -cp "$jar" org.HdrHistogram.HistogramLogProcessor \
    -i "$folder/run.hlog" -tag "$1" -csv -outputValueUnitRatio 1 2>&1
}

checked=0
while read -r tag percentile nanoseconds count; do
  [[ -e $folder/$tag ]] || read_by_java "$tag" >"$folder/$tag"
  # The last line of the table has the whole count.
  found=$(awk -F, -v p="$percentile" '$2 == p { print $1; exit }' "$folder/$tag")
  total=$(awk -F, '$2 == "1.000000000000" { print $3; exit }' "$folder/$tag")
  [[ ${found%.*} == "$nanoseconds" && $total == "$count" ]] || {
    echo "$tag at $percentile: we say $nanoseconds of $count, HdrHistogram ${found:-nothing} of ${total:-nothing}"
    cat "$folder/$tag"
    exit 1
  }
  checked=$((checked + 1))
done <"$folder/expected"
((checked == 60)) || {
  echo "$checked percentiles were checked, not 60"
  exit 1
}
