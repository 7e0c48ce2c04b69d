#include "probe/scene.hpp"

#include <algorithm>
#include <exception>
#include <functional>

#include "base/text.hpp"
#include "client/answer_timeout.hpp"
#include "client/session_use.hpp"
#include "probe/visit.hpp"

namespace mqtt_toolbox::probe {

namespace {

/// How long a session of `kept_plan` outlives its connection, in seconds.
constexpr std::uint32_t kept_session = 60;

}  // namespace

Scene::Scene(const Ground& ground, Task task, Duration limit, unsigned play)
    : ground_(ground),
      task_(task),
      play_(play),
      random_(ground.seed + std::hash<std::string>()(task.name()) + play),
      inbox_(loop_),
      deadline_(loop_.now() + limit),
      limit_(limit),
      folder_(ground.topic_prefix + '/' + task.name() + '/' +
              (play == 0 ? "" : "again-" + std::to_string(play) + '/')) {}

Scene::~Scene() = default;

std::string Scene::topic(std::string_view name) const {
  return folder_ + std::string(name);
}

std::string Scene::share_name(std::string_view name) const {
  std::string unique = folder_ + std::string(name);
  std::replace(unique.begin(), unique.end(), '/', '-');
  return unique;
}

bool Scene::owns(std::string_view topic) const {
  return topic.substr(0, folder_.size()) == folder_;
}

bool Scene::concerns(std::string_view topic) const {
  return topic.find(folder_) != std::string_view::npos;
}

bool Scene::has_subscribed(const std::string& identifier) const {
  return std::any_of(wires_.begin(), wires_.end(), [&](const auto& wire) {
    return wire->identifier() == identifier && !wire->filters().empty();
  });
}

bool Scene::is_subscribed(const std::string& identifier, std::string_view topic) const {
  return std::any_of(wires_.begin(), wires_.end(), [&](const auto& wire) {
    return wire->identifier() == identifier && is_judged(wire->filters(), topic);
  });
}

void Scene::note_foreign(std::string_view topic) {
  ground_.foreign->note("a client of the case " + task_.name(), topic);
}

void Scene::note_sent(std::string_view topic, protocol::Properties properties) {
  // Others may publish to the topics that the user names.
  if (topic.starts_with(ground_.topic_prefix)) ground_.added->expect(topic, properties);
}

std::string Scene::new_identifier() {
  const std::string& given = ground_.plan.client_identifier;
  return given.empty() ? client::make_identifier(random_) : given + '-' + random_name(random_, 12);
}

client::ConnectPlan Scene::plan() {
  client::ConnectPlan plan = plan_of_visit(ground_.plan, random_);
  plan.client_identifier = new_identifier();
  plan.engine = client::Engine::native;
  return plan;
}

client::ConnectPlan Scene::kept_plan() {
  client::ConnectPlan plan = this->plan();
  plan.session.resume = true;
  plan.session.clean_start = is_v5();
  (void)plan.session.connect_properties.set(protocol::PropertyId::session_expiry_interval,
                                            kept_session);
  return plan;
}

Wire& Scene::wire(client::ConnectPlan plan) {
  wires_.push_back(std::make_unique<Wire>(*this, std::move(plan)));
  return *wires_.back();
}

Wire& Scene::connected(client::ConnectPlan plan) {
  Wire& made = wire(std::move(plan));
  (void)made.connect();
  return made;
}

Peer& Scene::peer() {
  client::ConnectPlan plan = this->plan();
  plan.engine = ground_.plan.engine;
  peers_.push_back(std::make_unique<Peer>(*this, std::move(plan)));
  peers_.back()->connect();
  return *peers_.back();
}

bool Scene::renew_password(std::uint32_t refused) {
  client::SharedPassword& password = *ground_.password;
  // What is posted may come when nobody waits here any more.
  const auto is_settled = std::make_shared<bool>(false);
  password.renew(refused, this, [this, is_settled] {
    inbox_.post([this, is_settled] {
      *is_settled = true;
      changed();
    });
  });
  (void)wait([&] { return *is_settled; }, never);
  password.forget(this);
  return !in_trouble() && password.number() != refused;
}

bool Scene::outlives_connection(const client::ConnectPlan& plan, protocol::Version version) const {
  const auto& will = plan.session.will;
  if (will && will->retain) return true;
  // The session of an identifier that the user has given is the user's.
  return keeps_session(plan, version) && plan.client_identifier != ground_.plan.client_identifier;
}

void Scene::note_connect(const client::ConnectPlan& plan, protocol::Version version) {
  const auto& will = plan.session.will;
  if (will) note_sent(will->topic, will->properties.view());
  if (!outlives_connection(plan, version)) return;
  const bool is_users = plan.client_identifier == ground_.plan.client_identifier;
  if (will && will->retain && owns(will->topic)) ground_.leftovers->add_topic(will->topic);
  ground_.leftovers->add_client(plan, version, is_users);
}

bool Scene::wait(const std::function<bool()>& condition, Duration patience) {
  const Time now = loop_.now();
  const Time until = patience == never ? deadline_ : std::min(deadline_, now + patience);
  while (!in_trouble()) {
    if (condition()) return true;
    (void)loop_.run_until(until);
    if (in_trouble()) return false;
    if (condition()) return true;
    if (loop_.now() >= deadline_)
      trouble("the time of the case, " + show_duration(limit_) + ", ran out");
    if (loop_.now() < until) continue;
    has_waited_in_vain_ = true;
    return false;
  }
  return false;
}

bool Scene::wait_for_answer(const std::function<bool()>& condition, Duration patience,
                            session::Sender& sender) {
  bool is_missing = false;
  client::AnswerTimeout timeout(loop_, patience, [&] {
    is_missing = true;
    changed();
  });
  timeout.start(sender);
  const auto is_over = [&] { return is_missing || condition(); };
  return wait(is_over, std::max(patience, time_left() - reserve)) && condition();
}

bool Scene::stay(Duration duration) {
  const bool had_waited_in_vain = has_waited_in_vain_;
  (void)wait([] { return false; }, duration);
  has_waited_in_vain_ = had_waited_in_vain;
  return !in_trouble();
}

Finding Scene::verdict(const Finding& found) const {
  Finding finding = trouble_.value_or(found);
  finding.rests_on_silence = !trouble_ && found.verdict == Verdict::fail && has_waited_in_vain_;
  if (finding.verdict != Verdict::pass && finding.verdict != Verdict::unsupported)
    finding.observed += end_not_in(finding.observed);
  return finding;
}

/// The first end of a connection by the broker that the text does not tell.
std::string Scene::end_not_in(const std::string& text) const {
  for (const auto& wire : wires_) {
    const std::string& end = wire->ended_by_broker();
    if (!end.empty() && text.find(end) == std::string::npos)
      return "; the broker had ended a connection: " + end;
  }
  return {};
}

void Scene::changed_elsewhere() {
  if (is_to_look_.exchange(true)) return;
  inbox_.post([this] {
    is_to_look_ = false;
    changed();
  });
}

Status on_scene(const Ground& ground, Task task, Duration limit,
                const std::function<Status(Scene&)>& act) {
  try {
    Scene scene(ground, task, limit);
    return act(scene);
  } catch (const std::exception& exception) {
    return fail(ExitCode::io, exception.what());
  }
}

void Scene::trouble(Finding finding) {
  if (!trouble_) trouble_ = std::move(finding);
  changed();
}

void Scene::cancel() {
  trouble("interrupted");
  for (const auto& wire : wires_) wire->leave();
}

}  // namespace mqtt_toolbox::probe
