#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "check/added.hpp"
#include "check/allowance.hpp"
#include "check/case.hpp"
#include "check/engine_client.hpp"
#include "check/fact.hpp"
#include "check/foreign.hpp"
#include "check/leftovers.hpp"
#include "check/round_trip.hpp"
#include "check/scripted_client.hpp"
#include "check/timeout.hpp"
#include "check/violation.hpp"
#include "client/plan.hpp"
#include "client/shared_password.hpp"
#include "record/wall_time.hpp"
#include "session/handler.hpp"
#include "transport/inbox.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::check {

/// How much of something a user wants; none: what each case needs.
struct Amounts {
  std::optional<std::size_t> messages;  ///< of a stream
  std::size_t members = 3;              ///< of a group
  std::size_t groups = 2;
};

/// What all cases of a run stand on: which broker, and what it has said of itself.
struct RunContext {
  /// As the user gave it; the version is settled.
  client::ConnectPlan plan;
  session::ServerLimits limits;  ///< of the first CONNACK
  std::string topic_prefix;      ///< what all topics of the run begin with
  record::WallTime started;      ///< when the run began
  std::uint64_t seed = 0;
  std::span<const Task> tasks;  ///< of the run
  Amounts amounts{};
  /// Called with every packet of a client, from any thread; empty: nobody looks.
  std::function<void(std::string_view task, session::Direction, const protocol::Frame&,
                     protocol::Version)>
      observe;
  /// What is to be taken away from the broker at the end of the run.
  std::shared_ptr<Leftovers> leftovers = std::make_shared<Leftovers>();
  std::shared_ptr<Allowance> allowance = std::make_shared<Allowance>();
  std::shared_ptr<AddedProperties> added = std::make_shared<AddedProperties>();
  std::shared_ptr<ForeignMessages> foreign = std::make_shared<ForeignMessages>();
  std::shared_ptr<ObserverViolations> violations = std::make_shared<ObserverViolations>();
  std::shared_ptr<RoundTrip> round_trip = std::make_shared<RoundTrip>();
  /// The largest packet that a client takes, in bytes.
  std::size_t largest_packet = Allowance::large_packet;
  /// Instead of the plan's password, where that may grow old; null: it does not.
  client::SharedPassword* password = nullptr;
  /// Shared by the cases of one tool, made by it: its observers.
  void* company = nullptr;

  protocol::Version version() const { return plan.version.value_or(protocol::Version::v5); }
};

/// Where one case is played: its own thread's loop, its own topics and client identifiers, the
/// clients it makes, and the time it has. A step that cannot be taken aborts the case; from then on
/// every step fails at once, so that a script stays a list of steps, and the finding that the case
/// was aborted with is its verdict.
class CaseContext {
 public:
  /// `limit` from now; `run` must outlive the context. `play`: how often the task was played
  /// before; topics and identifiers are other ones each time.
  CaseContext(const RunContext& run, Task task, Duration limit, unsigned play = 0);
  /// ExitCode::io when the system had no descriptors for it; then nothing may be done with it.
  const Status& made() const { return loop_.made() ? inbox_.made() : loop_.made(); }
  ~CaseContext();
  CaseContext(const CaseContext&) = delete;
  CaseContext& operator=(const CaseContext&) = delete;

  const RunContext& run() const { return run_; }
  const Variant& variant() const { return *task_.variant; }
  const Task& task() const { return task_; }
  /// How often the task was played before.
  unsigned play() const { return play_; }
  bool is_v5() const { return run_.version() == protocol::Version::v5; }
  transport::Loop& loop() { return loop_; }
  Random& random() { return random_; }
  /// Runs functions of other threads in this context's loop.
  transport::Inbox& inbox() { return inbox_; }

  /// A topic, or filter, that no other case uses: PREFIX/RUN/TASK/name.
  std::string topic(std::string_view name) const;
  /// A ShareName that no other case uses (MQTT 5.0 section 4.8.2): there are brokers that take all
  /// groups of one name for one.
  std::string share_name(std::string_view name) const;
  /// Whether a topic is the context's own, not one that the user has named.
  bool owns(std::string_view topic) const;
  /// Whether a topic is its own or holds one of its own, as "$x/" before it does.
  bool concerns(std::string_view topic) const;
  /// Whether a client of that identifier has subscribed in this case, and to a filter that matches.
  bool has_subscribed(const std::string& identifier) const;
  bool is_subscribed(const std::string& identifier, std::string_view topic) const;
  /// A message came to a client of this case that matches none of its subscriptions.
  void note_foreign(std::string_view topic);
  /// A message of this case, or a will, is about to go there.
  void note_sent(std::string_view topic, protocol::Properties properties);
  /// The answer to a message of this case. Where one was refused with 0x87, Not authorized, the
  /// user lacks a right, and nothing that the case finds is a fault of the broker's.
  void note_answer_to_publish(protocol::ReasonCode reason, protocol::Properties properties);
  /// A client identifier of its own, of at most 23 letters and digits where the user gave none.
  std::string new_identifier();
  /// The user's connection with an identifier of its own, no will, a clean start, a session that
  /// ends with the connection, and nothing done by itself after a loss.
  client::ConnectPlan plan();
  /// The same with a session that is kept for a minute after the connection.
  client::ConnectPlan kept_plan();

  /// A new client, not yet connected.
  ScriptedClient& client(client::ConnectPlan plan);
  ScriptedClient& client() { return client(plan()); }
  /// A connected one; the case is aborted when that fails.
  ScriptedClient& connected(client::ConnectPlan plan);
  ScriptedClient& connected() { return connected(plan()); }
  /// A client of the user's engine, connected; the case is aborted when that fails.
  EngineClient& engine_client();

