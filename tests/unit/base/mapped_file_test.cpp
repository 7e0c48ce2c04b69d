#include "base/mapped_file.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include <doctest/doctest.h>

#include "base/system.hpp"

namespace mqtt_toolbox {
namespace {

constexpr std::size_t file_size = 1u << 20;

/// A file of 'x' that goes with the test.
class File {
 public:
  File() : descriptor_(mkstemp(path_.data())) {
    REQUIRE(descriptor_);
    REQUIRE(write_all(descriptor_.get(), std::string(file_size, 'x')));
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { unlink(path_.c_str()); }

  int descriptor() const { return descriptor_.get(); }
  const std::string& path() const { return path_; }
  MappedFile map() const {
    auto mapped = MappedFile::map(descriptor(), path(), file_size);
    REQUIRE(mapped);
    return std::move(*mapped);
  }

 private:
  std::string path_ = (std::filesystem::temp_directory_path() / "mapped-XXXXXX").string();
  FileDescriptor descriptor_;
};

/// Runs `work` in a process of its own, whose status is its result, since what it does cannot be
/// undone.
template <typename Work>
int in_another_process(Work work) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) _exit(work());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST_CASE("a mapped file shows its bytes, also when it was moved") {
  const File file;
  MappedFile mapped = file.map();
  const MappedFile moved(std::move(mapped));
  CHECK(moved.bytes() == std::string(file_size, 'x'));
  CHECK_FALSE(moved.is_cut());
  CHECK_FALSE(MappedFile::has_read_zeros());
}

TEST_CASE("a mapped file that becomes shorter is noticed, and zeros are read in its place") {
  const File file;
  const File other;
  const MappedFile mapped = file.map();
  const MappedFile beside = other.map();
  REQUIRE(ftruncate(file.descriptor(), 10'000) == 0);
  CHECK(mapped.is_cut());
  CHECK_FALSE(beside.is_cut());
  const int status = in_another_process([&] {
    const std::string copy(mapped.bytes());
    const auto bad =
        std::find_if(copy.begin() + 3 * 4096, copy.end(), [](char c) { return c != 0; });
    const bool is_filled = copy.starts_with(std::string(10'000, 'x')) && bad == copy.end();
    return is_filled && MappedFile::has_read_zeros() && beside.bytes().back() == 'x' ? 0 : 1;
  });
  CHECK(status == 0);
}

TEST_CASE("another file at the same path is not the one that was mapped") {
  const File file;
  const MappedFile mapped = file.map();
  const File shorter;
  REQUIRE(ftruncate(shorter.descriptor(), 1) == 0);
  REQUIRE(rename(shorter.path().c_str(), file.path().c_str()) == 0);
  CHECK_FALSE(mapped.is_cut());
}

}  // namespace
}  // namespace mqtt_toolbox
