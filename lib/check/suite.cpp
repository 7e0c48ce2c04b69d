#include "check/suite.hpp"

#include <algorithm>
#include <malloc.h>
#include <mutex>
#include <unistd.h>

#include "base/random.hpp"
#include "base/text.hpp"
#include "base/thread.hpp"
#include "base/utf8.hpp"
#include "check/control.hpp"
#include "check/greeting.hpp"
#include "check/report.hpp"
#include "check/timeout.hpp"
#include "console/interrupts.hpp"
#include "options/password_command.hpp"
#include "transport/inbox.hpp"

namespace mqtt_toolbox::check {

namespace {

/// glibc raises the size from which blocks go back to the system when they are freed to that of the
/// largest one freed, and lets each thread keep twice as much. There are as many threads as checks
/// side by side, so that it is held where it is at first.
void give_large_blocks_back() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 128 << 10);
#endif
}

std::string_view versions_text(const Case& played) {
  const bool is_hostile = played.hostile;
  switch (played.versions) {
    case Versions::v5_only: return is_hostile ? "MQTT 5.0 only, with --hostile" : "MQTT 5.0 only";
    case Versions::before_v5: return "before MQTT 5.0 only";
    case Versions::all: break;
  }
  return is_hostile ? "with --hostile" : std::string_view();
}

std::vector<std::string> all_names(std::span<const Case> cases) {
  std::vector<std::string> names;
  for (const Case& played : cases) {
    names.emplace_back(played.name);
    for (const Variant& variant : played.variants)
      if (!variant.name.empty()) names.push_back(Task{&played, &variant}.name());
  }
  return names;
}

/// Longer than a check, which leaves what it has not got time for.
constexpr Duration clean_up_limit = std::chrono::seconds(30);

/// No check: what the context of the cleaning up is called.
constexpr Case clean_up_case{"clean-up", "", "", nullptr};

/// One run of a suite.
class Run {
 public:
  Run(console::World& world, const Settings& settings, const Suite& suite)
      : world_(world),
        settings_(settings),
        suite_(suite),
        report_(world, settings),
        interrupts_(world.loop, [this](int) { interrupt(); }),
        inbox_(world.loop) {}

  const Status& made() const { return inbox_.made(); }

  console::Ended play() {
    if (settings_.checks.list) return {report_.list(texts_of(suite_.cases)), 0};
    Status status = begin();
    if (status) status = play_tasks();
    if (suite_.end) suite_.end();
    const bool has_begun = status.has_value();
    if (has_begun) status = clean_up();
    tell_password_failure();
    const int signal = interrupts_.received();
    if (!has_begun && signal != 0) return {ExitCode::no, signal};
    if (!status) report_.error(status.error());
    if (!has_begun) return {status.error().code, 0};
    report_.complete();
    const auto decided = suite_.conclude && signal == 0 ? suite_.conclude(report_) : std::nullopt;
    return {report_.finish(decided, signal != 0), signal};
  }

 private:
  /// All that comes before the first case.
  Status begin() {
    const auto greeting = greet(world_, settings_.plan);
    if (!greeting) return tl::unexpected<Error>(greeting.error());
    if (Status status = prepare(*greeting); !status) return status;
    if (Status status = see_that_messages_pass(); !status) return status;
    if (interrupts_.received() != 0) return fail(ExitCode::no, "interrupted");
    return suite_.begin ? suite_.begin(run_) : Status();
  }

  Status prepare(const Greeting& greeting) {
    run_.plan = settings_.plan;
    run_.plan.version = greeting.version;
    run_.limits = greeting.limits;
    run_.round_trip->note(greeting.took);
    share_password();
    run_.seed = world_.random();
    run_.started = world_.wall_clock.now();
    run_.topic_prefix = settings_.checks.topic_prefix + '/' + random_name(world_.random, 8);
    if (world_.trace != nullptr) {
      run_.observe = [this](std::string_view, session::Direction direction,
                            const protocol::Frame& frame, protocol::Version version) {
        const std::lock_guard lock(tracing_);
        inbox_.post([this, line = world_.trace->text(direction, frame, version)] {
          world_.trace->line(line);
        });
      };
    }
    tasks_ = tasks_of(suite_.cases, greeting.version, settings_.checks.cases);
    if (settings_.checks.cases.empty() && suite_.wants)
      std::erase_if(tasks_, [&](const Task& task) { return !suite_.wants(*task.played); });
    if (tasks_.empty())
      return fail(ExitCode::usage, "none of the cases named is for MQTT " +
                                       std::string(protocol::name(greeting.version)));
    run_.tasks = tasks_;
    return {};
  }

  /// What a command has printed may grow old.
  void share_password() {
    std::string command = options::password_command(settings_);
    if (command.empty() || !settings_.plan.password) return;
    password_.emplace(*settings_.plan.password, std::move(command));
    password_->accepted();
    run_.password = &*password_;
  }

  void tell_password_failure() {
    const auto failure = password_ ? password_->take_failure() : std::nullopt;
    if (failure) world_.reporter.error(failure->text);
  }

