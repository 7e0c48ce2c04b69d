#include "runner.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <regex>
#include <thread>

#include "base/thread.hpp"

namespace mqtt_toolbox::contract {
namespace {

using client::Engine;

constexpr Duration patience_of_a_case = std::chrono::seconds(40);
constexpr Duration patience_of_a_long_case = std::chrono::minutes(4);

struct Protocol {
  Versions bit;
  std::optional<protocol::Version> version;
};

constexpr std::array<Protocol, 4> protocols{{{in_3_1, protocol::Version::v31},
                                             {in_3_1_1, protocol::Version::v311},
                                             {in_5_0, protocol::Version::v5},
                                             {in_auto, std::nullopt}}};

std::string name_of(const Protocol& protocol) {
  return protocol.version ? std::string(protocol::name(*protocol.version)) : "auto";
}

/// A case under one version.
struct Task {
  const Case* played;
  std::size_t number;
  const Protocol* protocol;
  std::optional<std::string> first_observed;  ///< through the first engine
};

struct Observation {
  std::string text;
  bool is_refusal = false;  ///< by the engine
};

class Run {
 public:
  Run(const BrokerFacts& facts, const KnownBreaches& known, const EngineDifferences& differences,
      const RunSettings& settings, const std::function<void(const Outcome&)>& tell)
      : facts_(facts), known_(known), differences_(differences), settings_(settings), tell_(tell) {}

  void add(const Case& played, std::size_t number) {
    if (!std::regex_search(played.name, std::regex(settings_.pattern))) return;
    for (const Protocol& protocol : protocols)
      if (played.versions & protocol.bit && is_offered(played, protocol))
        tasks_.push_back({&played, number, &protocol, {}});
  }

  bool play() {
    const auto middle = std::stable_partition(tasks_.begin(), tasks_.end(),
                                              [](const Task& task) { return !task.played->alone; });
    const auto together = static_cast<std::size_t>(middle - tasks_.begin());
    // One engine after the other: Paho takes a second to end whenever no client of its is left.
    for (const Engine engine : settings_.engines) {
      play(0, together, std::min(settings_.side_by_side, facts_.side_by_side), engine);
      play(together, tasks_.size(), 1, engine);
    }
    return !has_failed_;
  }

 private:
  bool is_offered(const Case& played, const Protocol& protocol) const {
    return played.offered == nullptr || played.offered(facts_.of(protocol.version));
  }

  void play(std::size_t begin, std::size_t end, unsigned side_by_side, Engine engine) {
    std::atomic<std::size_t> next = begin;
    std::vector<std::jthread> workers;
    const auto work = [&] {
      for (std::size_t at = next++; at < end; at = next++) play(tasks_[at], engine);
    };
    // With fewer threads than wanted it only takes longer.
    for (unsigned i = 1; i < side_by_side; ++i)
      if (auto worker = start_thread(work)) workers.push_back(*std::move(worker));
    work();
  }

  /// Without what a case builds on there is nothing to see.
  const KnownBreach* missing_ground(const Task& task) const {
    const std::string protocol = name_of(*task.protocol);
    for (const std::string& ground : {std::string("connect"), task.played->needs}) {
      if (!ground.empty() && ground != task.played->name && known_.is_unsupported(protocol, ground))
        return known_.find(protocol, ground);
    }
    return nullptr;
  }

  void play(Task& task, Engine engine) {
    if (const KnownBreach* missing = missing_ground(task))
      return report(task, engine, "not tried", {Verdict::unsupported, missing->remark}, {});
    const Time before = clock_.now();
    const Observation seen = observe(task, engine);
    Judgement judgement = judge(task, seen);
    const KnownBreach* known = known_.find(name_of(*task.protocol), task.played->name);
    const bool is_race = known != nullptr && known->sometimes;
    if (!seen.is_refusal && task.first_observed && !is_race)
      judgement = differences_.judge(*task.played, name_of(*task.protocol), *task.first_observed,
                                     seen.text, judgement);
    if (!task.first_observed) task.first_observed = seen.text;
    report(task, engine, seen.text, judgement, clock_.now() - before);
  }

  Judgement judge(const Task& task, const Observation& seen) const {
    if (seen.is_refusal) return {Verdict::refused, ""};
    return contract::judge(*task.played, seen.text,
                           known_.find(name_of(*task.protocol), task.played->name));
  }

  Observation observe(const Task& task, Engine engine) {
    const bool has_qos_2 = !known_.is_unsupported(name_of(*task.protocol), publish_at_qos_2);
    const auto version = task.protocol->version;
    const Conditions conditions{facts_.of(version), engine,   version, task.played->door,
                                settings_.is_long,  has_qos_2};
    const std::uint64_t seed =
        settings_.seed + std::hash<std::string>()(task.played->name + name_of(*task.protocol)) +
        static_cast<std::uint64_t>(engine);
    try {
      Stage stage(conditions, seed,
                  settings_.is_long ? patience_of_a_long_case : patience_of_a_case);
      return {task.played->play(stage)};
    } catch (const Stopped& stopped) {
      return {stopped.observed};
    } catch (const EngineRefuses& refusal) {
      return {refusal.why, true};
    }
  }

  void report(const Task& task, Engine engine, const std::string& observed,
              const Judgement& judgement, Duration took) {
    const std::lock_guard lock(telling_);
    if (judgement.verdict == Verdict::fail) has_failed_ = true;
    tell_({*task.played, task.number, name_of(*task.protocol), engine, observed, judgement, took});
  }

  const BrokerFacts& facts_;
  const KnownBreaches& known_;
  const EngineDifferences& differences_;
  const RunSettings& settings_;
  const std::function<void(const Outcome&)>& tell_;
  SystemClock clock_;
  std::vector<Task> tasks_;
  std::mutex telling_;
  std::atomic<bool> has_failed_ = false;
};

}  // namespace

std::string_view name(Engine engine) {
  return engine == Engine::paho ? "paho" : "native";
}

bool run(const std::vector<Case>& cases, const BrokerFacts& facts, const KnownBreaches& known,
         const EngineDifferences& differences, const RunSettings& settings,
         const std::function<void(const Outcome&)>& tell) {
  Run the_run(facts, known, differences, settings, tell);
  for (std::size_t i = 0; i < cases.size(); ++i) the_run.add(cases[i], i);
  return the_run.play();
}

}  // namespace mqtt_toolbox::contract
