#include "pub/ledger.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace mqtt_toolbox;

namespace {

client::PublishOutcome outcome_of(client::Token token) {
  client::PublishOutcome outcome;
  outcome.token = token;
  return outcome;
}

}  // namespace

TEST_CASE("results come out in the order of publishing") {
  pub::Ledger ledger;
  for (int i = 0; i < 3; ++i) ledger.open(ledger.next_token(), Time(i)).topic = std::to_string(i);
  CHECK(ledger.settle(outcome_of(1), Time(10)) != nullptr);
  CHECK(ledger.take_done() == nullptr);
  CHECK(ledger.settle(outcome_of(0), Time(11)) != nullptr);
  CHECK(ledger.take_done()->topic == "0");
  CHECK(ledger.take_done()->topic == "1");
  CHECK(ledger.take_done() == nullptr);
  CHECK(ledger.unsettled() == 1);
}

TEST_CASE("a second outcome and an unknown one change nothing") {
  pub::Ledger ledger;
  ledger.open(ledger.next_token(), Time(0));
  CHECK(ledger.settle(outcome_of(0), Time(1)) != nullptr);
  CHECK(ledger.settle(outcome_of(0), Time(2)) == nullptr);
  CHECK(ledger.settle(outcome_of(9), Time(2)) == nullptr);
  CHECK(ledger.unsettled() == 0);
}

TEST_CASE("it grows over its first size in whatever order entries are taken") {
  pub::Ledger ledger;
  for (std::uint64_t i = 0; i < 40; ++i)
    ledger.open(ledger.next_token(), Time(0)).id = std::to_string(i);
  for (std::uint64_t i = 0; i < 30; ++i) {
    ledger.settle(outcome_of(i), Time(1));
    CHECK(ledger.take_done()->id == std::to_string(i));
  }
  for (std::uint64_t i = 40; i < 400; ++i)
    ledger.open(ledger.next_token(), Time(0)).id = std::to_string(i);
  for (std::uint64_t i = 30; i < 400; ++i) {
    ledger.settle(outcome_of(i), Time(1));
    CHECK(ledger.take_done()->id == std::to_string(i));
  }
}

TEST_CASE("the oldest open entry, one left out or forgotten") {
  pub::Ledger ledger;
  CHECK(ledger.oldest_open(std::nullopt) == nullptr);
  for (int i = 0; i < 3; ++i) ledger.open(ledger.next_token(), Time(i)).topic = std::to_string(i);
  CHECK(ledger.oldest_open(std::nullopt)->topic == "0");
  CHECK(ledger.oldest_open(client::Token{0})->topic == "1");
  ledger.settle(outcome_of(1), Time(1));
  CHECK(ledger.oldest_open(client::Token{0})->topic == "2");
  CHECK(ledger.forget(0)->topic == "0");
  CHECK(ledger.forget(0) == nullptr);
  CHECK(ledger.unsettled() == 1);
  CHECK(ledger.take_done()->topic == "1");
  CHECK(ledger.settle(outcome_of(0), Time(1)) == nullptr);
}

TEST_CASE("tokens left out have no result") {
  pub::Ledger ledger;
  for (const client::Token token : {5u, 7u, 200u})
    ledger.open(token, Time(0)).id = std::to_string(token);
  CHECK(ledger.unsettled() == 3);
  CHECK(ledger.settle(outcome_of(6), Time(1)) == nullptr);
  CHECK(ledger.settle(outcome_of(1), Time(1)) == nullptr);
  CHECK(ledger.settle(outcome_of(200), Time(1)) != nullptr);
  CHECK(ledger.take_done() == nullptr);
  CHECK(ledger.settle(outcome_of(5), Time(1)) != nullptr);
  CHECK(ledger.take_done()->id == "5");
  CHECK(ledger.settle(outcome_of(7), Time(1)) != nullptr);
  CHECK(ledger.take_done()->id == "7");
  CHECK(ledger.take_done()->id == "200");
  CHECK(ledger.take_done() == nullptr);
  ledger.open(1'000'000'000'000, Time(0)).id = "far";
  CHECK(ledger.settle(outcome_of(1'000'000'000'000), Time(1)) != nullptr);
  CHECK(ledger.take_done()->id == "far");
}

TEST_CASE("one that is never settled does not keep those that overtook it") {
  pub::Ledger ledger;
  ledger.open(ledger.next_token(), Time(0)).topic = "never";
  std::uint64_t taken = 0;
  for (std::uint64_t i = 1; i <= 100'000; ++i) {
    ledger.open(ledger.next_token(), Time(0)).topic = std::to_string(i);
    CHECK(ledger.settle(outcome_of(i), Time(1)) != nullptr);
    while (const pub::Entry* entry = ledger.take_done())
      CHECK(entry->topic == std::to_string(++taken));
    CHECK(i - taken <= 4100);
  }
  CHECK(ledger.unsettled() == 1);
  CHECK(ledger.settle(outcome_of(0), Time(2))->topic == "never");
  CHECK(ledger.settle(outcome_of(0), Time(2)) == nullptr);
  CHECK(ledger.take_done()->topic == "never");
  CHECK(ledger.unsettled() == 0);
}
