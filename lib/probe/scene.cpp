#include "probe/scene.hpp"

#include <algorithm>
#include <functional>

#include "base/text.hpp"
#include "client/session_use.hpp"
#include "probe/visit.hpp"

namespace mqtt_toolbox::probe {

namespace {

/// How long a session of `kept_plan` outlives its connection, in seconds.
constexpr std::uint32_t kept_session = 60;

}  // namespace

Scene::Scene(const Ground& ground, Task task, Duration limit)
    : ground_(ground),
      task_(task),
      random_(ground.seed + std::hash<std::string>()(task.name())),
      inbox_(loop_),
      deadline_(loop_.now() + limit),
      limit_(limit),
      folder_(ground.topic_prefix + '/' + task.name() + '/') {}

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

std::string Scene::new_identifier() {
  const std::string& given = ground_.plan.client_identifier;
  return given.empty() ? client::make_identifier(random_) : given + '-' + random_name(random_, 12);
}

client::ConnectPlan Scene::plan() {
  client::ConnectPlan plan = plan_of_visit(ground_.plan);
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

bool Scene::outlives_connection(const client::ConnectPlan& plan, protocol::Version version) const {
  const auto& will = plan.session.will;
  if (will && will->retain) return true;
  // The session of an identifier that the user has given is the user's.
  return keeps_session(plan, version) && plan.client_identifier != ground_.plan.client_identifier;
}

void Scene::note_connect(const client::ConnectPlan& plan, protocol::Version version) {
  if (!outlives_connection(plan, version)) return;
  const auto& will = plan.session.will;
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
    if (loop_.now() >= until) return false;
  }
  return false;
}

bool Scene::stay(Duration duration) {
  (void)wait([] { return false; }, duration);
  return !in_trouble();
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
