#!/bin/bash
# Compares the includes of lib/ and apps/ with lib/LAYERS, and says each one that is not allowed.
# usage: layers_test.bash ROOT            the check
#        layers_test.bash --self ROOT     whether the check finds what it should
set -euo pipefail

# Libraries that are the business of some modules only: a pattern of headers, then who may include it.
restricted='
^boost/math/ report
^boost/[^m]  transport
^openssl/    transport
^CLI/        options
^toml        options
^nlohmann/   record options report
^sqlite3     store
'

# violations ROOT: one line each.
violations() {
  cd "$1"
  {
    awk '{ print "restricted", $0 }' <<<"$restricted"
    sed '/^#/d; s/^/layer /' lib/LAYERS
    for folder in lib/*/; do echo "folder $(basename "$folder")"; done
    for folder in apps/*/; do echo "app $(basename "$folder")"; done
    find lib apps -type f -name '*.hpp' -printf 'file %p\n'
    grep -rHE --include='*.[ch]pp' '^ *# *include *[<"]' lib apps |
      sed -E 's/^([^:]+):[^<"]*[<"]([^">]+).*/include \1 \2/'
    grep -rHE --include=CMakeLists.txt 'toolbox_(module|plugin)\(.*USES ' lib |
      sed -E 's/^([^:]+):.*USES ([^)]*).*/uses \1 \2/' || true # none is fine
  } | awk '
    $1 == "restricted" && NF > 1 { header[++headers] = $2; $1 = $2 = ""; owners[headers] = $0 " " }
    $1 == "layer" && NF > 1 {
      module = substr($2, 1, length($2) - 1)
      known[module] = 1
      for (i = 3; i <= NF; i++) {
        if (!($i in known)) print "lib/LAYERS: " module " uses " $i ", which is not below it"
        allowed[module, $i] = 1
      }
    }
    $1 == "folder" { folder[$2] = 1; if (!($2 in known)) print "lib/" $2 " is not in lib/LAYERS" }
    $1 == "app" { app[$2] = 1 }
    $1 == "file" { exists[$2] = 1 }

    function may_use(module, used) {
      return module == used || used == "base" || (module, used) in allowed
    }
    $1 == "include" {
      split($2, path, "/"); split($3, target, "/")
      home = path[2]; used = target[1]
      for (i = 1; i <= headers; i++)
        if ($3 ~ header[i] && (path[1] != "lib" || index(owners[i], " " home " ") == 0))
          print $2 ": includes " $3 ", the business of" owners[i] "only"
      in_lib = ("lib/" $3) in exists
      if (path[1] == "lib" && ("apps/" $3) in exists && !in_lib)
        print $2 ": a module includes the app file " $3
      if (path[1] == "lib" && in_lib && !may_use(home, used))
        print $2 ": " home " includes " $3 ", which lib/LAYERS does not allow"
      if (path[1] == "apps" && used in app && used != home && !in_lib)
        print $2 ": an app includes another, " $3
    }
    $1 == "uses" {
      split($2, path, "/")
      for (i = 3; i <= NF && $i !~ /^[A-Z]/; i++)
        if ($i in folder && !may_use(path[2], $i))
          print $2 ": " path[2] " uses " $i ", which lib/LAYERS does not allow"
    }
    END { for (module in known) if (!(module in folder)) print "lib/LAYERS: no folder lib/" module }'
}

# finds ROOT WORD...: the check of a tree broken on purpose names all the words in one line.
finds() {
  local found pattern
  found=$(violations "$1")
  shift
  pattern=$(printf '.*%s' "$@")
  grep -qE "$pattern" <<<"$found" && return
  echo "not found: $*; but: $found"
  return 1
}

# Each way to break the rules, on a tiny tree, is found.
self_test() {
  tree=$(mktemp -d)
  trap 'rm -rf "$tree"' EXIT
  fresh() {
    rm -rf "${tree:?}"/*
    mkdir -p "$tree"/lib/{base,low,high} "$tree"/apps/{one,two}
    touch "$tree"/lib/{base/b,low/l,high/h}.hpp "$tree"/apps/{one/o,two/t}.hpp
    printf 'base:\nlow:\nhigh: low\n' >"$tree/lib/LAYERS"
    printf '#include "low/l.hpp"\n#include "base/b.hpp"\n#include <map>\n' >"$tree/lib/high/h.cpp"
  }
  fresh
  [[ -z $(violations "$tree") ]]
  echo '#include "high/h.hpp"' >"$tree/lib/low/l.cpp"
  finds "$tree" lib/low/l.cpp high/h.hpp
  fresh
  echo 'toolbox_module(low USES high)' >"$tree/lib/low/CMakeLists.txt"
  finds "$tree" lib/low/CMakeLists.txt uses high
  fresh
  printf 'base:\nlow: high\nhigh: low\n' >"$tree/lib/LAYERS"
  finds "$tree" low uses high not below
  fresh
  echo '#include "two/t.hpp"' >"$tree/apps/one/o.cpp"
  finds "$tree" apps/one/o.cpp another two/t.hpp
  fresh
  echo '#include "one/o.hpp"' >"$tree/lib/high/h.hpp"
  finds "$tree" lib/high/h.hpp app file one/o.hpp
  fresh
  echo '#include <openssl/ssl.h>' >"$tree/lib/low/l.hpp"
  finds "$tree" lib/low/l.hpp openssl/ssl.h transport
  fresh
  echo '#include <nlohmann/json.hpp>' >"$tree/apps/one/o.hpp"
  finds "$tree" apps/one/o.hpp nlohmann record
  fresh
  mkdir "$tree/lib/new"
  finds "$tree" lib/new is not in
}

if [[ $1 == --self ]]; then
  self_test
else
  found=$(violations "$1")
  [[ -z $found ]] || {
    printf '%s\n' "$found"
    exit 1
  }
fi
