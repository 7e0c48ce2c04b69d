# What is built into the programs, the library and its modules.
load helper

setup() {
  mapfile -t binaries < <(find "$TOOLBOX_BUILD"/bin/mqtt-* "$TOOLBOX_BUILD"/lib -type f \( -name 'mqtt-*' -o -name '*.so*' \))
  ((${#binaries[@]} > 10))
}

# lacking NAME TEST...: the binaries for which the function says no.
lacking() {
  local binary
  for binary in "${binaries[@]}"; do "$1" "$binary" || echo "${binary#"$TOOLBOX_BUILD"/} lacks: $1"; done
}

# Its libraries come from folders beside it only: an empty or relative element is the current directory.
paths_relative_to_itself() {
  local path element elements
  path=$(readelf -dW "$1" | sed -n 's/.*(R[UN]*PATH).*\[\(.*\)\]$/\1/p')
  [[ -n $path ]] || return 0
  [[ $path != :* && $path != *: && $path != *::* ]] || return 1
  IFS=: read -ra elements <<<"$path"
  for element in "${elements[@]}"; do [[ $element == '$ORIGIN' || $element == '$ORIGIN/'* ]] || return 1; done
}

read_only_relocations() { readelf -lW "$1" | grep -q GNU_RELRO; }
immediate_binding() { readelf -dW "$1" | grep -Eq 'BIND_NOW|FLAGS_1.*NOW'; }
position_independence() { readelf -hW "$1" | grep -Eq 'Type: +DYN'; }
no_executable_stack() { ! readelf -lW "$1" | grep GNU_STACK | grep -q E; }
stack_protector() { readelf --dyn-syms -W "$1" | grep -q __stack_chk_fail; }

@test "libraries are not looked for in the current directory" {
  run -0 lacking paths_relative_to_itself
  assert_equal "$output" ''
}

@test "every binary is hardened" {
  [[ $TOOLBOX_HARDENED != none ]] || skip 'built with sanitizers, or without hardening'
  for property in read_only_relocations immediate_binding position_independence no_executable_stack; do
    run -0 lacking "$property"
    assert_equal "$output" ''
  done
}

@test "every binary has its stacks checked" {
  [[ $TOOLBOX_HARDENED == compiled ]] || skip 'not a release'
  run -0 lacking stack_protector
  assert_equal "$output" ''
}

# Only where the compiler knows the size of a buffer does a binary show it, and the C++ runtime in it has
# unchecked calls of its own.
@test "every file is compiled with checked buffers, and the library calls some" {
  [[ $TOOLBOX_HARDENED == compiled ]] || skip 'not a release'
  assert_equal "$(jq -r '.[] | select(.command | contains("-D_FORTIFY_SOURCE=2") | not) | .file' \
    "$TOOLBOX_BUILD/compile_commands.json")" ''
  readelf --dyn-syms -W "$TOOLBOX_BUILD"/lib/libmqtt-toolbox.so |
    awk '$7 == "UND" { sub(/@.*/, "", $8); print $8 }' | grep -v __stack_chk_fail | grep -q '_chk$'
}

# The library binds its own symbols when it is linked; a program that had a copy of a variable would then
# read another than the library writes.
@test "the library exports no variable that can change" {
  run -1 grep -E '[[:space:]]\.(data|bss|tdata|tbss)[[:space:]]' <(
    objdump -T "$TOOLBOX_BUILD"/lib/libmqtt-toolbox.so)
  assert_equal "$output" ''
}
