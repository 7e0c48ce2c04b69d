// contract FACTS DATA [--engine NAME]... [--case PATTERN] [--jobs N] [--seed N] [--long]: plays
// every case against the broker of FACTS (the file that its start wrote) and prints a JSON line for
// each. Exit status 0: all as the specification says, or as the files in the folder DATA say of the
// broker and the engine.
#include <iostream>
#include <map>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/random.hpp"
#include "runner.hpp"

namespace {

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::contract;

const std::map<std::string, client::Engine> engines{{"native", client::Engine::native},
                                                    {"paho", client::Engine::paho}};

nlohmann::ordered_json line_of(const Outcome& outcome, const BrokerFacts& facts) {
  using std::chrono::duration_cast;
  const Case& played = outcome.played;
  return {{"broker", facts.name},
          {"version", facts.version},
          {"engine", name(outcome.engine)},
          {"protocol", outcome.protocol},
          {"number", outcome.number},
          {"feature", played.feature},
          {"case", played.name},
          {"section", played.section},
          {"expected", played.expected},
          {"observed", outcome.observed},
          {"verdict", name(outcome.judgement.verdict)},
          {"remark", outcome.judgement.remark},
          {"time_ms", duration_cast<std::chrono::milliseconds>(outcome.took).count()}};
}

void complain(const Outcome& outcome) {
  std::cerr << fmt::format("{} ({}, {}): {}\n  expected: {}\n  observed: {}\n", outcome.played.name,
                           outcome.protocol, name(outcome.engine), outcome.judgement.remark,
                           outcome.played.expected, outcome.observed);
}

int complain(const Error& error) {
  std::cerr << error.text << "\n";
  return 2;
}

int play(const std::string& facts_file, const std::string& data, const RunSettings& settings) {
  const auto facts = read_facts(facts_file);
  if (!facts) return complain(facts.error());
  const auto known = KnownBreaches::read(data + "/breaches.json", *facts);
  if (!known) return complain(known.error());
  const auto differences = EngineDifferences::read(data + "/differences.json");
  if (!differences) return complain(differences.error());
  std::map<std::string_view, int> counts;
  const auto tell = [&](const Outcome& outcome) {
    const auto dump = nlohmann::json::error_handler_t::replace;
    std::cout << line_of(outcome, *facts).dump(-1, ' ', false, dump) << "\n" << std::flush;
    ++counts[name(outcome.judgement.verdict)];
    if (outcome.judgement.verdict == Verdict::fail) complain(outcome);
  };
  const bool good = run(all_cases(), *facts, *known, *differences, settings, tell);
  std::cerr << facts->name << " " << facts->version << ":";
  for (const auto& [verdict, count] : counts) std::cerr << fmt::format(" {} {}", count, verdict);
  std::cerr << fmt::format("; seed {}\n", settings.seed);
  return good ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("the contract between a broker and its clients");
  std::string facts, data;
  RunSettings settings;
  settings.seed = system_seed();
  settings.side_by_side = 32;
  app.add_option("FACTS", facts)->required();
  app.add_option("DATA", data)->required();
  app.add_option("--engine", settings.engines)->transform(CLI::CheckedTransformer(engines));
  app.add_option("--case", settings.pattern);
  app.add_option("--jobs", settings.side_by_side);
  app.add_option("--seed", settings.seed);
  app.add_flag("--long", settings.is_long);
  CLI11_PARSE(app, argc, argv);
  if (settings.engines.empty()) settings.engines = {client::Engine::native};
  return play(facts, data, settings);
}
