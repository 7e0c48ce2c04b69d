# What the scripts beside this file share. Each checks one thing that was added to the toolbox, wherever a
# user meets it, and prints what is missing, one line each.

# shellcheck disable=SC2034
source_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
missing=0

# usage LINE ARGUMENT...: ends with the line when an argument is empty.
usage() {
  local argument
  for argument in "${@:2}"; do
    [ -n "$argument" ] || {
      printf 'usage: %s\n' "$1" >&2
      exit 2
    }
  done
}

# expect WHAT COMMAND...: names WHAT when the command fails.
expect() {
  "${@:2}" >/dev/null 2>&1 || {
    printf 'missing: %s\n' "$1"
    missing=1
  }
}

# has TEXT FILE: TEXT stands in the file as a word of its own; options in a manual have escaped hyphens
# or none at their start.
has() { grep -Eq -- "(^|[^[:alnum:]-])$1([^[:alnum:]-]|\$)" "$2"; }

# entry MANUAL NAME: the item of a list in a manual whose tag begins with NAME.
entry() { sed -n "/^\.It.* $2\( .*\)\?\$/,/^\.\(It\|El\)/p" "$1"; }

finish() {
  ((missing)) || echo 'complete'
  exit "$missing"
}
