#include "bench/run.hpp"

#include <algorithm>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/utf8.hpp"
#include "bench/engine_bench.hpp"
#include "client/client.hpp"
#include "load/bench.hpp"
#include "options/password_command.hpp"
#include "options/show.hpp"
#include "report/summary.hpp"

namespace mqtt_toolbox::bench {
namespace {

constexpr std::size_t usual_width = 80;

std::uint32_t cores() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<std::uint32_t>(std::max(1, CPU_COUNT(&set)));
}

std::size_t terminal_width() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usual_width;
  return size.ws_col;
}

/// Connects once and remembers the version that the broker took.
struct Probe final : client::Handler {
  std::optional<protocol::Version> version;
  bool closed = false;
  client::Client* client = nullptr;

  void on_connected(const client::Connected& connected) override {
    version = connected.version;
    client->close({}, std::chrono::seconds(1));
  }
  void on_reconnecting(const Error&, Duration) override {}
  void on_closed(const std::optional<Error>&) override { closed = true; }
  bool on_message(const protocol::Publish&) override { return true; }
  void on_published(const client::PublishOutcome&) override {}
  void on_subscribed(client::Token, const protocol::SubAck&) override {}
  void on_unsubscribed(client::Token, const protocol::UnsubAck&) override {}
  void on_ready() override {}
};

/// What goes wrong here goes wrong for all, and is told by the run.
std::optional<protocol::Version> probe_version(console::World& world, const Settings& settings) {
  constexpr Duration pause = std::chrono::milliseconds(100);
  client::ConnectPlan plan = settings.plan;
  plan.reconnect.attempts = 0;
  plan.client_identifier.clear();
  plan.session.will.reset();
  Probe probe;
  const auto client = client::make_native_client({world.loop, world.random}, plan, probe);
  probe.client = client.get();
  client->connect();
  while (!probe.closed) world.loop.run_until(world.loop.now() + pause);
  return probe.version;
}

/// The load engine.
class LoadRunner final : public Runner {
 public:
  explicit LoadRunner(std::unique_ptr<load::Bench> bench) : bench_(std::move(bench)) {}
  Result<load::Measurement> run(transport::Loop& loop, const OnInterval& on_interval) override {
    return bench_->run(loop, on_interval);
  }
  void stop() override { bench_->stop(); }

 private:
  std::unique_ptr<load::Bench> bench_;
};

Result<std::unique_ptr<Runner>> make_runner(console::World& world, const Settings& settings,
                                            const load::Plan& plan) {
  const client::Engine engine = settings.plan.engine;
  if (engine != client::Engine::native)
    return EngineBench::prepare(plan, {world.loop, world.random}, engine);
  return load::Bench::prepare(plan).map(
      [](std::unique_ptr<load::Bench>&& bench) -> std::unique_ptr<Runner> {
        return std::make_unique<LoadRunner>(std::move(bench));
      });
}

/// What a command has printed may grow old.
void share_password(Settings& settings) {
  load::Clients& clients = settings.work.clients;
  std::string command = options::password_command(settings);
  if (command.empty() || !clients.password || !clients.credentials.empty()) return;
  clients.shared_password =
      std::make_shared<client::SharedPassword>(*clients.password, std::move(command));
}

}  // namespace

void settle(console::World& world, Settings& settings) {
  load::Plan& work = settings.work;
  if (settings.plan.engine != client::Engine::native)
    work.threads = 1;
  else if (!settings.given("threads"))
    work.threads = std::min(cores(), std::max(1u, work.client_count()));
  if (!settings.given("seed")) work.seed = world.random();
  work.run = static_cast<std::uint32_t>(world.random());
  share_password(settings);
  if (settings.plan.version) return;
  if (const auto version = probe_version(world, settings)) work.clients.version = *version;
}

