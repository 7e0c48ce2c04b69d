#!/bin/bash
# mandoc has nothing to say about the manuals in the folder named, but that the pages they refer to are
# not installed.
set -u
found="$(mandoc -T lint "$1"/*.[17] | grep -v 'referenced manual not found')"
[[ -z $found ]] || { echo "$found"; exit 1; }