  /// Before the checks, which without the rights for their topics would all find the broker wrong.
  Status see_that_messages_pass() {
    const bool is_needed = std::any_of(tasks_.begin(), tasks_.end(),
                                       [](const Task& task) { return task.played->needs_rights; });
    if (!is_needed || !settings_.control) return {};
    const Status passed = send_control();
    return has_new_password(passed) ? send_control() : passed;
  }

  Status send_control() {
    client::ConnectPlan plan = run_.plan;
    if (password_) plan.password = password_->value();
    // At QoS 1 a broker can say that it refuses a message.
    const auto qos = std::min(protocol::Qos::at_least_once, run_.limits.maximum_qos);
    return send_control_message(world_, plan, run_.topic_prefix + "/control", qos,
                                settings_.checks.limit.value_or(settings_.missing_after));
  }

  /// A client does not tell the reason code.
  bool has_new_password(const Status& status) {
    if (status || status.error().code != ExitCode::refused || !password_) return false;
    const std::uint32_t refused = password_->number();
    is_password_settled_ = false;
    password_->renew(refused, this, [this] {
      inbox_.post([this] {
        is_password_settled_ = true;
        world_.loop.stop();
      });
    });
    while (!is_password_settled_ && interrupts_.received() == 0) world_.loop.run_until(never);
    password_->forget(this);
    return password_->number() != refused;
  }

  Status play_tasks() {
    // Of each message a few packets, at both sides.
    constexpr std::size_t bytes_a_message = 4096;
    run_.allowance->widen(tasks_.size() * run_.amounts.messages.value_or(0) * bytes_a_message);
    report_.expect(tasks_, run_.version(), suite_.facts);
    RunSettings run;
    run.side_by_side = world_.trace != nullptr ? 1 : settings_.checks.side_by_side;
    run.limit = settings_.checks.limit;
    run.timeout = settings_.missing_after;
    run.replays = settings_.checks.replays;
    Runner runner(
        run_, tasks_, run,
        [this](Outcome outcome) {
          inbox_.post([this, outcome = std::move(outcome)] {
            tell_password_failure();
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

  /// Takes away what the cases have left at the broker. An interruption does not end it; a second
  /// one ends the process.
  Status clean_up() {
    if (run_.leftovers->empty() && !suite_.put_right) return {};
    Status status;
    bool is_over = false;
    const auto worker = start_thread([&] {
      status = put_all_right();
      inbox_.post([&] {
        is_over = true;
        world_.loop.stop();
      });
    });
    if (!worker) return tl::unexpected<Error>(worker.error());
    while (!is_over) (void)world_.loop.run_until(never);
    return status;
  }

  /// In a thread of its own.
  Status put_all_right() {
    const Task task{&clean_up_case, only_variant};
    Status status;
    if (!run_.leftovers->empty())
      status = in_context(run_, task, clean_up_limit, [this](CaseContext& context) {
        context.allow_late(settings_.missing_after, [] {});
        return take_leftovers_away(context);
      });
    if (status && suite_.put_right)
      status = in_context(run_, task, clean_up_limit, suite_.put_right);
    return status;
  }

  Status take_leftovers_away(CaseContext& context) {
    Leftovers& leftovers = *run_.leftovers;
    leftovers.take_away(context);
    if (!context.is_aborted()) return {};
    inbox_.post([this, text = leftovers.text(), why = context.verdict({}).observed] {
      world_.reporter.note("left at the broker: " + text + " (" + printable(why, 1000) + ')');
    });
    return {};
  }

  void interrupt() {
    if (runner_ != nullptr)
      runner_->cancel();
    else
      world_.loop.stop();
  }

  console::World& world_;
  const Settings& settings_;
  const Suite& suite_;
  Report report_;
  console::Interrupts interrupts_;
  transport::Inbox inbox_;
  std::mutex tracing_;
  std::optional<client::SharedPassword> password_;
  RunContext run_;
  std::vector<Task> tasks_;
  Runner* runner_ = nullptr;
  bool is_password_settled_ = false;
};

}  // namespace

std::vector<options::CaseText> texts_of(std::span<const Case> cases) {
  std::vector<options::CaseText> texts;
  for (const Case& played : cases)
    texts.push_back({played.name, played.section, played.promise, versions_text(played)});
  return texts;
}

std::vector<options::FactText> texts_of(std::span<const FactRow> facts) {
  std::vector<options::FactText> texts;
  for (const FactRow& row : facts) texts.push_back({row.name, value_name(row.kind), row.meaning});
  return texts;
}

Status check_names(std::span<const Case> cases, const std::vector<std::string>& names) {
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

console::Ended run(console::World& world, const Settings& settings, const Suite& suite) {
  give_large_blocks_back();
  Run run(world, settings, suite);
  if (run.made()) return run.play();
  world.reporter.error(run.made().error().text);
  return {ExitCode::io, 0};
}

}  // namespace mqtt_toolbox::check
