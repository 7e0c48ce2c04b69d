#include "check/runner.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>

#include <doctest/doctest.h>

#include "check/raw_client.hpp"
#include "unit/check/broker_thread.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::check;

namespace {

std::atomic<int> playing = 0;
std::atomic<bool> overlapped = false;

Finding play_together(CaseContext& context) {
  ++playing;
  // Until another one plays too.
  const bool met = context.wait(
      [&] {
        context.stay(std::chrono::milliseconds(1));
        return playing >= 2;
      },
      std::chrono::seconds(5));
  return met ? pass(std::string(context.variant().name)) : broken("alone");
}

Finding play_alone(CaseContext& context) {
  const int before = playing.exchange(100);
  context.stay(std::chrono::milliseconds(5));
  if (before >= 100) overlapped = true;
  playing = before;
  return deviates("alone");
}

Finding play_for_ever(CaseContext& context) {
  context.wait([] { return false; }, never);
  return pass("never");
}

std::atomic<int> packets_after_the_end = 0;

/// Leaves a hook behind, and a subscription through which something comes.
Finding play_and_blame(CaseContext& context) {
  ScriptedClient& client = context.connected();
  bool is_over = false;
  client.set_hook([&is_over](session::Direction, const protocol::Frame&) {
    if (is_over) ++packets_after_the_end;
    return Fate::pass;
  });
  client.subscribe(context.topic("a"));
  client.send({context.topic("a"), "1", protocol::Qos::at_most_once});
  is_over = true;
  return broken("blamed");
}

Finding play_blind(CaseContext&) {
  return broken("blamed");
}

/// A PUBLISH to a wildcard.
Finding play_malformed(CaseContext& context) {
  RawClient client(context);
  if (!client.connect()) return {};
  client.send(protocol::Publish{"a/#", "x"});
  client.client().wait_for_end(std::chrono::seconds(5));
  return pass("closed");
}

/// The same, which begins harmless.
Finding play_malformed_late(CaseContext& context) {
  RawClient client(context);
  if (!client.connect() || !context.begin_harm()) return {};
  client.send(protocol::Publish{"a/#", "x"});
  client.client().wait_for_end(std::chrono::seconds(5));
  return pass("closed");
}

std::atomic<int> begun = 0;

/// Does harm while the next one has begun, and none that comes after.
Finding play_in_turn(CaseContext& context) {
  ++begun;
  if (!context.begin_harm()) return {};
  if (playing.exchange(1) != 0) overlapped = true;
  const bool met = context.wait(
      [&] {
        context.stay(std::chrono::milliseconds(1));
        return begun >= 2;
      },
      std::chrono::seconds(5));
  playing = 0;
  return met ? pass("met") : broken("nothing has begun beside it");
}

std::optional<Finding> see_something(const RunContext&) {
  return broken("seen before");
}

std::atomic<bool> is_helped = false;

/// What it waits for another case does.
Finding play_helped(CaseContext& context) {
  const bool has_come = context.wait(
      [&] {
        context.stay(std::chrono::milliseconds(1));
        return is_helped.load();
      },
      must_come_within(std::chrono::milliseconds(5)));
  return has_come ? pass("came") : broken("did not come");
}

Finding play_helping(CaseContext&) {
  is_helped = true;
  return pass("helped");
}

/// The first time it fails; each later one waits until all three of those play.
Finding play_three_at_once(CaseContext& context) {
  if (context.play() == 0) return broken("first");
  ++playing;
  const auto are_three = [&] {
    context.stay(std::chrono::milliseconds(1));
    return playing >= 3;
  };
  return context.wait(are_three, std::chrono::seconds(5)) ? pass("") : broken("not at once");
}

constexpr Variant two[] = {{"one"}, {"two"}};
constexpr Case cases[] = {
    {"together", "1", "both play", play_together, Versions::all, two},
    {.name = "alone",
     .section = "2",
     .promise = "one plays",
     .play = play_alone,
     .variants = two,
     .limit = std::chrono::seconds(5),
     .alone = true},
    {"new", "3", "never mind", play_for_ever, Versions::v5_only},
    {"old", "4", "never mind", play_for_ever, Versions::before_v5},
};

std::vector<std::string> names_of(const std::vector<Task>& tasks) {
  std::vector<std::string> names;
  for (const Task& task : tasks) names.push_back(task.name());
  return names;
}

/// Plays tasks and returns their findings by number.
class Play {
 public:
  /// `port` 0: where nobody listens.
  Play(std::vector<Task> tasks, RunSettings settings, std::uint16_t port = 0)
      : findings_(tasks.size()),
        plays_(tasks.size()),
        runner_(
            run_, std::move(tasks), settings,
            [this](Outcome outcome) {
              findings_[outcome.number] = outcome.finding;
              plays_[outcome.number] = outcome.plays;
            },
            [this] { end(); }) {
    run_.plan.version = protocol::Version::v5;
    run_.plan.transport.host = "127.0.0.1";
    run_.plan.transport.port = port;
    runner_.start();
  }

