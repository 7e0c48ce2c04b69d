#include "checks/suite.hpp"

#include <algorithm>
#include <exception>
#include <mutex>
#include <unistd.h>

#include "base/random.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "checks/greeting.hpp"
#include "checks/report.hpp"
#include "console/interrupts.hpp"
#include "transport/inbox.hpp"

namespace mqtt_toolbox::checks {

namespace {

std::string_view versions_text(const probe::Case& played) {
  const bool is_hostile = played.hostile;
  switch (played.versions) {
    case probe::Versions::v5_only:
      return is_hostile ? "MQTT 5.0 only, with --hostile" : "MQTT 5.0 only";
    case probe::Versions::before_v5: return "before MQTT 5.0 only";
    case probe::Versions::all: break;
  }
  return is_hostile ? "with --hostile" : std::string_view();
}

std::vector<std::string> all_names(std::span<const probe::Case> cases) {
  std::vector<std::string> names;
  for (const probe::Case& played : cases) {
    names.emplace_back(played.name);
    for (const probe::Variant& variant : played.variants)
      if (!variant.name.empty()) names.push_back(probe::Task{&played, &variant}.name());
  }
  return names;
}

/// One run of a suite.
class Run {
 public:
  Run(console::World& world, const options::Settings& settings, const Suite& suite)
      : world_(world),
        settings_(settings),
        suite_(suite),
        report_(world, settings),
        interrupts_(world.loop, [this](int) { interrupt(); }),
        inbox_(world.loop) {}

  console::Ended play() {
    if (settings_.checks.list) return {report_.list(texts_of(suite_.cases)), 0};
    auto greeting = greet(world_, settings_.plan);
    if (interrupts_.received() != 0) return {ExitCode::no, interrupts_.received()};
    Status status = greeting ? prepare(*greeting) : tl::unexpected<Error>(greeting.error());
    if (status) status = play_tasks();
    if (suite_.end) suite_.end();
    if (!status) {
      report_.error(status.error());
      return {status.error().code, 0};
    }
    report_.complete();
    const bool interrupted = interrupts_.received() != 0;
    const auto decided = suite_.conclude && !interrupted ? suite_.conclude(report_) : std::nullopt;
    return {report_.finish(decided, interrupted), interrupts_.received()};
  }

 private:
  Status prepare(const Greeting& greeting) {
    ground_.plan = settings_.plan;
    ground_.plan.version = greeting.version;
    ground_.limits = greeting.limits;
    ground_.seed = world_.random();
    ground_.started = world_.wall_clock.now();
    ground_.topic_prefix = settings_.checks.topic_prefix + '/' + random_name(world_.random, 8);
    if (world_.trace != nullptr) {
      ground_.observe = [this](std::string_view, session::Direction direction,
                               const protocol::Frame& frame, protocol::Version version) {
        const std::lock_guard lock(tracing_);
        inbox_.post([this, line = world_.trace->text(direction, frame, version)] {
          world_.trace->line(line);
        });
      };
    }
    tasks_ = probe::tasks_of(suite_.cases, greeting.version, settings_.checks.cases);
    if (settings_.checks.cases.empty() && suite_.wants)
      std::erase_if(tasks_, [&](const probe::Task& task) { return !suite_.wants(*task.played); });
    if (tasks_.empty())
      return fail(ExitCode::usage, "none of the cases named is for MQTT " +
                                       std::string(protocol::name(greeting.version)));
    ground_.tasks = tasks_;
    return suite_.begin ? suite_.begin(ground_) : Status();
  }

  Status play_tasks() {
    report_.expect(tasks_, ground_.version());
    const probe::RunSettings run{world_.trace != nullptr ? 1 : settings_.checks.side_by_side,
                                 settings_.checks.limit};
    probe::Runner runner(
        ground_, tasks_, run,
        [this](probe::Outcome outcome) {
          inbox_.post([this, outcome = std::move(outcome)] {
            report_.take(outcome);
            if (report_.closed()) interrupt();
          });
        },
        [this] { inbox_.post([this] { world_.loop.stop(); }); });
    runner_ = &runner;
    Status started;
    if (interrupts_.received() == 0) {
      started = runner.start();
      if (started) world_.loop.run_until(never);
    }
    runner_ = nullptr;
    return started;
  }

  void interrupt() {
    if (runner_ != nullptr)
      runner_->cancel();
    else
      world_.loop.stop();
  }

  console::World& world_;
  const options::Settings& settings_;
  const Suite& suite_;
  Report report_;
  console::Interrupts interrupts_;
  transport::Inbox inbox_;
  std::mutex tracing_;
  probe::Ground ground_;
  std::vector<probe::Task> tasks_;
  probe::Runner* runner_ = nullptr;
};

}  // namespace

std::vector<options::CaseText> texts_of(std::span<const probe::Case> cases) {
  std::vector<options::CaseText> texts;
  for (const probe::Case& played : cases)
    texts.push_back({played.name, played.section, played.promise, versions_text(played)});
  return texts;
}

std::vector<options::FactText> texts_of(std::span<const probe::FactRow> facts) {
  std::vector<options::FactText> texts;
  for (const probe::FactRow& row : facts)
    texts.push_back({row.name, probe::value_name(row.kind), row.meaning});
  return texts;
}

Status check_names(std::span<const probe::Case> cases, const std::vector<std::string>& names) {
  const std::vector<std::string> known = all_names(cases);
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const auto near = nearest(name, candidates);
    return fail(ExitCode::usage,
                "--case: there is no case \"" + printable(name, 100) + '"' +
                    (near ? "; did you mean " + std::string(*near) + '?' : "; see --list"));
  }
  return {};
}

console::Ended run(console::World& world, const options::Settings& settings, const Suite& suite) {
  // No exception passes into the program, which may have a C++ runtime of its own.
  try {
    return Run(world, settings, suite).play();
  } catch (const std::exception& exception) {
    world.reporter.error(exception.what());
    return {ExitCode::io, 0};
  }
}

}  // namespace mqtt_toolbox::checks
