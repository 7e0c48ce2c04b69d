#include "sandbox/programs.hpp"

#include <filesystem>
#include <sys/stat.h>

#include <doctest/doctest.h>

#include "base/random.hpp"
#include "base/system.hpp"

using namespace mqtt_toolbox;

namespace {

/// A folder that goes with the test.
class Folder {
 public:
  Folder() { std::filesystem::create_directory(path_); }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string file(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_ =
      std::filesystem::temp_directory_path() / ("programs-test-" + std::to_string(system_seed()));
};

void write_program(const std::string& path, const std::string& script) {
  REQUIRE(sandbox::write_private_file(path, "#!/bin/sh\n" + script + "\n"));
  REQUIRE(::chmod(path.c_str(), S_IRWXU) == 0);
}

}  // namespace

TEST_CASE("programs: found in the folders of the search path, first ones first") {
  const Folder first;
  const Folder second;
  write_program(second.file("tool"), "");
  const std::string path = "::/no/such/folder:" + first.path() + ":" + second.path();
  CHECK(sandbox::find_program(path, "tool") == second.file("tool"));
  write_program(first.file("tool"), "");
  CHECK(sandbox::find_program(path, "tool") == first.file("tool"));
  CHECK_FALSE(sandbox::find_program(path, "no-such-tool-anywhere"));
}

TEST_CASE("programs: a folder and a file that is not executable are no programs") {
  const Folder folder;
  std::filesystem::create_directory(folder.file("tool"));
  CHECK_FALSE(sandbox::find_program(folder.path(), "tool"));
  std::filesystem::remove(folder.file("tool"));
  REQUIRE(sandbox::write_private_file(folder.file("tool"), ""));
  CHECK_FALSE(sandbox::find_program(folder.path(), "tool"));
}

TEST_CASE("programs: folders of servers are searched after the path") {
  CHECK(sandbox::find_program("", "sh") == "/usr/bin/sh");
}

TEST_CASE("programs: a broker named and missing is an error that names it") {
  sandbox::Settings settings;
  settings.broker = "/no/such/broker";
  const auto broker = sandbox::find_broker(settings);
  REQUIRE_FALSE(broker);
  CHECK(broker.error().code == ExitCode::io);
  CHECK(broker.error().text == "cannot run /no/such/broker: no such program");
}

TEST_CASE("programs: a private file is for its owner only, and replaced as a whole") {
  const Folder folder;
  const std::string path = folder.file("secret");
  REQUIRE(sandbox::write_private_file(path, "a longer content"));
  REQUIRE(sandbox::write_private_file(path, "short"));
  CHECK(read_file(path, 100).value_or("") == "short");
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0600);
  const Status failed = sandbox::write_private_file(folder.path(), "x");
  REQUIRE_FALSE(failed);
  CHECK(failed.error().text == "cannot write " + folder.path() + ": is a directory");
}

TEST_CASE("programs: the password is hashed through a file, and a failing hasher is an error") {
  const Folder folder;
  sandbox::Settings settings;
  settings.search_path = folder.path();
  settings.username = "ann";
  settings.password = "secret";
  write_program(folder.file("mosquitto_passwd"), "echo \"$*\" >" + folder.file("arguments"));
  REQUIRE(sandbox::write_password_file(settings, folder.file("passwords")));
  CHECK(read_file(folder.file("arguments"), 200).value_or("") ==
        "-U " + folder.file("passwords") + "\n");
  CHECK(read_file(folder.file("passwords"), 100).value_or("") == "ann:secret\n");
  settings.further_users = {{"bob", "b"}};
  REQUIRE(sandbox::write_password_file(settings, folder.file("passwords")));
  CHECK(read_file(folder.file("passwords"), 100).value_or("") == "ann:secret\nbob:b\n");
  write_program(folder.file("mosquitto_passwd"), "exit 1");
  CHECK_FALSE(sandbox::write_password_file(settings, folder.file("passwords")));
}
