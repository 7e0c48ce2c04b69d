#!/bin/bash
# Holds the picture of the layers in ARCHITECTURE.md against lib/LAYERS. usage: picture.bash ROOT
set -euo pipefail
cd "$1"
drawn=$(awk -f tests/generated/layers_picture.awk lib/LAYERS)
# The first block of code in the page is the picture.
shown=$(awk '/^```/ { if (inside) exit; inside = 1; next } inside' ARCHITECTURE.md)
[[ $drawn == "$shown" ]] || {
  printf 'ARCHITECTURE.md is to show this picture:\n%s\n' "$drawn"
  exit 1
}
