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
  for (int i = 0; i < 3; ++i) ledger.open(Time(i)).topic = std::to_string(i);
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
  ledger.open(Time(0));
  CHECK(ledger.settle(outcome_of(0), Time(1)) != nullptr);
  CHECK(ledger.settle(outcome_of(0), Time(2)) == nullptr);
  CHECK(ledger.settle(outcome_of(9), Time(2)) == nullptr);
  CHECK(ledger.unsettled() == 0);
}

TEST_CASE("it grows over its first size in whatever order entries are taken") {
  pub::Ledger ledger;
  for (std::uint64_t i = 0; i < 40; ++i) ledger.open(Time(0)).id = std::to_string(i);
  for (std::uint64_t i = 0; i < 30; ++i) {
    ledger.settle(outcome_of(i), Time(1));
    CHECK(ledger.take_done()->id == std::to_string(i));
  }
  for (std::uint64_t i = 40; i < 400; ++i) ledger.open(Time(0)).id = std::to_string(i);
  for (std::uint64_t i = 30; i < 400; ++i) {
    ledger.settle(outcome_of(i), Time(1));
    CHECK(ledger.take_done()->id == std::to_string(i));
  }
}
