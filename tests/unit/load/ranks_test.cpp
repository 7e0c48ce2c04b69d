#include "load/ranks.hpp"

#include <set>

#include <doctest/doctest.h>

#include "load/names.hpp"

using namespace mqtt_toolbox;
using load::Plan;
using load::Scenario;

namespace {

constexpr std::uint32_t ranks = 4;

Plan roundtrip() {
  Plan plan;
  plan.scenario = Scenario::roundtrip;
  plan.publishing.publishers = 10;
  plan.publishing.rate = 1000;
  plan.subscribing.subscribers = 7;
  plan.subscribing.filters = {"bench/+", "$share/group/bench/+", "own/{n}"};
  plan.run = 0xFFFFFFFF;
  plan.seed = 5;
  return plan;
}

std::vector<Plan> shares_of(const Plan& whole, std::uint32_t size = ranks) {
  std::vector<Plan> shares;
  for (std::uint32_t rank = 0; rank < size; ++rank) {
    auto share = load::share_of(whole, rank, size);
    REQUIRE(share);
    shares.push_back(std::move(*share));
  }
  return shares;
}

}  // namespace

TEST_CASE("one rank has the whole plan as it is") {
  const auto plan = load::share_of(roundtrip(), 0, 1);
  REQUIRE(plan);
  CHECK(plan->publishing.topic == roundtrip().publishing.topic);
  CHECK(plan->clients.identifier == roundtrip().clients.identifier);
  CHECK(plan->run == 0xFFFFFFFF);
}

TEST_CASE("clients, rates and messages are divided without a rest") {
  Plan whole = roundtrip();
  whole.publishing.messages = 1003;
  whole.clients.connect_rate = 170;
  std::uint32_t publishers = 0, subscribers = 0;
  std::uint64_t messages = 0;
  double rate = 0, connect_rate = 0;
  for (const Plan& share : shares_of(whole)) {
    publishers += share.publishing.publishers;
    subscribers += share.subscribing.subscribers;
    messages += share.publishing.messages;
    rate += share.publishing.rate;
    connect_rate += share.clients.connect_rate;
    // Each publisher keeps the rate that it would have had.
    CHECK(share.publishing.rate / share.publishing.publishers == doctest::Approx(100));
    CHECK(share.clients.pending_connects == 16);
  }
  CHECK(publishers == 10);
  CHECK(subscribers == 7);
  CHECK(messages == 1003);
  CHECK(rate == doctest::Approx(1000));
  CHECK(connect_rate == doctest::Approx(170));
}

TEST_CASE("of messages each rank has what its publishers would have sent") {
  Plan whole = roundtrip();
  whole.publishing.messages = 13;  // publishers 0, 1 and 2 send two
  const auto shares = shares_of(whole);
  CHECK(shares[0].publishing.messages == 6);
  CHECK(shares[1].publishing.messages == 3);
  CHECK(shares[3].publishing.messages == 2);
}

TEST_CASE("names, run numbers and seeds are unique over all ranks") {
  constexpr std::uint32_t many = 12;
  Plan whole = roundtrip();
  whole.publishing.publishers = 40;
  whole.subscribing.subscribers = 35;
  whole.clients.identifier = "dev-{n}";
  whole.clients.username = "user-{n}-{n}";
  std::set<std::string> identifiers, usernames;
  std::set<std::uint32_t> runs;
  std::set<std::uint64_t> seeds;
  for (const Plan& share : shares_of(whole, many)) {
    const auto clients = share.publishing.publishers + share.subscribing.subscribers;
    for (std::uint64_t n = 0; n < clients; ++n) {
      const auto identifier = load::client_identifier(share, n);
      identifiers.insert(identifier);
      usernames.insert(*load::login_of(share, n, identifier).username);
    }
    runs.insert(share.run);
    seeds.insert(share.seed);
  }
  CHECK(identifiers.size() == 75);
  CHECK(usernames.size() == 75);
  CHECK(runs.size() == many);
  CHECK(seeds.size() == many);
  CHECK(seeds.count(5) == 1);  // rank 0 keeps what was asked for
}

TEST_CASE("a roundtrip keeps to its rank, other scenarios share the topics") {
  const Plan share = shares_of(roundtrip())[2];
  CHECK(share.publishing.topic == "rank-2/bench/{n}2");
  CHECK(share.subscribing.filters[0] == "rank-2/bench/+");
  CHECK(share.subscribing.filters[1] == "$share/group/rank-2/bench/+");
  CHECK(share.subscribing.filters[2] == "rank-2/own/{n}2");
  Plan whole = roundtrip();
  whole.scenario = Scenario::publish;
  CHECK(shares_of(whole)[2].publishing.topic == "bench/{n}2");
  whole.scenario = Scenario::subscribe;
  CHECK(shares_of(whole)[2].subscribing.filters[1] == "$share/group/bench/+");
}

TEST_CASE("topics of a list fall to the publishers that would take them") {
  Plan whole = roundtrip();
  whole.scenario = Scenario::publish;
  whole.publishing.publishers = 5;
  for (int i = 0; i < 12; ++i) whole.publishing.topics.push_back(std::to_string(i));
  auto shares = shares_of(whole, 2);  // publishers 0 1 2, and 3 4
  CHECK(shares[0].publishing.topics ==
        std::vector<std::string>{"0", "1", "2", "5", "6", "7", "10", "11"});
  CHECK(shares[1].publishing.topics == std::vector<std::string>{"3", "4", "8", "9"});
  whole.publishing.topics = {"a", "b"};
  shares = shares_of(whole, 2);
  CHECK(shares[0].publishing.topics == std::vector<std::string>{"a", "b", "a"});
  CHECK(shares[1].publishing.topics == std::vector<std::string>{"b", "a"});
}

TEST_CASE("credentials are taken as one process would") {
  Plan whole;
  whole.scenario = Scenario::connect;
  whole.idle_clients = 6;
  whole.churn_rate = 12;
  for (int i = 0; i < 6; ++i) whole.clients.credentials.push_back({std::to_string(i), ""});
  std::set<std::string> names;
  for (const Plan& share : shares_of(whole)) {
    for (std::uint64_t n = 0; n < share.idle_clients; ++n)
      names.insert(*load::login_of(share, n, "").username);
    CHECK(share.churn_rate == doctest::Approx(2 * share.idle_clients));
  }
  CHECK(names.size() == 6);
}

TEST_CASE("a rank without work is refused") {
  Plan whole = roundtrip();
  whole.subscribing.subscribers = 3;
  auto share = load::share_of(whole, 0, ranks);
  REQUIRE(!share);
  CHECK(share.error().code == ExitCode::usage);
  CHECK(share.error().text.find("3 subscribers are too few for 4 ranks") != std::string::npos);
  whole = roundtrip();
  whole.publishing.messages = 2;
  CHECK(!load::share_of(whole, 0, ranks));
}
