#include "transport/pieces.hpp"

#include <array>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace {

using mqtt_toolbox::transport::PieceCursor;

std::vector<std::string> chunks(std::vector<std::string_view> pieces, std::size_t step) {
  PieceCursor cursor(pieces);
  std::array<char, 4> scratch;
  std::vector<std::string> seen;
  for (std::string_view chunk; !(chunk = cursor.chunk(scratch)).empty();) {
    seen.emplace_back(chunk);
    cursor.advance(std::min(step, chunk.size()));
  }
  return seen;
}

TEST_CASE("chunks run over pieces and are as long as the room allows") {
  CHECK(chunks({}, 4).empty());
  CHECK(chunks({"", ""}, 4).empty());
  CHECK(chunks({"ab", "", "cdefghi", "j"}, 4) == std::vector<std::string>{"abcd", "efgh", "ij"});
  CHECK(chunks({"abcdefg"}, 4) == std::vector<std::string>{"abcd", "efg"});
}

TEST_CASE("a chunk not taken whole comes again with the same bytes in front") {
  CHECK(chunks({"ab", "cde"}, 2) == std::vector<std::string>{"abcd", "cde", "e"});
}

TEST_CASE("a single piece is not copied") {
  std::string_view piece = "abcdef";
  std::array<char, 4> scratch;
  CHECK(PieceCursor({&piece, 1}).chunk(scratch).data() == piece.data());
}

TEST_CASE("advancing beyond the end stops there") {
  std::string_view piece = "ab";
  std::array<char, 4> scratch;
  PieceCursor cursor({&piece, 1});
  cursor.advance(5);
  CHECK(cursor.chunk(scratch).empty());
}

}  // namespace
