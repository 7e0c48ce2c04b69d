#include "bench/ranks.hpp"

#include <algorithm>
#include <string_view>
#include <unistd.h>

#include "base/system.hpp"
#include "bench/commands.hpp"
#include "bench/outcome.hpp"
#include "bench/printing.hpp"
#include "bench/ranks_gathering.hpp"
#include "bench/run.hpp"

namespace mqtt_toolbox::bench {
namespace {

using console::Ended;
using console::World;
using load::RankWord;

/// MPI moves on only while it is called.
constexpr Duration poll_pause = std::chrono::milliseconds(10);
constexpr Duration short_pause = std::chrono::milliseconds(1);
/// How long a rank may say nothing after rank 0 has ended: it connects, drains, or is no more.
constexpr Duration longest_silence = std::chrono::seconds(60);

std::string_view value_of(char** environment, std::string_view name) {
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    const std::string_view entry(*environment);
    if (entry.starts_with(name) && entry.substr(name.size()).starts_with('='))
      return entry.substr(name.size() + 1);
  }
  return {};
}

/// Open MPI's daemon sends SIGKILL a second after SIGTERM, or as soon as any of its processes has
/// ended: the others stay until rank 0 has written.
constexpr Duration linger = std::chrono::milliseconds(900);

/// Past the loop, which may be in the middle of a callback.
Status print_at_once(std::string_view text) {
  return mqtt_toolbox::write_all(STDOUT_FILENO, text).map_error([](const Error& error) {
    return Error{error.code, "cannot write to standard output: " + error.text};
  });
}

/// One rank's run: starts with the others, and sends what it measures to rank 0, or there gathers
/// it.
class RankedRun final : public Company {
 public:
  /// `files` at rank 0 only.
  RankedRun(World& world, const Settings& settings, load::Ranks& ranks, Files* files)
      : world_(world),
        settings_(settings),
        ranks_(ranks),
        files_(files),
        gathering_(ranks.size()),
        timer_(world.loop, [this] { on_timer(); }) {}

  Ended go();

  Status before_start() override;
  void on_interval(const load::Interval& interval, Duration length) override;
  void on_signal(int number) override;

 private:
  bool leads() const { return ranks_.rank() == 0; }
  void on_timer();
  void exchange();
  void note(const Status& status);
  void report_part(const report::RunResult& part);
  void report_end(Result<report::RunResult>&& measured);
  void wait_for_all(const Run& run);
  void wait_until_sent();
  Result<report::RunResult> result(Detail detail) const;
  /// What takes no time; SIGKILL may come before the whole is there.
  void write_quickly();
  Ended conclude(const TextSink& print_text);
  Duration since_barrier(std::int64_t unix_ns) const {
    return Duration(unix_ns - barrier_unix_ns_);
  }

