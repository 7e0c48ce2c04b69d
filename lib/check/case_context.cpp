#include "check/case_context.hpp"

#include <algorithm>
#include <functional>

#include "base/text.hpp"
#include "check/refusal.hpp"
#include "check/visit.hpp"
#include "client/answer_timeout.hpp"
#include "client/session_use.hpp"

namespace mqtt_toolbox::check {

namespace {

/// How long a session of `kept_plan` outlives its connection, in seconds.
constexpr std::uint32_t kept_session = 60;

/// As often a step may need the way to the broker and back: two handshakes of QoS 2.
constexpr int trips_of_a_step = 4;

/// From then on the time of a wait is none of the case's.
constexpr Duration long_wait = std::chrono::milliseconds(100);

/// How long a case waits for what comes late, all in all, in waits of the longest kind.
constexpr int longest_waits_of_a_case = 6;

}  // namespace

CaseContext::CaseContext(const RunContext& run, Task task, Duration limit, unsigned play)
    : run_(run),
      task_(task),
      play_(play),
      random_(run.seed + std::hash<std::string>()(task.name()) + play),
      inbox_(loop_),
      deadline_(loop_.now() + limit),
      limit_(limit),
      folder_(run.topic_prefix + '/' + task.name() + '/' +
              (play == 0 ? "" : "again-" + std::to_string(play) + '/')) {}

CaseContext::~CaseContext() = default;

std::string CaseContext::topic(std::string_view name) const {
  return folder_ + std::string(name);
}

std::string CaseContext::share_name(std::string_view name) const {
  std::string unique = folder_ + std::string(name);
  std::replace(unique.begin(), unique.end(), '/', '-');
  return unique;
}

bool CaseContext::owns(std::string_view topic) const {
  return topic.substr(0, folder_.size()) == folder_;
}

bool CaseContext::concerns(std::string_view topic) const {
  return topic.find(folder_) != std::string_view::npos;
}

bool CaseContext::has_subscribed(const std::string& identifier) const {
  return std::any_of(clients_.begin(), clients_.end(), [&](const auto& client) {
    return client->identifier() == identifier && !client->filters().empty();
  });
}

bool CaseContext::is_subscribed(const std::string& identifier, std::string_view topic) const {
  return std::any_of(clients_.begin(), clients_.end(), [&](const auto& client) {
    return client->identifier() == identifier && is_judged(client->filters(), topic);
  });
}

void CaseContext::note_foreign(std::string_view topic) {
  run_.foreign->note("a client of the case " + task_.name(), topic);
}

void CaseContext::note_sent(std::string_view topic, protocol::Properties properties) {
  // Others may publish to the topics that the user names.
  if (topic.starts_with(run_.topic_prefix)) run_.added->expect(topic, properties);
}

void CaseContext::note_answer_to_publish(protocol::ReasonCode reason,
                                         protocol::Properties properties) {
  if (reason == protocol::ReasonCode::not_authorized && unauthorized_.empty())
    unauthorized_ =
        reason_text(reason, protocol::PacketType::puback) + reason_string_of(properties);
}

std::string CaseContext::new_identifier() {
  const std::string& given = run_.plan.client_identifier;
  return given.empty() ? client::make_identifier(random_) : given + '-' + random_name(random_, 12);
}

client::ConnectPlan CaseContext::plan() {
  client::ConnectPlan plan = plan_of_visit(run_.plan, random_);
  plan.client_identifier = new_identifier();
  plan.engine = client::Engine::native;
  return plan;
}

client::ConnectPlan CaseContext::kept_plan() {
  client::ConnectPlan plan = this->plan();
  plan.session.resume = true;
  plan.session.clean_start = is_v5();
  (void)plan.session.connect_properties.set(protocol::PropertyId::session_expiry_interval,
                                            kept_session);
  return plan;
}

ScriptedClient& CaseContext::client(client::ConnectPlan plan) {
  clients_.push_back(std::make_unique<ScriptedClient>(*this, std::move(plan)));
  return *clients_.back();
}

ScriptedClient& CaseContext::connected(client::ConnectPlan plan) {
  ScriptedClient& made = client(std::move(plan));
  (void)made.connect();
  return made;
}

EngineClient& CaseContext::engine_client() {
  client::ConnectPlan plan = this->plan();
  plan.engine = run_.plan.engine;
  engine_clients_.push_back(std::make_unique<EngineClient>(*this, std::move(plan)));
  engine_clients_.back()->connect();
  return *engine_clients_.back();
}

bool CaseContext::renew_password(std::uint32_t refused) {
  client::SharedPassword& password = *run_.password;
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
  return !is_aborted() && password.number() != refused;
}

bool CaseContext::outlives_connection(const client::ConnectPlan& plan,
                                      protocol::Version version) const {
  const auto& will = plan.session.will;
  if (will && will->retain) return true;
  // The session of an identifier that the user has given is the user's.
  return keeps_session(plan, version) && plan.client_identifier != run_.plan.client_identifier;
}

void CaseContext::note_connect(const client::ConnectPlan& plan, protocol::Version version) {
  const auto& will = plan.session.will;
  if (will) note_sent(will->topic, will->properties.view());
  if (!outlives_connection(plan, version)) return;
  const bool is_users = plan.client_identifier == run_.plan.client_identifier;
  if (will && will->retain && owns(will->topic)) run_.leftovers->add_topic(will->topic);
  run_.leftovers->add_client(plan, version, is_users);
}

bool CaseContext::run(const std::function<bool()>& condition, Time until) {
  while (!is_aborted()) {
    if (condition()) return true;
    (void)loop_.run_until(std::min(until, deadline_));
    if (is_aborted()) return false;
    if (condition()) return true;
    if (loop_.now() >= deadline_)
      abort("the time of the case, " + show_duration(limit_) + ", ran out");
    if (loop_.now() >= until) return false;
  }
  return false;
}

bool CaseContext::wait(const std::function<bool()>& condition, Timeout timeout) {
  if (timeout.time == never) return run(condition, deadline_);
  const Time since = loop_.now();
  const bool is_at_once = timeout.time == Duration{};
  const Duration on_the_way = is_at_once ? Duration{} : trips_of_a_step * round_trip();
  const bool has_come = run(condition, since + timeout.time + on_the_way) ||
                        (timeout.looks_on && look_on(condition, since));
  if (has_come && timeout.looks_on) note_late(loop_.now() - since);
  if (!has_come && !is_at_once) note_in_vain(since);
  return has_come;
}

bool CaseContext::wait_for_answer(const std::function<bool()>& condition, Timeout timeout,
                                  session::Sender& sender) {
  // What is not waited for is not on its way either.
  if (timeout.time == never || timeout.time == Duration{}) return wait(condition, timeout);
  const Time since = loop_.now();
  bool is_missing = false;
  client::AnswerTimeout answer_timeout(loop_, timeout.time + trips_of_a_step * round_trip(), [&] {
    is_missing = true;
    changed();
  });
  answer_timeout.start(sender);
  const auto is_over = [&] { return is_missing || condition(); };
  const Duration longest = std::max(timeout.time, time_left() - reserve);
  const bool has_come = (run(is_over, since + longest) && condition()) ||
                        (timeout.looks_on && look_on(condition, since));
  if (has_come && timeout.looks_on) note_late(loop_.now() - since);
  if (!has_come) note_in_vain(since);
  return has_come;
}

bool CaseContext::look_on(const std::function<bool()>& condition, Time since) {
  const Duration more = longest_timeout_ - (loop_.now() - since);
  if (is_aborted() || more <= Duration{}) return false;
  only_waits();
  const Time begin = loop_.now();
  const Time deadline = deadline_;
  deadline_ += more;
  const bool has_come = run(condition, begin + more);
  deadline_ = has_come ? deadline : deadline + (loop_.now() - begin);
  if (has_come) came_after_ = std::max(came_after_, loop_.now() - since);
  // What else is missing would take as long again.
  if (!has_come) longest_timeout_ = 2 * came_after_;
  return has_come;
}

/// The time of what takes long is none of the case's, where it is patient.
void CaseContext::note_late(Duration after) {
  if (after < long_wait || late_time_left_ <= Duration{}) return;
  deadline_ += after;
  late_time_left_ -= after;
  if (late_time_left_ < Duration{})
    abort("so much came late that no time was left for the rest of the case");
}

void CaseContext::allow_late(Duration longest, std::function<void()> begins) {
  longest_timeout_ = longest;
  late_time_left_ = longest_waits_of_a_case * longest;
  on_long_wait_ = std::move(begins);
}

void CaseContext::only_waits() {
  if (!on_long_wait_) return;
  has_allowed_late_ = true;
  on_long_wait_();
}

bool CaseContext::begin_harm() {
  if (const auto take_turn = std::exchange(on_harm_, {})) {
    const Time begin = loop_.now();
    take_turn();
    waited_for_turn_ = loop_.now() - begin;
    deadline_ += waited_for_turn_;
    // What has come meanwhile, such as the end of a connection, is to be seen.
    (void)loop_.run_until(loop_.now());
  }
  return !is_aborted();
}

void CaseContext::note_in_vain(Time since) {
  if (!is_aborted()) waited_in_vain_ = std::max(waited_in_vain_, loop_.now() - since);
}

bool CaseContext::stay_until(const std::function<bool()>& condition, Duration duration) {
  (void)run(condition, loop_.now() + duration + round_trip());
  return !is_aborted();
}

/// To a tenth of a second.
Finding CaseContext::with_waits(Finding finding) const {
  const auto rounded = [](Duration duration) {
    return show_duration(std::chrono::round<std::chrono::duration<int, std::deci>>(duration));
  };
  if (waited_in_vain_ != Duration{} && finding.verdict != Verdict::pass)
    finding.observed += " (waited " + rounded(waited_in_vain_) + ')';
  else if (came_after_ != Duration{})
    finding.observed += " (came after " + rounded(came_after_) + ')';
  return finding;
}

Finding CaseContext::as_authorized(Finding found) const {
  const bool is_against = found.verdict == Verdict::fail || found.verdict == Verdict::deviates;
  if (unauthorized_.empty() || !is_against) return found;
  const bool is_told = found.observed.find(unauthorized_) != std::string::npos;
  return inconclusive(is_told ? std::move(found.observed)
                              : "a message was refused: " + unauthorized_ + "; " + found.observed);
}

Finding CaseContext::verdict(const Finding& found) const {
  Finding finding = abort_ ? *abort_ : with_waits(as_authorized(found));
  finding.rests_on_silence =
      !abort_ && finding.verdict == Verdict::fail && waited_in_vain_ != Duration{};
  if (finding.verdict != Verdict::pass && finding.verdict != Verdict::unsupported)
    finding.observed += end_not_in(finding.observed);
  return finding;
}

/// The first end of a connection by the broker that the text does not tell.
std::string CaseContext::end_not_in(const std::string& text) const {
  for (const auto& client : clients_) {
    const std::string& end = client->ended_by_broker();
    if (!end.empty() && text.find(end) == std::string::npos)
      return "; the broker had ended a connection: " + end;
  }
  return {};
}

void CaseContext::changed_elsewhere() {
  if (is_to_look_.exchange(true)) return;
  inbox_.post([this] {
    is_to_look_ = false;
    changed();
  });
}

Status in_context(const RunContext& run, Task task, Duration limit,
                  const std::function<Status(CaseContext&)>& act) {
  CaseContext context(run, task, limit);
  if (!context.made()) return context.made();
  return act(context);
}

void CaseContext::abort(Finding finding) {
  if (!abort_) abort_ = with_waits(std::move(finding));
  changed();
}

void CaseContext::cancel() {
  abort("interrupted");
  for (const auto& client : clients_) client->leave();
}

}  // namespace mqtt_toolbox::check
