#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "differences.hpp"
#include "verdict.hpp"

namespace mqtt_toolbox::contract {

struct RunSettings {
  std::vector<client::Engine> engines;
  std::string pattern = ".*";  ///< regular expression for names of cases
  std::uint64_t seed = 0;
  unsigned side_by_side = 1;  ///< cases at a time
  bool is_long = false;
};

/// One case under one version through one engine.
struct Outcome {
  const Case& played;
  std::size_t number;  ///< of the case, in the order of all
  std::string protocol;
  client::Engine engine;
  std::string observed;
  Judgement judgement;
  Duration took{};
};

/// Plays every case that the broker offers, those that disturb others last and alone. Each outcome
/// is told once, never two at a time. Where there are two engines, what the second one observes
/// must be what the first one did, but for the differences. False when anything failed.
bool run(const std::vector<Case>& cases, const BrokerFacts& facts, const KnownBreaches& known,
         const EngineDifferences& differences, const RunSettings& settings,
         const std::function<void(const Outcome&)>& tell);

std::string_view name(client::Engine engine);

}  // namespace mqtt_toolbox::contract
