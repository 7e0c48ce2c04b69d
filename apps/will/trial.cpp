#include "will/trial.hpp"

#include "check/visit.hpp"
#include "client/session_use.hpp"

namespace mqtt_toolbox::will {

namespace {

/// No check: what the context is called in which the earlier value is read.
constexpr check::Case reading{"earlier-value", "", "", nullptr};
constexpr Duration timeout_with_reading = std::chrono::seconds(15);

std::vector<check::Case> chosen_cases(const Settings& settings) {
  if (settings.plan.session.will) return {will::own_will_case(settings.cut, settings.plan)};
  const auto all = will::will_cases();
  std::vector<check::Case> cases(all.begin(), all.end());
  if (!settings.kick.empty()) cases.push_back(will::will_kick_case());
  if (!settings.refused_topic.empty()) cases.push_back(will::will_refused_topic_case());
  return cases;
}

}  // namespace

Trial::Trial(console::World& world, const Settings& settings) : world_(world), settings_(settings) {
  company_.kick = settings.kick;
  company_.refused_topic = settings.refused_topic;
}

console::Ended Trial::run() {
  const std::vector<check::Case> cases = chosen_cases(settings_);
  check::Suite suite;
  suite.cases = cases;
  suite.begin = [this](check::RunContext& run) { return begin(run); };
  suite.end = [this] {
    company_.observers.reset();
    company_.processes.clear();
  };
  if (settings_.plan.session.will)
    suite.put_right = [this](check::CaseContext& context) { return put_right(context); };
  return check::run(world_, settings_, suite);
}

Status Trial::begin(check::RunContext& run) {
  run.company = &company_;
  // What the topic of the user's own will retains may be as large as a packet can be.
  if (run.plan.session.will) {
    run.largest_packet = protocol::maximum_packet_bytes;
    run.allowance->widen(2 * run.largest_packet);
  }
  // Forks first: from here on there are threads.
  return will::fork_processes(run, settings_.checks.replays, company_.processes)
      .and_then([&] { return read_earlier_value(run); })
      .and_then([&] { return call_observers(run); });
}

/// Of the user's own will, which may replace it.
Status Trial::read_earlier_value(const check::RunContext& run) {
  const auto& will = run.plan.session.will;
  if (!will) return {};
  const check::Task task{&reading, check::only_variant};
  return check::in_context(
      run, task, timeout_with_reading, [&](check::CaseContext& context) -> Status {
        auto read = will::EarlierValue::read(context, *will);
        if (!read) return tl::unexpected<Error>(read.error());
        for (const std::string& loss : read->losses(context)) world_.reporter.note(loss);
        company_.earlier = std::make_unique<will::EarlierValue>(std::move(*read));
        return {};
      });
}

Status Trial::put_right(check::CaseContext& context) {
  if (!company_.earlier) return {};
  Status status = company_.earlier->put_back(context);
  if (!company_.earlier->remark().empty()) world_.reporter.note(company_.earlier->remark());
  return status;
}

Status Trial::call_observers(const check::RunContext& run) {
  std::vector<std::unique_ptr<will::Observer>> observers;
  Status called;
  if (settings_.observers != ObserverEngines::paho)
    called = call_observer(run, client::Engine::native, observers);
  if (called && settings_.observers != ObserverEngines::native) {
    called = call_observer(run, client::Engine::paho, observers);
    if (!called && settings_.observers == ObserverEngines::both) {
      world_.reporter.note("without a second witness: " + called.error().text);
      called = {};
    }
  }
  if (called) company_.observers = std::make_unique<will::Observers>(std::move(observers));
  return called;
}

Status Trial::call_observer(const check::RunContext& run, client::Engine engine,
                            std::vector<std::unique_ptr<will::Observer>>& observers) {
  client::ConnectPlan plan = check::plan_of_visit(run.plan, world_.random);
  plan.engine = engine;
  plan.client_identifier = client::make_identifier(world_.random);
  std::vector<std::string> filters{run.topic_prefix + "/#"};
  if (run.plan.session.will) filters = {run.plan.session.will->topic};
  if (!settings_.refused_topic.empty()) filters.push_back(settings_.refused_topic);
  auto observer = std::make_unique<will::Observer>(
      std::move(plan), std::move(filters), run.allowance, run.foreign, run.violations, run.added);
  return observer->start().map([&] { observers.push_back(std::move(observer)); });
}

}  // namespace mqtt_toolbox::will
