# What `cmake --install` puts where, and whether a program can be built on it.
load helper

setup_file() {
  # As a package is made: the tree goes to another place than it will live in.
  export PREFIX=$BATS_FILE_TMPDIR/usr
  cmake --install "$TOOLBOX_BUILD" --prefix "$PREFIX" >"$BATS_FILE_TMPDIR/install.log"
  PKGCONFIG=$(find "$PREFIX" -name mqtt-toolbox.pc -printf %h)
  export PKG_CONFIG_PATH=$PKGCONFIG LIBRARIES=${PKGCONFIG%/pkgconfig}
  cat >"$BATS_FILE_TMPDIR/consumer.cpp" <<'CPP'
#include <cstdio>

#include "base/text.hpp"
#include "client/client.hpp"
#include "options/assign.hpp"
#include "protocol/topic.hpp"

int main() {
  mqtt_toolbox::transport::Loop loop;
  const bool timed_out = !loop.run_until(loop.now());
  const auto topic = mqtt_toolbox::protocol::check_topic_name("a/b");
  std::puts(mqtt_toolbox::show_duration(std::chrono::milliseconds(1500)).c_str());
  return timed_out && topic ? 0 : 1;
}
CPP
}

@test "the installed tools run without the build tree" {
  for tool in "$TOOLBOX_BUILD"/bin/mqtt-*; do
    run -0 env -u LD_LIBRARY_PATH "$PREFIX/bin/$(basename "$tool")" --version
    run ! grep "$TOOLBOX_BUILD" <(readelf -d "$PREFIX/bin/$(basename "$tool")")
  done
}

@test "the modules opened on demand are found beside the installed library" {
  run -0 "$PREFIX/bin/mqtt-sandbox" --transport wss -- "$PREFIX/bin/mqtt-pub" -t t -m m -q 1
  rm -r "$LIBRARIES/mqtt-toolbox"
  run ! "$PREFIX/bin/mqtt-sandbox" -- true
  assert_contains "$output" mqtt-toolbox/
}

@test "manuals, completions and headers have their usual places" {
  for file in share/man/man1/mqtt-pub.1 share/man/man1/mqtt-sandbox.1 share/man/man1/mqtt-sub.1 \
    share/man/man7/mqtt-toolbox.7 share/bash-completion/completions/mqtt-pub \
    share/zsh/site-functions/_mqtt-pub share/fish/vendor_completions.d/mqtt-pub.fish \
    include/mqtt-toolbox/client/client.hpp share/doc/mqtt-toolbox/LICENSE; do
    [ -f "$PREFIX/$file" ] || { echo "no $file" && false; }
  done
  [ -f "$LIBRARIES/libmqtt-toolbox.so" ]
}

@test "headers of the inside are not installed" {
  run ! grep -rE '#include <(boost|openssl|nlohmann|CLI|fmt)' "$PREFIX/include"
}

@test "a program is built with pkg-config" {
  # shellcheck disable=SC2046 # the flags are several words
  c++ "$BATS_FILE_TMPDIR/consumer.cpp" -o "$BATS_TEST_TMPDIR/consumer" \
    $(pkg-config --cflags --libs mqtt-toolbox)
  run -0 env LD_LIBRARY_PATH="$LIBRARIES" "$BATS_TEST_TMPDIR/consumer"
  assert_equal "$output" '1.5 s'
}

@test "a program is built with CMake" {
  cd "$BATS_TEST_TMPDIR"
  cat >CMakeLists.txt <<'TEXT'
cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES CXX)
find_package(mqtt-toolbox 0.1 REQUIRED)
add_executable(consumer consumer.cpp)
target_link_libraries(consumer mqtt-toolbox::mqtt-toolbox)
TEXT
  cp "$BATS_FILE_TMPDIR/consumer.cpp" .
  cmake -G Ninja -B build -D CMAKE_PREFIX_PATH="$PREFIX" >log
  cmake --build build >>log
  run -0 build/consumer
  assert_equal "$output" '1.5 s'
}
