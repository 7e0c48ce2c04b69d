#include "base/system.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <thread>
#include <unistd.h>

#include <doctest/doctest.h>

#include "base/random.hpp"

namespace mqtt_toolbox {
namespace {

/// A folder that goes with the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "base-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }

  std::string file(std::string_view content) const {
    const std::string path = (path_ / "file").string();
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

void check_unreadable(const Result<std::string>& result, const std::string& text) {
  REQUIRE_FALSE(result);
  CHECK(result.error().code == ExitCode::io);
  CHECK(result.error().text == text);
}

TEST_CASE("system_text begins in lower case unless it begins with an acronym") {
  CHECK(system_text(ECONNREFUSED) == "connection refused");
  CHECK(system_text(ENOENT) == "no such file or directory");
  CHECK(system_text(EDOTDOT) == "RFS specific error");
  CHECK_FALSE(system_text(123456).empty());
}

TEST_CASE("write_all writes more than a pipe holds, and says why it cannot") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  FileDescriptor reader(ends[0]), writer(ends[1]);
  const std::string much(300'000, 'x');
  std::string got;
  std::thread reading([&] {
    char block[1000];
    while (got.size() < much.size())
      got.append(block, static_cast<std::size_t>(read(reader.get(), block, sizeof block)));
  });
  CHECK(write_all(writer.get(), much));
  reading.join();
  CHECK(got == much);
  const auto failed = write_all(reader.get(), "x");
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == ExitCode::io);
  CHECK(failed.error().text == "bad file descriptor");
}

TEST_CASE("read_file reads whole files, binary ones too") {
  const TemporaryFolder folder;
  CHECK(read_file(folder.file(""), 10) == "");
  const std::string bytes("a\0\r\n\xFF", 5);
  CHECK(read_file(folder.file(bytes), 1000) == bytes);
  const std::string long_text(1'000'000, 'x');
  CHECK(read_file(folder.file(long_text), 1'000'000) == long_text);
}

TEST_CASE("read_file reads what has no size beforehand") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const FileDescriptor reading(ends[0]);
  FileDescriptor writing(ends[1]);
  const std::string sent(10'000, 'y');
  REQUIRE(::write(writing.get(), sent.data(), sent.size()) == 10'000);
  writing.reset();
  CHECK(read_file("/dev/fd/" + std::to_string(reading.get()), 20'000) == sent);
}

TEST_CASE("read_file names the limit, the path and the cause") {
  const TemporaryFolder folder;
  const std::string path = folder.file("12345");
  CHECK(read_file(path, 5) == "12345");
  check_unreadable(read_file(path, 4), "cannot read " + path + ": larger than 4 bytes");
  check_unreadable(read_file(path, 0), "cannot read " + path + ": larger than 0 bytes");
  check_unreadable(read_file(folder.path(), 10),
                   "cannot read " + folder.path() + ": is a directory");
  check_unreadable(read_file("/nowhere/\x1b", 10),
                   "cannot read /nowhere/\\x1b: no such file or directory");
}

TEST_CASE("read_file is not fooled by a file that has no end") {
  check_unreadable(read_file("/dev/zero", 100'000),
                   "cannot read /dev/zero: larger than 100000 bytes");
}

bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) != -1;
}

TEST_CASE("a FileDescriptor closes itself once") {
  const int fd = ::open("/dev/null", O_RDONLY);
  REQUIRE(fd >= 0);
  {
    FileDescriptor first(fd);
    FileDescriptor second(std::move(first));
    CHECK_FALSE(first);  // NOLINT(bugprone-use-after-move): the moved-from state is the subject
    CHECK(second.get() == fd);
    CHECK(is_open(fd));
  }
  CHECK_FALSE(is_open(fd));
}

TEST_CASE("a FileDescriptor closes the old descriptor when it takes another") {
  const int one = ::open("/dev/null", O_RDONLY);
  const int two = ::open("/dev/null", O_RDONLY);
  FileDescriptor file(one);
  file = FileDescriptor(two);
  CHECK_FALSE(is_open(one));
  CHECK(is_open(two));
  CHECK(file.release() == two);
  CHECK_FALSE(file);
  CHECK(is_open(two));
  ::close(two);
}

TEST_CASE("system_seed differs, and a seed determines its numbers") {
  CHECK(system_seed() != system_seed());
  CHECK(Random(42)() == 13930160852258120406U);
}

}  // namespace
}  // namespace mqtt_toolbox
