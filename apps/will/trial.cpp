#include "will/trial.hpp"

#include "client/session_use.hpp"
#include "probe/visit.hpp"

namespace mqtt_toolbox::will {

namespace {

std::vector<probe::Case> chosen_cases(const Settings& settings) {
  if (settings.plan.session.will) return {probe::own_will_case(settings.cut, settings.plan)};
  const auto all = probe::will_cases();
  std::vector<probe::Case> cases(all.begin(), all.end());
  if (!settings.kick.empty()) cases.push_back(probe::will_kick_case());
  if (!settings.refused_topic.empty()) cases.push_back(probe::will_refused_topic_case());
  return cases;
}

}  // namespace

Trial::Trial(console::World& world, const Settings& settings) : world_(world), settings_(settings) {
  company_.kick = settings.kick;
  company_.refused_topic = settings.refused_topic;
}

console::Ended Trial::run() {
  const std::vector<probe::Case> cases = chosen_cases(settings_);
  checks::Suite suite;
  suite.cases = cases;
  suite.begin = [this](probe::Ground& ground) { return begin(ground); };
  suite.end = [this] {
    company_.jury.reset();
    company_.victims.clear();
  };
  return checks::run(world_, settings_, suite);
}

Status Trial::begin(probe::Ground& ground) {
  ground.company = &company_;
  // Forks first: from here on there are threads.
  return probe::fork_victims(ground, company_.victims).and_then([&] {
    return call_witnesses(ground);
  });
}

Status Trial::call_witnesses(const probe::Ground& ground) {
  std::vector<std::unique_ptr<probe::Witness>> witnesses;
  Status called;
  if (settings_.witnesses != Witnesses::paho)
    called = call_witness(ground, client::Engine::native, witnesses);
  if (called && settings_.witnesses != Witnesses::native) {
    called = call_witness(ground, client::Engine::paho, witnesses);
    if (!called && settings_.witnesses == Witnesses::both) {
      world_.reporter.note("without a second witness: " + called.error().text);
      called = {};
    }
  }
  if (called) company_.jury = std::make_unique<probe::Jury>(std::move(witnesses));
  return called;
}

Status Trial::call_witness(const probe::Ground& ground, client::Engine engine,
                           std::vector<std::unique_ptr<probe::Witness>>& witnesses) {
  client::ConnectPlan plan = probe::plan_of_visit(ground.plan);
  plan.engine = engine;
  plan.client_identifier = client::make_identifier(world_.random);
  std::vector<std::string> filters{ground.topic_prefix + "/#"};
  if (ground.plan.session.will) filters = {ground.plan.session.will->topic};
  if (!settings_.refused_topic.empty()) filters.push_back(settings_.refused_topic);
  auto witness = std::make_unique<probe::Witness>(std::move(plan), std::move(filters));
  return witness->start().map([&] { witnesses.push_back(std::move(witness)); });
}

}  // namespace mqtt_toolbox::will