  /// Runs the loop until the condition holds (true), or `timeout` or the case's time is over, or
  /// the case is aborted (false). What the verdict says of it, see `verdict`.
  bool wait(const std::function<bool()>& condition, Timeout timeout);
  /// The same for an answer: `timeout` runs from when bytes last left `sender`, as long as there
  /// is enough of the case's time.
  bool wait_for_answer(const std::function<bool()>& condition, Timeout timeout,
                       session::Sender& sender);
  /// Lets time pass, for what should not come; with a condition, until it holds at the latest.
  /// False when the case's time is over.
  bool stay(Duration duration) {
    return stay_until([] { return false; }, duration);
  }
  bool stay_until(const std::function<bool()>& condition, Duration duration);
  /// From now on a wait in vain for what must come goes on until it has taken `longest`, beside the
  /// case's time; `begins` is called when that begins. Once it was in vain all the same, the next
  /// ones go on for twice as long as what came late took. Where so much comes late that it takes
  /// several times `longest`, the case is aborted.
  void allow_late(Duration longest, std::function<void()> begins);
  /// What follows is only waiting, as such a wait is: `begins` is called.
  void only_waits();
  /// Whether there was such a wait.
  bool has_allowed_late() const { return has_allowed_late_; }
  /// The latest that something came which did so later than the usual timeout has it; 0: nothing.
  Duration came_after() const { return came_after_; }
  /// Whether so much came late that there is hardly time for another step.
  bool is_late_time_over() const {
    return came_after_ != Duration{} && late_time_left_ < waits_of_a_step * came_after_;
  }
  /// How long the way to the broker and back takes at most, as far as was seen.
  Duration round_trip() const { return run_.round_trip->bound(); }
  /// How often a step of a search waits, at most.
  static constexpr int waits_of_a_step = 5;
  /// What a search, or a wait for a slow answer, leaves of the case's time.
  static constexpr Duration reserve = std::chrono::seconds(1);
  /// What is left of the case's time.
  Duration time_left() { return deadline_ - loop_.now(); }
  /// Something happened that a condition may ask for.
  void changed() { loop_.stop(); }
  /// The same from any thread. However often that is before the context's loop comes to it, it is
  /// one call there: what happens elsewhere may happen faster than it can be looked at.
  void changed_elsewhere();

  /// Whether there is another password than the one of that number, which the broker has refused;
  /// waits for the command that prints it.
  bool renew_password(std::uint32_t refused);

  /// Whether a client of the plan leaves a session or a retained will, that is to be taken away at
  /// the end of the run.
  bool outlives_connection(const client::ConnectPlan& plan, protocol::Version version) const;
  /// Such a client connects.
  void note_connect(const client::ConnectPlan& plan, protocol::Version version);

  /// For the script of a case that begins harmless: what follows may harm the broker. Waits for its
  /// turn, beside the case's time. False, and the case is aborted, when the broker is gone.
  [[nodiscard]] bool begin_harm();
  /// What takes the turn, once; never called: there is nobody to wait for.
  void on_harm(std::function<void()> take_turn) { on_harm_ = std::move(take_turn); }
  Duration waited_for_turn() const { return waited_for_turn_; }

  /// What was learnt of the broker beside the verdict.
  void tell(Fact fact) { facts_.push_back(std::move(fact)); }
  std::vector<Fact> take_facts() { return std::move(facts_); }

  /// Ends the case with this finding; the first one stays.
  void abort(Finding finding);
  void abort(std::string observed) { abort(inconclusive(std::move(observed))); }
  bool is_aborted() const { return abort_.has_value(); }
  /// `found`, unless the case is aborted. What is no pass says how long was waited in vain and
  /// how the broker has ended a connection of the case; and any what came later than the usual
  /// timeout has it.
  Finding verdict(const Finding& found) const;

  /// Ends the case now; from inside its loop. Its clients say DISCONNECT, so that no will is
  /// published.
  void cancel();

 private:
  std::string end_not_in(const std::string& text) const;
  bool run(const std::function<bool()>& condition, Time until);
  bool look_on(const std::function<bool()>& condition, Time since);
  void note_late(Duration after);
  void note_in_vain(Time since);
  Finding with_waits(Finding finding) const;
  Finding as_authorized(Finding found) const;

  const RunContext& run_;
  Task task_;
  unsigned play_;
  Random random_;
  transport::Loop loop_;
  transport::Inbox inbox_;
  std::atomic<bool> is_to_look_ = false;
  Time deadline_;
  Duration limit_;
  std::string folder_;
  std::optional<Finding> abort_;
  std::string unauthorized_;   ///< how the broker refused a message for want of a right
  Duration waited_in_vain_{};  ///< the longest
  Duration came_after_{};      ///< the latest thing that came later than the usual timeout has it
  Duration longest_timeout_{};
  Duration late_time_left_{};  ///< for waits that are longer than the usual timeout has it
  std::function<void()> on_long_wait_;
  bool has_allowed_late_ = false;
  std::function<void()> on_harm_;
  Duration waited_for_turn_{};
  std::vector<Fact> facts_;
  std::vector<std::unique_ptr<ScriptedClient>> clients_;
  std::vector<std::unique_ptr<EngineClient>> engine_clients_;
};

/// Calls `act` on a new context. ExitCode::io for one that this side has no descriptors for.
Status in_context(const RunContext& run, Task task, Duration limit,
                  const std::function<Status(CaseContext&)>& act);

}  // namespace mqtt_toolbox::check
