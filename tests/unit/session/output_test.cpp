#include "session/output.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace mqtt_toolbox::session;

namespace {

std::string drain(Output& output, std::size_t step) {
  std::string all;
  while (!output.empty()) {
    Bytes pieces[2];
    REQUIRE(output.gather(pieces) >= 1);
    const Bytes part = pieces[0].substr(0, step);
    all += part;
    output.consume(part.size());
  }
  return all;
}

struct Counter final : Output::Watcher {
  int calls = 0;
  void output_drained() override { ++calls; }
};

}  // namespace

TEST_CASE("own and borrowed bytes leave in order, however they are taken") {
  for (const std::size_t step : {1u, 3u, 1000u}) {
    Output output;
    output.append("one ");
    output.append("two ");
    const std::string large(200, 'x');
    output.borrow(large);
    output.append(" three");
    output.borrow("");
    CHECK(output.pending() == 8 + 200 + 6);
    CHECK(drain(output, step) == "one two " + large + " three");
    CHECK(output.written() == 214);
  }
}

TEST_CASE("gather gives as many pieces as asked for, without copying what is borrowed") {
  Output output;
  const std::string a = "aaaa", b = "bbbb";
  output.append("1");
  output.borrow(a);
  output.append("2");
  output.borrow(b);
  Bytes pieces[3];
  REQUIRE(output.gather(pieces) == 3);
  CHECK(pieces[0] == "1");
  CHECK(pieces[1].data() == a.data());
  CHECK(pieces[2] == "2");
}

TEST_CASE("an output that never runs empty stays small and in order") {
  Output output;
  std::string expected, got;
  output.append("start");
  for (int i = 0; i < 5000; ++i) {
    const std::string word = std::to_string(i) + ",";
    output.append(word);
    expected += word;
    Bytes piece[1];
    output.gather(piece);
    const Bytes part = piece[0].substr(0, word.size());
    got += part;
    output.consume(part.size());
  }
  got += drain(output, 100);
  CHECK(got == "start" + expected);
}

TEST_CASE("reserve, fill part of it, commit") {
  Output output;
  const auto room = output.reserve(100);
  REQUIRE(room.size() == 100);
  room[0] = 'a';
  room[1] = 'b';
  output.commit(2);
  CHECK(drain(output, 10) == "ab");
}

TEST_CASE("clear drops what waits and keeps the count of what was written") {
  Output output;
  output.append("abc");
  output.consume(1);
  output.clear();
  CHECK(output.empty());
  CHECK(output.written() == 1);
  output.append("xyz");
  CHECK(drain(output, 10) == "xyz");
}

TEST_CASE("a watcher is called once, when little enough is left") {
  Output output;
  Counter counter;
  output.append("0123456789");
  output.watch(&counter, 4);
  output.consume(5);
  CHECK(counter.calls == 0);
  output.consume(1);
  CHECK(counter.calls == 1);
  output.consume(4);
  CHECK(counter.calls == 1);
}