Run::Run(console::World& world, const Settings& settings, const load::Plan& plan, Company* company,
         Recorder* recorder)
    : world_(world),
      settings_(settings),
      plan_(plan),
      company_(company),
      recorder_(recorder),
      setup_(report::setup_of(plan)),
      interrupts_(world.loop,
                  [this](int number) {
                    if (runner_)
                      runner_->stop();
                    else
                      world_.loop.stop();
                    if (company_ != nullptr) company_->on_signal(number);
                  }),
      output_(
          world.loop, STDOUT_FILENO, [] {},
          [this](const Error& error) { world_.reporter.error(error.text); }),
      exposition_(setup_),
      lengths_(plan.interval),
      live_(isatty(STDERR_FILENO) == 1 && !settings.quiet) {}

Status Run::open_exposition() {
  if (settings_.outlets.prometheus.empty()) return {};
  return ExpositionServer::start(world_.loop, settings_.outlets.prometheus,
                                 [this] { return exposition_.text(); })
      .map([&](std::unique_ptr<ExpositionServer>&& server) { server_ = std::move(server); });
}

Status Run::wait_for_start() {
  if (settings_.start_unix_ns) {
    const Duration left(*settings_.start_unix_ns - world_.wall_clock.now().nanoseconds);
    if (left.count() > 0) world_.loop.run_until(world_.loop.now() + left);
  }
  if (signal() == 0 && company_ != nullptr) {
    if (auto status = company_->before_start(); !status) return status;
  }
  if (signal() != 0) return fail(ExitCode::no, "ended by a signal before the start");
  return {};
}

Result<report::RunResult> Run::measure() {
  if (auto opened = open_exposition(); !opened) return tl::unexpected<Error>(opened.error());
  auto runner = make_runner(world_, settings_, plan_);
  if (!runner) return tl::unexpected<Error>(runner.error());
  if (auto started = wait_for_start(); !started) return tl::unexpected<Error>(started.error());
  runner_ = std::move(*runner);
  started_unix_ns_ = world_.wall_clock.now().nanoseconds;
  auto measured = runner_->run(world_.loop,
                               [this](const load::Interval& interval, const load::Counters& total) {
                                 interval_ended(interval, total);
                               });
  clear_line();
  tell_password_failure();
  runner_.reset();
  (void)output_.finish(never);
  if (!measured) return tl::unexpected<Error>(measured.error());
  measured->started_unix_ns = started_unix_ns_;
  measured->interrupted = measured->interrupted || signal() != 0;
  auto result = report::make_result(std::move(*measured), MQTT_TOOLBOX_VERSION, report::this_host(),
                                    shown_options(settings_));
  result.calibrated_rate = settings_.calibrated_rate;
  result.verdicts = report::evaluate(settings_.objectives, result);
  return result;
}

void Run::interval_ended(const load::Interval& interval, const load::Counters& total) {
  const Duration length = lengths_.next(interval.end);
  if (recorder_ != nullptr) recorder_->add(interval, length);
  if (company_ != nullptr) company_->on_interval(interval, length);
  exposition_.update(interval);
  if (settings_.outlets.interval_json) {
    report::append_interval_json(output_.buffer(), interval, length, started_unix_ns_);
    (void)output_.flush();
  }
  tell_password_failure();
  if (live_) show_line(interval, total, length);
}

void Run::tell_password_failure() {
  const auto& password = plan_.clients.shared_password;
  const auto failure = password ? password->take_failure() : std::nullopt;
  if (!failure) return;
  clear_line();
  world_.reporter.error(failure->text);
}

void Run::show_line(const load::Interval& interval, const load::Counters& total, Duration length) {
  const std::string line =
      "\r" + report::live_line(interval, total, setup_, length, terminal_width() - 1) + "\033[K";
  (void)!write(STDERR_FILENO, line.data(), line.size());
}

void Run::clear_line() {
  constexpr std::string_view clear = "\r\033[K";
  if (live_) (void)!write(STDERR_FILENO, clear.data(), clear.size());
}

std::vector<report::Option> shown_options(const Settings& settings) {
  std::vector<report::Option> shown;
  for (const options::Given& given : settings.record)
    shown.push_back({std::string(given.spec->name), options::shown_value(given)});
  return shown;
}

}  // namespace mqtt_toolbox::bench