  Runner& runner() { return runner_; }
  /// Once the findings are there.
  const std::vector<unsigned>& plays() const { return plays_; }
  std::vector<Finding>& findings() {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return is_over_; });
    return findings_;
  }

 private:
  void end() {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
    ended_.notify_all();
  }

  RunContext run_;
  std::vector<Finding> findings_;
  std::vector<unsigned> plays_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool is_over_ = false;
  Runner runner_;
};

}  // namespace

TEST_CASE("tasks: those of the version, by case or by variant") {
  using Names = std::vector<std::string>;
  const auto tasks = [](protocol::Version version, Names names) {
    return names_of(tasks_of(cases, version, names));
  };
  CHECK(tasks(protocol::Version::v5, {}) ==
        Names{"together/one", "together/two", "alone/one", "alone/two", "new"});
  CHECK(tasks(protocol::Version::v311, {"old", "new"}) == Names{"old"});
  CHECK(tasks(protocol::Version::v5, {"alone"}) == Names{"alone/one", "alone/two"});
  CHECK(tasks(protocol::Version::v5, {"alone/two", "together"}) ==
        Names{"together/one", "together/two", "alone/two"});
}

TEST_CASE("tasks are played side by side, and by themselves where they ask for it") {
  BrokerThread broker;
  playing = 0;
  const std::string names[] = {"together", "alone"};
  Play play(tasks_of(cases, protocol::Version::v5, names), {4, {}}, broker.port());
  const auto& findings = play.findings();
  CHECK(findings[0].observed == "one");
  CHECK(findings[1].observed == "two");
  CHECK(findings[2].verdict == Verdict::deviates);
  CHECK(findings[3].verdict == Verdict::deviates);
  CHECK_FALSE(overlapped);
}

TEST_CASE("a limit of one's own ends what would go on for ever") {
  const std::string names[] = {"new"};
  Play play(tasks_of(cases, protocol::Version::v5, names), {1, std::chrono::milliseconds(10)});
  CHECK(play.findings()[0].verdict == Verdict::inconclusive);
}

TEST_CASE("a finding speaks against a broker that lives; one that is gone makes it inconclusive") {
  constexpr Case blaming[] = {
      {.name = "blind", .section = "1", .promise = "none", .play = play_blind}};
  Play play(tasks_of(blaming, protocol::Version::v5, {}), {1, {}});
  const auto& findings = play.findings();
  CHECK(findings[0].verdict == Verdict::inconclusive);
  CHECK(findings[0].observed.find("nobody in any more; before that: blamed") != std::string::npos);
}

TEST_CASE("what kills a broker is blamed for it, and what is left is not played") {
  constexpr Case blaming[] = {
      {.name = "killer",
       .section = "1",
       .promise = "none",
       .play = play_blind,
       .alone = true,
       .may_kill = true},
      {.name = "waiting", .section = "1", .promise = "none", .play = play_for_ever, .alone = true}};
  Play play(tasks_of(blaming, protocol::Version::v5, {}), {2, std::chrono::minutes(5)});
  const auto& findings = play.findings();
  CHECK(findings[0].verdict == Verdict::fail);
  CHECK(findings[1].verdict == Verdict::inconclusive);
  CHECK(findings[1].observed == std::string(lets_nobody_in) + ", since the case killer");
  CHECK(play.plays() == std::vector<unsigned>{1, 0});
}

