#!/bin/bash
# A browser without a screen draws the page: a picture of it, wide and on a telephone, light and dark,
# is no empty one.
set -euo pipefail

browser=$(command -v chromium || command -v google-chrome) || {
  echo "skipped: chromium is not installed"
  exit 77
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
write-hdr-log "$folder" 1 >/dev/null

# draw NAME WIDTH SCHEME
draw() {
  HOME=$folder timeout 120 "$browser" --headless=new --no-sandbox --disable-gpu --hide-scrollbars \
    --user-data-dir="$folder/profile" --blink-settings=preferredColorScheme="$3" \
    --window-size="$2,1900" --screenshot="$folder/$1.png" "file://$folder/run.html" \
    >"$folder/log" 2>&1 || {
    cat "$folder/log"
    return 1
  }
  # An empty page of this size packs to a few thousand bytes.
  local size
  size=$(stat -c %s "$folder/$1.png")
  ((size > 40000)) || {
    echo "the picture $1 has but $size bytes"
    return 1
  }
}

draw light 1280 1
draw dark 1280 0
draw narrow 500 1
