#include "record/lines.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "unit/base/seed.hpp"
#include "unit/record/allocations.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::record;

namespace {

constexpr std::string_view overlong = "(overlong)";

/// Feeds `input` in pieces of the sizes that `piece` gives, and collects the records.
template <typename PieceSize>
std::vector<std::string> split(LineSplitter& splitter, std::string_view input, PieceSize piece) {
  std::vector<std::string> records;
  const auto take_all = [&] {
    while (true) {
      const auto record = splitter.next();
      if (!record) {
        CHECK(record.error().code == ExitCode::io);
        records.emplace_back(overlong);
      } else if (*record) {
        records.emplace_back(**record);
      } else {
        return;
      }
    }
  };
  while (!input.empty()) {
    const auto space = splitter.space();
    const std::size_t size = std::min({input.size(), space.size(), std::size_t{piece()}});
    std::memcpy(space.data(), input.data(), size);
    splitter.filled(size);
    input.remove_prefix(size);
    take_all();
  }
  splitter.finish();
  take_all();
  return records;
}

/// The same, said simply.
std::vector<std::string> model(std::string_view input, char delimiter, std::size_t limit) {
  std::vector<std::string> records;
  std::string record;
  const auto end_record = [&] {
    records.push_back(record.size() > limit ? std::string(overlong) : record);
    record.clear();
  };
  for (const char byte : input) {
    if (byte == delimiter) {
      end_record();
    } else {
      record += byte;
    }
  }
  if (!record.empty()) end_record();
  return records;
}

std::vector<std::string> lines(std::string_view input) {
  LineSplitter splitter;
  return split(splitter, input, [] { return std::size_t{100'000}; });
}

}  // namespace

TEST_CASE("lines, empty ones, and a last one without newline") {
  CHECK(lines("").empty());
  CHECK(lines("a\n") == std::vector<std::string>{"a"});
  CHECK(lines("a\nb") == std::vector<std::string>{"a", "b"});
  CHECK(lines("\n\nb\r\n") == std::vector<std::string>{"", "", "b\r"});
}

TEST_CASE("NUL or any byte may delimit") {
  LineSplitter splitter('\0');
  CHECK(split(splitter, std::string_view("a\nb\0c", 5), [] { return std::size_t{1}; }) ==
        std::vector<std::string>{"a\nb", "c"});
  CHECK(splitter.number() == 2);
}

TEST_CASE("records are the model's, whatever the pieces, the delimiter and the limit") {
  const std::uint64_t seed = test_seed();
  CAPTURE(seed);
  Random random(seed);
  for (int round = 0; round < 3'000; ++round) {
    const std::size_t limit = 1 + random() % 40;
    std::string input(random() % 400, 'x');
    for (char& byte : input)
      if (random() % 16 == 0) byte = '\n';
    LineSplitter splitter('\n', limit);
    const std::size_t largest = 1 + random() % 60;
    const auto records = split(splitter, input, [&] { return 1 + random() % largest; });
    REQUIRE(records == model(input, '\n', limit));
    REQUIRE(splitter.number() == records.size());
  }
}

TEST_CASE("long records in pieces of any size") {
  const std::uint64_t seed = test_seed();
  CAPTURE(seed);
  Random random(seed);
  for (int round = 0; round < 30; ++round) {
    std::string input;
    for (int i = 0; i < 5; ++i) input += std::string(random() % 300'000, 'y') + ',';
    LineSplitter splitter(',');
    const auto records = split(splitter, input, [&] { return 1 + random() % 150'000; });
    REQUIRE(records == model(input, ',', protocol::maximum_remaining_length));
  }
}

TEST_CASE("a record over the limit is named once, and those after it come") {
  LineSplitter splitter('\n', 3);
  std::string fault;
  const std::string_view input = "abc\nabcd\nlonger than that\nend";
  std::memcpy(splitter.space().data(), input.data(), input.size());
  splitter.filled(input.size());
  splitter.finish();
  CHECK(**splitter.next() == "abc");
  const auto second = splitter.next();
  REQUIRE_FALSE(second);
  CHECK(second.error().text == "record 2 is longer than 3 bytes");
  CHECK_FALSE(splitter.next());
  CHECK(**splitter.next() == "end");
  CHECK(splitter.number() == 4);
  CHECK_FALSE(splitter.next()->has_value());
}

TEST_CASE("an endless record needs no more memory than the limit allows") {
  LineSplitter splitter('\n', 1'000'000);
  std::size_t faults = 0;
  for (int i = 0; i < 100; ++i) {
    const auto space = splitter.space();
    std::memset(space.data(), 'x', space.size());
    splitter.filled(space.size());
    if (!splitter.next()) ++faults;
    CHECK(splitter.capacity() <= 4'000'000);
  }
  CHECK(faults == 1);
}

TEST_CASE("memory shrinks after a huge record") {
  LineSplitter splitter;
  std::string input(8'000'000, 'x');
  input += "\nsmall\n";
  const auto records = split(splitter, input, [] { return std::size_t{1} << 20; });
  CHECK(records.size() == 2);
  CHECK(splitter.capacity() > 8'000'000);
  (void)splitter.space();
  CHECK(splitter.capacity() <= 1024 * 1024);
}

TEST_CASE("lines allocate nothing once the buffer stands") {
  LineSplitter splitter;
  const std::string line = std::string(63, 'x') + '\n';
  std::size_t before = 0;
  std::size_t taken = 0;
  for (int round = 0; round < 1'000; ++round) {
    const auto space = splitter.space();
    if (round == 1) before = allocations();
    std::size_t size = 0;
    for (; size + line.size() <= space.size(); size += line.size())
      std::memcpy(space.data() + size, line.data(), line.size());
    splitter.filled(size);
    while (*splitter.next()) ++taken;
  }
  CHECK(allocations() == before);
  CHECK(taken > 100'000);
}
