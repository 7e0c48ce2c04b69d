#include "base/result.hpp"

#include <vector>

#include <doctest/doctest.h>

namespace mqtt_toolbox {
namespace {

TEST_CASE("of two exit statuses the graver one counts, in either order") {
  const std::vector<int> gravest_first{2, 5, 4, 3, 7, 8, 6, 1, 27, 0};
  for (std::size_t i = 0; i < gravest_first.size(); ++i) {
    for (std::size_t j = i; j < gravest_first.size(); ++j) {
      const auto graver = static_cast<ExitCode>(gravest_first[i]);
      const auto other = static_cast<ExitCode>(gravest_first[j]);
      CAPTURE(gravest_first[i]);
      CAPTURE(gravest_first[j]);
      CHECK(worse(graver, other) == graver);
      CHECK(worse(other, graver) == graver);
    }
  }
}

TEST_CASE("every exit code has a meaning and a rank") {
  for (const ExitCodeMeaning& row : exit_codes) {
    int ranks = 0;
    for (const ExitCode code : exit_code_ranks) ranks += code == row.code ? 1 : 0;
    CAPTURE(row.meaning);
    CHECK(ranks == 1);
  }
}

}  // namespace
}  // namespace mqtt_toolbox
