#include "probe/bounded_search.hpp"

#include <doctest/doctest.h>

namespace mqtt_toolbox::probe {
namespace {

/// A broker that takes sizes up to `limit`, and counts how often it is asked.
struct Oracle {
  std::uint64_t limit = 0;
  std::size_t asked = 0;
  std::uint64_t largest_asked = 0;
  std::size_t answers = ~std::size_t(0);  ///< then it wants no more questions

  Works works() {
    return [this](std::uint64_t size) -> std::optional<bool> {
      if (asked == answers) return std::nullopt;
      ++asked;
      largest_asked = std::max(largest_asked, size);
      return size <= limit;
    };
  }
};

TEST_CASE("every limit below every bound is found, from every beginning") {
  for (std::uint64_t bound = 1; bound <= 40; ++bound)
    for (std::uint64_t first = 1; first <= 45; ++first)
      for (std::uint64_t limit = 0; limit <= 45; ++limit) {
        CAPTURE(bound);
        CAPTURE(first);
        CAPTURE(limit);
        Oracle oracle{limit};
        const Largest largest = largest_that_works(first, bound, oracle.works());
        CHECK(largest.value == std::min(limit, bound));
        CHECK(largest.at_least == (limit >= bound));
        CHECK(oracle.largest_asked <= bound);
      }
}

TEST_CASE("few questions are enough, and none is larger than twice what works") {
  for (const std::uint64_t limit : {1ull, 201ull, 65'535ull, 1'048'576ull, 134'217'728ull}) {
    CAPTURE(limit);
    Oracle oracle{limit};
    CHECK(largest_that_works(1, 268'435'460, oracle.works()).value == limit);
    CHECK(oracle.asked <= 2 * 28 + 1);
    CHECK(oracle.largest_asked <= 2 * limit);
  }
}

TEST_CASE("a search that has to stop says what works for certain") {
  for (std::size_t answers = 0; answers < 10; ++answers) {
    CAPTURE(answers);
    Oracle oracle{700, 0, 0, answers};
    const Largest largest = largest_that_works(16, 1000, oracle.works());
    CHECK(largest.at_least);
    CHECK(largest.value <= 700);
    CHECK((largest.value != 0) == (answers != 0));
  }
}

}  // namespace
}  // namespace mqtt_toolbox::probe