Finding play_long_and_blind(CaseContext& context) {
  (void)context.wait([] { return false; }, must_come_within(std::chrono::milliseconds(1)));
  return broken("blamed");
}

TEST_CASE("a finding that is doubted for two reasons is told once") {
  constexpr Case blaming[] = {{.name = "long",
                               .section = "1",
                               .promise = "none",
                               .play = play_long_and_blind,
                               .may_kill = true}};
  RunSettings settings;
  settings.timeout = std::chrono::milliseconds(20);
  Play play(tasks_of(blaming, protocol::Version::v5, {}), settings);
  const std::string text = play.findings()[0].observed;
  CHECK(text.find("before that: blamed") != std::string::npos);
  CHECK(text.find("before that") == text.rfind("before that"));
}

rule_breaker::Settings breaking(rule_breaker::Breach breach) {
  rule_breaker::Settings settings;
  settings.broken = breach;
  return settings;
}

constexpr Case harming[] = {
    {.name = "harmful",
     .section = "1",
     .promise = "none",
     .play = play_malformed,
     .alone = true,
     .may_kill = true},
    {.name = "waiting", .section = "1", .promise = "none", .play = play_for_ever, .alone = true},
    {.name = "judge",
     .section = "1",
     .promise = "none",
     .play = play_for_ever,
     .alone = true,
     .seen = see_something}};

TEST_CASE(
    "a broker that delivers nothing after a case is blamed for it, and what was seen stands") {
  BrokerThread broker(breaking(rule_breaker::Breach::nothing_delivered_after_wildcard));
  Play play(tasks_of(harming, protocol::Version::v5, {}), {2, std::chrono::minutes(5)},
            broker.port());
  const auto& findings = play.findings();
  CHECK(findings[0].verdict == Verdict::fail);
  CHECK(findings[0].observed == std::string(delivers_nothing) + "; before that: closed");
  CHECK(findings[1].observed == std::string(delivers_nothing) + ", since the case harmful");
  CHECK(findings[2].observed == "seen before");
  CHECK(play.plays() == std::vector<unsigned>{1, 0, 0});
}

TEST_CASE("a broker that closes new connections after a case is blamed for it") {
  BrokerThread broker(breaking(rule_breaker::Breach::nobody_let_in_after_wildcard));
  Play play(tasks_of(harming, protocol::Version::v5, {}), {2, std::chrono::minutes(5)},
            broker.port());
  const auto& findings = play.findings();
  CHECK(findings[0].observed == std::string(lets_nobody_in) + "; before that: closed");
  CHECK(findings[1].observed == std::string(lets_nobody_in) + ", since the case harmful");
}

TEST_CASE(
    "a broker that closes one connection after a case and then lets clients in is not blamed") {
  BrokerThread broker(breaking(rule_breaker::Breach::one_closed_after_wildcard));
  const std::string names[] = {"harmful"};
  Play play(tasks_of(harming, protocol::Version::v5, names), {2, std::chrono::minutes(5)},
            broker.port());
  CHECK(play.findings()[0].observed == "closed");
}

TEST_CASE("a broker that lives on after a case is not blamed") {
  BrokerThread broker;
  const std::string names[] = {"harmful"};
  Play play(tasks_of(harming, protocol::Version::v5, names), {2, std::chrono::minutes(5)},
            broker.port());
  CHECK(play.findings()[0].observed == "closed");
}

TEST_CASE("what begins harmless begins beside the one before, and harms in its turn") {
  constexpr Case begins[] = {{.name = "turn",
                              .section = "1",
                              .promise = "none",
                              .play = play_in_turn,
                              .variants = two,
                              .alone = true,
                              .begins_harmless = true}};
  playing = begun = 0;
  overlapped = false;
  Play play(tasks_of(begins, protocol::Version::v5, {}), {2, {}});
  for (const Finding& finding : play.findings()) CHECK(finding.observed == "met");
  CHECK_FALSE(overlapped);
}

