#include "console/input.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

#include <doctest/doctest.h>

using namespace mqtt_toolbox;
using console::FilePayload;

namespace {

class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content)
      : path_(std::filesystem::temp_directory_path() /
              ("mqtt-toolbox-input-" + std::to_string(getpid()))) {
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  std::string path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("a small and a large file come whole") {
  for (std::size_t size : {0u, 5u, (1u << 20) - 1, 1u << 20, (3u << 20) + 7}) {
    CAPTURE(size);
    std::string content(size, '\0');
    for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * 31);
    TemporaryFile file(content);
    auto payload = FilePayload::open(file.path());
    REQUIRE(payload);
    CHECK(payload->bytes() == content);
    FilePayload moved(std::move(*payload));
    CHECK(moved.bytes() == content);
  }
}

TEST_CASE("a file over what MQTT can carry is refused before it is read") {
  TemporaryFile file("");
  std::filesystem::resize_file(file.path(), 268'435'456);
  auto payload = FilePayload::open(file.path());
  REQUIRE_FALSE(payload);
  CHECK(payload.error().code == ExitCode::io);
  CHECK(payload.error().text.find("268435455") != std::string::npos);
}

TEST_CASE("what cannot be read is named with its cause") {
  auto missing = FilePayload::open("/nonexistent/file");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().text == "cannot read /nonexistent/file: no such file or directory");
  auto directory = FilePayload::open("/");
  REQUIRE_FALSE(directory);
  CHECK(directory.error().text == "cannot read /: is a directory");
}

TEST_CASE("input is read only while it is wanted, and ends with 0") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  FileDescriptor reader(ends[0]);
  FileDescriptor writer(ends[1]);
  REQUIRE(write(writer.get(), "abc", 3) == 3);
  writer.reset();

  transport::Loop loop;
  std::string received;
  bool ended = false;
  console::Input input(loop, reader.get(), "the pipe", [&] {
    char block[2];
    auto size = input.read(block);
    REQUIRE(size);
    received.append(block, *size);
    ended = *size == 0;
    if (ended) loop.stop();
  });
  CHECK_FALSE(loop.run_until(loop.now()));
  CHECK(received.empty());
  input.want(true);
  CHECK(loop.run_until(loop.now() + std::chrono::seconds(20)));
  CHECK(received == "abc");
  CHECK(ended);
}
