#include "console/ready.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <unistd.h>

#include <doctest/doctest.h>

#include "base/system.hpp"

using namespace mqtt_toolbox;
using console::announce_ready;

namespace {

/// A folder of its own, gone at the end.
struct Folder {
  Folder() { REQUIRE(mkdtemp(path.data()) != nullptr); }
  ~Folder() {
    unlink(file().c_str());
    rmdir(path.c_str());
  }
  std::string file() const { return path + "/ready"; }

  std::string path = "/tmp/ready-test-XXXXXX";
};

}  // namespace

TEST_CASE("ready: off says nothing") {
  CHECK(announce_ready(-1, ""));
}

TEST_CASE("ready: a line, then the end of the descriptor") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  FileDescriptor reader(ends[0]);
  REQUIRE(announce_ready(ends[1], ""));
  char text[16];
  REQUIRE(read(reader.get(), text, sizeof text) == 6);
  CHECK(std::string(text, 6) == "ready\n");
  CHECK(read(reader.get(), text, sizeof text) == 0);
  CHECK(fcntl(ends[1], F_GETFD) == -1);
}

TEST_CASE("ready: a file appears, or is written anew") {
  Folder folder;
  REQUIRE(announce_ready(-1, folder.file()));
  REQUIRE(announce_ready(-1, folder.file()));
  auto text = read_file(folder.file(), 100);
  REQUIRE(text);
  CHECK(*text == "ready\n");
}

TEST_CASE("ready: where nothing can be written is named") {
  auto file = announce_ready(-1, "/no/such/folder/ready");
  REQUIRE_FALSE(file);
  CHECK(file.error().code == ExitCode::io);
  CHECK(file.error().text ==
        "cannot say ready on /no/such/folder/ready: no such file or directory");
  auto descriptor = announce_ready(1000000, "");
  REQUIRE_FALSE(descriptor);
  CHECK(descriptor.error().text == "cannot say ready on descriptor 1000000: bad file descriptor");
}
