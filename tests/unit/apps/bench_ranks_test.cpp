#include <doctest/doctest.h>

#include "bench/ranks.hpp"
#include "bench/ranks_gathering.hpp"

using namespace mqtt_toolbox;
using bench::Detail;
using bench::Gathering;
using bench::message_of;
using load::RankMessage;
using load::RankWord;

namespace {

constexpr std::int64_t barrier = 1'000'000'000'000'000;
constexpr Duration second = std::chrono::seconds(1);

load::Plan plan_of_rank() {
  load::Plan plan;
  plan.scenario = load::Scenario::roundtrip;
  plan.publishing.publishers = 2;
  plan.publishing.rate = 50;
  plan.subscribing.subscribers = 1;
  plan.threads = 2;
  return plan;
}

load::Interval interval_at(int number, std::uint64_t sent, bool warmup = false) {
  load::Interval interval;
  interval.end = number * second;
  interval.warmup = warmup;
  interval.counters.sent = sent;
  interval.received.record(1000 * sent);
  interval.cpu = 0.5;
  return interval;
}

RankMessage part(std::uint32_t rank, const load::Interval& interval) {
  return {rank, RankWord::part, message_of(bench::part_of(plan_of_rank(), &interval, second))};
}

report::RunResult whole_result(const std::string& host, std::uint64_t sent) {
  load::Measurement measurement;
  measurement.plan = plan_of_rank();
  measurement.started_unix_ns = 7;  // after the barrier
  measurement.measured = 2 * second;
  measurement.counters.sent = sent;
  measurement.clients_connected = 3;
  measurement.delivery.expected = sent;
  measurement.workers = {{0.5, 2}, {1, 2}};
  return report::make_result(std::move(measurement), "1", {host, "", 2, 0}, {});
}

RankMessage whole(std::uint32_t rank, const std::string& host, std::uint64_t sent) {
  return {rank, RankWord::whole, message_of(whole_result(host, sent))};
}

}  // namespace

TEST_CASE("wholes of all ranks make one result that names each host") {
  Gathering gathering(3);
  gathering.add_whole(0, whole_result("a", 1));
  REQUIRE(gathering.take(part(1, interval_at(1, 99))));
  REQUIRE(gathering.take(whole(1, "b", 10)));
  CHECK(!gathering.is_complete());
  REQUIRE(gathering.take(whole(2, "c", 100)));
  CHECK(gathering.is_complete());
  REQUIRE(gathering.take(part(1, interval_at(2, 99))));  // overtaken
  const auto result = gathering.result(barrier, Detail::everything);
  REQUIRE(result);
  CHECK(result->measurement.counters.sent == 111);
  CHECK(result->measurement.delivery.expected == 111);
  CHECK(result->measurement.started_unix_ns == barrier + 7);
  CHECK(result->setup.publishers == 6);
  CHECK(!result->measurement.interrupted);
  REQUIRE(result->processes.size() == 3);
  CHECK(result->processes[1].host.name == "b");
  CHECK(result->processes[2].complete);
  std::string text;
  bench::append_ranks(text, *result);
  CHECK(text.find("rank 2 on c: busiest core 50 %, 2 threads\n") != std::string::npos);
}

TEST_CASE("what a rank that died has sent stays, and is marked incomplete") {
  Gathering gathering(2);
  gathering.add_whole(0, whole_result("a", 1));
  REQUIRE(gathering.take(
      {1, RankWord::part, message_of(bench::part_of(plan_of_rank(), nullptr, Duration(0)))}));
  REQUIRE(gathering.take(part(1, interval_at(1, 5, true))));
  REQUIRE(gathering.take(part(1, interval_at(2, 10))));
  REQUIRE(gathering.take(part(1, interval_at(3, 20))));
  CHECK(!gathering.is_complete());
  const auto result = gathering.result(barrier, Detail::everything);
  REQUIRE(result);
  const load::Measurement& measurement = result->measurement;
  CHECK(measurement.interrupted);
  CHECK(measurement.counters.sent == 31);
  CHECK(measurement.latencies.received_from_due.count() == 2);
  CHECK(measurement.latencies.received_from_due.maximum() == 20000);
  REQUIRE(measurement.intervals.size() == 3);
  CHECK(measurement.intervals[2].received.count() == 1);
  const auto bare = gathering.result(barrier, Detail::counters);
  REQUIRE(bare);
  REQUIRE(bare->measurement.intervals.size() == 3);
  CHECK(bare->measurement.intervals[2].counters.sent == 20);
  CHECK(bare->measurement.intervals[2].received.count() == 0);
  CHECK(bare->measurement.latencies.received_from_due.count() == 2);
  REQUIRE(result->processes.size() == 2);
  CHECK(result->processes[0].complete);
  CHECK(!result->processes[1].complete);
  REQUIRE(result->processes[1].workers.size() == 2);
  CHECK(result->processes[1].workers[0].cpu == doctest::Approx(0.5));
  CHECK(result->processes[1].workers[0].wall == doctest::Approx(2));
  REQUIRE(measurement.warnings.size() == 1);
  CHECK(measurement.warnings[0] == load::Warning::incomplete);
}

