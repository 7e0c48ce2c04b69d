#include "will/trial.hpp"

#include "check/visit.hpp"
#include "client/session_use.hpp"

namespace mqtt_toolbox::will {

namespace {

/// No check: what the scene is called in which the earlier value is read.
constexpr check::Case reading{"earlier-value", "", "", nullptr};
constexpr Duration patience_with_reading = std::chrono::seconds(15);

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
  suite.begin = [this](check::Ground& ground) { return begin(ground); };
  suite.end = [this] {
    company_.jury.reset();
    company_.victims.clear();
  };
  if (settings_.plan.session.will)
    suite.put_right = [this](check::Scene& scene) { return put_right(scene); };
  return check::run(world_, settings_, suite);
}

Status Trial::begin(check::Ground& ground) {
  ground.company = &company_;
  // What the topic of the user's own will retains may be as large as a packet can be.
  if (ground.plan.session.will) {
    ground.largest_packet = protocol::maximum_packet_bytes;
    ground.allowance->widen(2 * ground.largest_packet);
  }
  // Forks first: from here on there are threads.
  return will::fork_victims(ground, settings_.checks.replays, company_.victims)
      .and_then([&] { return read_earlier_value(ground); })
      .and_then([&] { return call_witnesses(ground); });
}

/// Of the user's own will, which may replace it.
Status Trial::read_earlier_value(const check::Ground& ground) {
  const auto& will = ground.plan.session.will;
  if (!will) return {};
  const check::Task task{&reading, check::only_variant};
  return check::on_scene(ground, task, patience_with_reading, [&](check::Scene& scene) -> Status {
    auto read = will::EarlierValue::read(scene, *will);
    if (!read) return tl::unexpected<Error>(read.error());
    for (const std::string& loss : read->losses(scene)) world_.reporter.note(loss);
    company_.earlier = std::make_unique<will::EarlierValue>(std::move(*read));
    return {};
  });
}

Status Trial::put_right(check::Scene& scene) {
  if (!company_.earlier) return {};
  Status status = company_.earlier->put_back(scene);
  if (!company_.earlier->remark().empty()) world_.reporter.note(company_.earlier->remark());
  return status;
}

Status Trial::call_witnesses(const check::Ground& ground) {
  std::vector<std::unique_ptr<will::Witness>> witnesses;
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
  if (called) company_.jury = std::make_unique<will::Jury>(std::move(witnesses));
  return called;
}

Status Trial::call_witness(const check::Ground& ground, client::Engine engine,
                           std::vector<std::unique_ptr<will::Witness>>& witnesses) {
  client::ConnectPlan plan = check::plan_of_visit(ground.plan, world_.random);
  plan.engine = engine;
  plan.client_identifier = client::make_identifier(world_.random);
  std::vector<std::string> filters{ground.topic_prefix + "/#"};
  if (ground.plan.session.will) filters = {ground.plan.session.will->topic};
  if (!settings_.refused_topic.empty()) filters.push_back(settings_.refused_topic);
  auto witness =
      std::make_unique<will::Witness>(std::move(plan), std::move(filters), ground.allowance,
                                      ground.foreign, ground.violations, ground.added);
  return witness->start().map([&] { witnesses.push_back(std::move(witness)); });
}

}  // namespace mqtt_toolbox::will