TEST_CASE("what has begun beside the one that ends the broker does no harm and is not judged") {
  constexpr Case late[] = {{.name = "late",
                            .section = "1",
                            .promise = "none",
                            .play = play_malformed_late,
                            .variants = two,
                            .alone = true,
                            .may_kill = true,
                            .begins_harmless = true}};
  BrokerThread broker(breaking(rule_breaker::Breach::nobody_let_in_after_wildcard));
  Play play(tasks_of(late, protocol::Version::v5, {}), {2, std::chrono::minutes(5)}, broker.port());
  const auto& findings = play.findings();
  CHECK(findings[0].observed == std::string(lets_nobody_in) + "; before that: closed");
  CHECK(findings[1].observed == std::string(lets_nobody_in) + ", since the case late/one");
  CHECK(play.plays() == std::vector<unsigned>{1, 0});
}

TEST_CASE("a broker that leaves a connection unanswered now and then is not gone") {
  rule_breaker::Settings settings;
  settings.unanswered = 2;
  BrokerThread broker(settings);
  constexpr Case blaming[] = {
      {.name = "blind", .section = "1", .promise = "none", .play = play_blind, .variants = two}};
  Play play(tasks_of(blaming, protocol::Version::v5, {}), {1, std::chrono::milliseconds(300)},
            broker.port());
  for (const Finding& finding : play.findings()) CHECK(finding.observed == "blamed");
  CHECK(play.plays() == std::vector<unsigned>{1, 1});
}

TEST_CASE("what a script has left behind is not called any more") {
  BrokerThread broker;
  constexpr Case blaming[] = {
      {.name = "blaming", .section = "1", .promise = "none", .play = play_and_blame}};
  packets_after_the_end = 0;
  Play play(tasks_of(blaming, protocol::Version::v5, {}), {1, {}}, broker.port());
  CHECK(play.findings()[0].verdict == Verdict::fail);
  CHECK(packets_after_the_end == 0);
}

TEST_CASE("cancelling ends what is being played") {
  const std::string names[] = {"new"};
  Play play(tasks_of(cases, protocol::Version::v5, names), {1, std::chrono::minutes(5)});
  play.runner().cancel();
  const Finding finding = play.findings()[0];
  // It was either being played or had not begun.
  CHECK((finding.observed == "interrupted" || finding.observed.empty()));
}

TEST_CASE("while cases wait long, others are played, those too that are played by themselves") {
  BrokerThread broker;
  for (const bool alone : {false, true}) {
    is_helped = false;
    Case helped{.name = "helped", .section = "1", .promise = "none", .play = play_helped};
    Case helping{.name = "helping", .section = "1", .promise = "none", .play = play_helping};
    helped.variants = two;
    helped.alone = helping.alone = alone;
    const Case played[] = {helped, helping};
    RunSettings settings;
    settings.side_by_side = 2;
    settings.timeout = std::chrono::minutes(1);
    Play play(tasks_of(played, protocol::Version::v5, {}), settings, broker.port());
    for (const Finding& finding : play.findings()) CHECK(finding.verdict == Verdict::pass);
  }
}

TEST_CASE("a limit of the user's makes no case patient") {
  BrokerThread broker;
  is_helped = false;
  constexpr Case helped[] = {
      {.name = "helped", .section = "1", .promise = "none", .play = play_helped},
      {.name = "helping", .section = "1", .promise = "none", .play = play_helping}};
  RunSettings settings;
  settings.limit = std::chrono::seconds(20);
  settings.timeout = std::chrono::minutes(1);
  Play play(tasks_of(helped, protocol::Version::v5, {}), settings, broker.port());
  CHECK(play.findings()[0].verdict == Verdict::fail);
}

TEST_CASE("what is played again is played several times at once") {
  BrokerThread broker;
  playing = 0;
  constexpr Case failing[] = {
      {.name = "three", .section = "1", .promise = "none", .play = play_three_at_once},
      {.name = "other", .section = "1", .promise = "none", .play = play_helping}};
  RunSettings settings;
  settings.side_by_side = 2;
  settings.replays = 3;
  Play play(tasks_of(failing, protocol::Version::v5, {}), settings, broker.port());
  CHECK(play.findings()[0].observed == "first (1 of 4 plays; alone: passed 3)");
}