TEST_CASE("the series adds up what the ranks did at the same time") {
  Gathering gathering(2);
  gathering.add_whole(0, whole_result("a", 1));
  for (const std::uint32_t rank : {1u, 0u}) {
    REQUIRE(gathering.take(part(rank, interval_at(1, 10 + rank))));
    REQUIRE(gathering.take(part(rank, interval_at(2, 20 + rank))));
  }
  REQUIRE(gathering.take(whole(1, "b", 10)));
  const auto result = gathering.result(barrier, Detail::everything);
  REQUIRE(result);
  const auto& intervals = result->measurement.intervals;
  REQUIRE(intervals.size() == 2);
  CHECK(intervals[0].end == second);
  CHECK(intervals[0].counters.sent == 21);
  CHECK(intervals[1].counters.sent == 41);
  CHECK(intervals[1].received.count() == 2);
  CHECK(intervals[1].cpu == doctest::Approx(1));
  CHECK(result->measurement.counters.sent == 11);  // of the wholes
}

TEST_CASE("a rank that failed is told by its host; when all failed, that is the error") {
  Gathering gathering(2);
  const auto hello = bench::part_of(plan_of_rank(), nullptr, Duration(0));
  const Error error{ExitCode::refused, "the broker refused: banned"};
  REQUIRE(gathering.take({1, RankWord::part, message_of(hello)}));
  REQUIRE(gathering.take({1, RankWord::failure, message_of(error)}));
  CHECK(gathering.has_failures());
  auto result = gathering.result(barrier, Detail::everything);
  REQUIRE(!result);
  CHECK(result.error().code == ExitCode::refused);
  CHECK(result.error().text ==
        "rank 1 on " + hello.processes[0].host.name + ": the broker refused: banned");
  gathering.add_whole(0, whole_result("a", 1));
  CHECK(gathering.is_complete());
  result = gathering.result(barrier, Detail::everything);
  REQUIRE(result);
  CHECK(result->measurement.failures.at("the broker refused: banned") == 1);
  CHECK(!result->processes[1].complete);
}

TEST_CASE("what is no message of ours is an error, and changes nothing") {
  Gathering gathering(2);
  CHECK(!gathering.take({2, RankWord::failure, "4 x"}));
  CHECK(!gathering.take({1, RankWord::whole, "{}"}));
  CHECK(!gathering.take({1, RankWord::part, ""}));
  CHECK(!gathering.has_failures());
  CHECK(!gathering.result(barrier, Detail::everything));
  REQUIRE(gathering.take({1, RankWord::failure, "no code"}));
  CHECK(gathering.result(barrier, Detail::everything).error().code == ExitCode::io);
}

TEST_CASE("a launcher is known by the environment of its processes") {
  const auto ranked = [](std::vector<const char*> entries) {
    std::vector<char*> environment;
    for (const char* entry : entries) environment.push_back(const_cast<char*>(entry));
    environment.push_back(nullptr);
    return bench::is_ranked(environment.data());
  };
  CHECK(!ranked({}));
  CHECK(!ranked({"HOME=/", "OMPI_COMM_WORLD_SIZES=4"}));
  CHECK(ranked({"HOME=/", "OMPI_COMM_WORLD_SIZE=4"}));
  CHECK(!ranked({"OMPI_COMM_WORLD_SIZE=1", "PMIX_RANK=0"}));
  CHECK(ranked({"PMIX_RANK=0"}));
  CHECK(!bench::is_ranked(nullptr));
}