  World& world_;
  const Settings& settings_;
  load::Ranks& ranks_;
  Files* files_;
  Gathering gathering_;
  transport::Loop::Timer timer_;
  std::int64_t barrier_unix_ns_ = 0;  ///< by this rank's clock
  Time last_heard_{};
  Time signalled_{};
  bool is_started_ = false;
  bool is_broken_ = false;  ///< no more talking to the others
};

void RankedRun::note(const Status& status) {
  if (status || std::exchange(is_broken_, true)) return;
  world_.reporter.error("the other ranks: " + status.error().text);
}

void RankedRun::on_timer() {
  exchange();
  timer_.arm(world_.loop.now() + poll_pause);
}

void RankedRun::exchange() {
  if (is_broken_) return;
  note(ranks_.all_sent().map([](bool) {}));
  while (leads() && !is_broken_) {
    auto message = ranks_.poll();
    if (!message) return note(tl::unexpected<Error>(message.error()));
    if (!*message) return;
    last_heard_ = world_.loop.now();
    if (auto taken = gathering_.take(**message); !taken) world_.reporter.error(taken.error().text);
  }
}

void RankedRun::report_part(const report::RunResult& part) {
  if (leads())
    gathering_.add_part(0, part);
  else if (!is_broken_)
    note(ranks_.send(RankWord::part, message_of(part)));
}

Status RankedRun::before_start() {
  report_part(part_of(settings_.work, nullptr, {}));
  for (;;) {
    const auto here = ranks_.all_here();
    if (!here) return tl::unexpected<Error>(here.error());
    exchange();
    if (*here) break;
    // A rank that cannot start says so, and never comes to the barrier.
    if (leads() && gathering_.has_failures())
      return gathering_.result(0, Detail::counters).map([](auto&&) {});
    if (world_.loop.run_until(world_.loop.now() + short_pause)) return {};
  }
  barrier_unix_ns_ = world_.wall_clock.now().nanoseconds;
  is_started_ = true;
  timer_.arm(world_.loop.now() + poll_pause);
  return {};
}

void RankedRun::on_interval(const load::Interval& interval, Duration length) {
  report_part(part_of(settings_.work, &interval, length));
}

/// Open MPI ends all ranks when one dies, this one in a moment: no time for an orderly end.
void RankedRun::on_signal(int number) {
  signalled_ = world_.loop.now();
  if (!leads() || !is_started_) return;
  exchange();
  write_quickly();
  conclude(print_at_once);
  console::end_by_signal(number);
}

void RankedRun::report_end(Result<report::RunResult>&& measured) {
  if (!measured) {
    if (leads())
      gathering_.add_failure(0, measured.error());
    else
      note(ranks_.send(RankWord::failure, message_of(measured.error())));
    return;
  }
  measured->verdicts.clear();
  measured->measurement.intervals.clear();  // rank 0 has them
  measured->measurement.started_unix_ns -= barrier_unix_ns_;
  if (leads())
    gathering_.add_whole(0, std::move(*measured));
  else
    note(ranks_.send(RankWord::whole, message_of(*measured)));
}

void RankedRun::wait_until_sent() {
  const Time latest = world_.loop.now() + longest_silence;
  while (!is_broken_ && world_.loop.now() < latest) {
    const auto sent = ranks_.all_sent();
    if (!sent || *sent) return;
    world_.loop.run_until(world_.loop.now() + short_pause);
  }
}

void RankedRun::wait_for_all(const Run& run) {
  last_heard_ = world_.loop.now();
  const Duration patience = longest_silence + settings_.work.interval + settings_.work.drain;
  while (!gathering_.is_complete() && !is_broken_ && run.signal() == 0) {
    if (world_.loop.now() - last_heard_ > patience) {
      world_.reporter.error("a rank says nothing any more");
      return;
    }
    world_.loop.run_until(world_.loop.now() + short_pause);
    exchange();
  }
}

Result<report::RunResult> RankedRun::result(Detail detail) const {
  auto result = gathering_.result(barrier_unix_ns_, detail);
  if (!result) return result;
  result->options = shown_options(settings_);
  result->verdicts = report::evaluate(settings_.objectives, *result);
  return result;
}

void RankedRun::write_quickly() {
  if (!files_->result.is_plain()) return;
  const auto found = result(Detail::counters);
  if (found) (void)files_->result.write(message_of(*found));
}

Ended RankedRun::conclude(const TextSink& print_text) {
  const auto found = result(Detail::everything);
  if (!found) return failed(world_, found.error());
  const ExitCode written = write_all(world_, settings_, *files_, texts_of(*found), print_text);
  return {worse(written, found_in(settings_, *found)), 0};
}

Ended RankedRun::go() {
  Run run(world_, settings_, settings_.work, this);
  auto measured = run.measure();
  const bool was_started = is_started_;
  report_end(std::move(measured));
  if (!leads()) {
    wait_until_sent();
    if (run.signal() == 0)
      ranks_.leave();
    else
      world_.loop.run_until(signalled_ + linger);
    return {ExitCode::done, run.signal()};
  }
  if (run.signal() != 0) return {ExitCode::no, run.signal()};
  if (was_started) wait_for_all(run);
  const Ended ended = conclude([&](std::string_view text) { return print(world_, text); });
  if (gathering_.is_complete() && was_started) ranks_.leave();
  return ended;
}

/// One client a rank where nothing was said.
void give_all_something(Settings& settings, std::uint32_t ranks) {
  load::Plan& work = settings.work;
  if (settings.given("clients")) return;
  if (work.scenario == load::Scenario::connect) work.idle_clients = ranks;
  if (!settings.given("subscribers"))
    work.subscribing.subscribers = std::max(work.subscribing.subscribers, ranks);
  if (settings.given("publishers")) return;
  work.publishing.publishers = std::max(work.publishing.publishers, ranks);
  if (settings.rate_per_client)
    work.publishing.rate = *settings.rate_per_client * work.publishing.publishers;
}

/// Settles what is this rank's own; the outlets are rank 0's.
Status take_share(World& world, Settings& settings, const load::Ranks& ranks) {
  if (settings.outlets.interval_json || !settings.outlets.prometheus.empty())
    return fail(ExitCode::usage,
                "under MPI there is one result at the end: neither --interval-json nor "
                "--prometheus show all ranks");
  give_all_something(settings, ranks.size());
  settings.quiet = true;
  settle(world, settings);
  if (!settings.given("threads"))
    settings.work.threads = std::max(1u, settings.work.threads / ranks.on_this_machine());
  settings.work.keep_intervals = false;  // rank 0 adds up those of all as they come
  return load::share_of(settings.work, ranks.rank(), ranks.size()).map([&](load::Plan&& own) {
    settings.work = std::move(own);
  });
}

}  // namespace

bool is_ranked(char** environment) {
  const std::string_view size = value_of(environment, "OMPI_COMM_WORLD_SIZE");
  if (!size.empty()) return size != "1";
  return !value_of(environment, "PMIX_RANK").empty();
}

Ended run_ranked(World& world, Settings& settings) {
  const auto ranks = load::open_ranks();
  if (!ranks) return failed(world, ranks.error());
  const bool leads = (*ranks)->rank() == 0;
  // What is wrong is wrong for all: one says so, and the launcher ends the others.
  if (auto shared = take_share(world, settings, **ranks); !shared) {
    if (leads) return failed(world, shared.error());
    (*ranks)->leave();
    return {};
  }
  if (!leads) return RankedRun(world, settings, **ranks, nullptr).go();
  auto files = Files::open(settings.outlets);
  if (!files) return failed(world, files.error());
  return RankedRun(world, settings, **ranks, &*files).go();
}

Ended refuse_ranks(World& world, Settings&) {
  return failed(world, {ExitCode::usage,
                        "this command is for one process: under MPI run connect, publish, "
                        "subscribe or roundtrip"});
}

}  // namespace mqtt_toolbox::bench
