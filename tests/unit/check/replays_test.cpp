#include "check/replays.hpp"

#include <vector>

#include <doctest/doctest.h>

using namespace mqtt_toolbox::check;

namespace {

Finding silent_fail() {
  Finding finding = broken("nothing came");
  finding.rests_on_silence = true;
  return finding;
}

Finding judged(const Finding& first, const std::vector<Finding>& alone) {
  return judged_again(first, alone, true);
}

const Finding passed = pass("came");
const Finding failed = broken("nothing came");
const Finding open = inconclusive("no connection");

}  // namespace

TEST_CASE("a fail that comes again each time is told as it was first") {
  const Finding finding = judged(broken("twice"), {broken("thrice"), failed, failed});
  CHECK(finding.verdict == Verdict::fail);
  CHECK(finding.observed == "twice");
}

TEST_CASE("a fail that packets show stays one, with how often it was seen") {
  CHECK(judged(failed, {passed, passed, passed}).verdict == Verdict::fail);
  CHECK(judged(failed, {passed, passed, passed}).observed ==
        "nothing came (1 of 4 plays; alone: passed 3)");
  CHECK(judged(failed, {passed, failed, open}).observed ==
        "nothing came (2 of 4 plays; alone: passed 1, failed 1, inconclusive 1)");
}

TEST_CASE("a fail that rests on silence and never happens alone is inconclusive") {
  const Finding finding = judged(silent_fail(), {passed, passed, passed});
  CHECK(finding.verdict == Verdict::inconclusive);
  CHECK(finding.observed == "only beside others: nothing came (alone: passed 3)");
  CHECK(judged(silent_fail(), {passed, failed, passed}).verdict == Verdict::fail);
  // What could not be judged alone takes nothing back.
  CHECK(judged(silent_fail(), {open, open, open}).verdict == Verdict::fail);
}

TEST_CASE("a fail that was seen alone the first time is not put down to others") {
  const std::vector<Finding> alone{passed, passed, passed};
  CHECK(judged_again(silent_fail(), alone, false).verdict == Verdict::fail);
}

TEST_CASE("what was inconclusive is judged by how it goes alone") {
  CHECK(judged(open, {passed, passed, passed}).verdict == Verdict::pass);
  CHECK(judged(open, {passed, failed, passed}).verdict == Verdict::fail);
  CHECK(judged(open, {open, deviates("late"), passed}).verdict == Verdict::deviates);
  CHECK(judged(open, {open, open, open}).verdict == Verdict::inconclusive);
}

TEST_CASE("what was not played again is told as it was") {
  CHECK(judged(silent_fail(), {}).verdict == Verdict::fail);
}
