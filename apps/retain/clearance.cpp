#include "retain/clearance.hpp"

#include <algorithm>
#include <unistd.h>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "protocol/topic.hpp"

namespace mqtt_toolbox::retain {

using protocol::Qos;

namespace {

/// A broker may leave messages out of a read where there are very many, so that clearing shows it
/// more each time; fewer are those that somebody retains anew, and end some time.
constexpr std::uint64_t fewest_dropped = 1000;
constexpr unsigned most_small_rounds = 5;

std::vector<retained::Wanted> wanted(const std::vector<std::string>& filters) {
  std::vector<retained::Wanted> result;
  for (const std::string& filter : filters) result.push_back({filter, Qos::at_most_once});
  return result;
}

}  // namespace

Clearance::Clearance(console::World& world, const Plan& plan,
                     const client::ConnectPlan& connect_plan)
    : world_(world),
      plan_(plan),
      connect_plan_(connect_plan),
      output_(
          world.loop, STDOUT_FILENO, [] {}, [this](const Error& error) { fail_with(error); }),
      listing_(output_, plan),
      reader_(world.loop, plan.patience),
      survey_(reader_, {[this](const protocol::Publish& message) { return wants(message); },
                        [this](const protocol::Publish& message) { found(message); },
                        [this](const protocol::Publish& message) { live(message); },
                        [this](std::size_t first, const protocol::SubAck& suback) {
                          granted(first, suback);
                        },
                        [this](const retained::Surveyed& surveyed) { survey_ended(surveyed); },
                        [this](const Error& error) { fail_with(error); }}),
      by_name_(reader_, {[this](const protocol::Publish& message) { save(message); },
                         [this](const retained::ByName::Outcome& outcome) { saved(outcome); },
                         [this](const Error& error) { fail_with(error); }}),
      pace_(world.loop, [this] { clear(); }),
      progress_(world.loop, plan.patience.acknowledgement_timeout, [this] { no_progress(); }),
      interrupts_(world.loop, [this](int) { finish(ExitCode::no); }) {}

console::Ended Clearance::run() {
  auto chooser = Chooser::make(plan_);
  Status possible = chooser ? Status() : tl::unexpected<Error>(chooser.error());
  if (possible) chooser_.emplace(*std::move(chooser));
  if (possible && !plan_.backup.empty()) {
    auto backup = Backup::create(plan_.backup);
    if (backup)
      backup_.emplace(*std::move(backup));
    else
      possible = tl::unexpected<Error>(backup.error());
  }
  auto client = possible ? client::make_client({world_.loop, world_.random}, connect_plan_, *this)
                         : tl::unexpected<Error>(possible.error());
  if (!client) {
    world_.reporter.error(client.error().text);
    return {client.error().code, 0};
  }
  client_ = std::move(*client);
  started_ = world_.loop.now();
  client_->connect();
  world_.loop.run_until(never);
  return {exit_, interrupts_.received()};
}

// The connection's news.

void Clearance::on_connected(const client::Connected& connected) {
  window_ = retained::ByName::room(connected, connect_plan_);
  maximum_qos_ = connected.limits.maximum_qos;
  retained::Survey::Request request;
  request.read.filters = wanted(plan_.filters);
  packet_.bytes = connected.limits.maximum_packet_size / 2;
  request.read.room = packet_;
  request.read.stay = plan_.older_than.value_or(Duration(0));
  request.once = plan_.task == Task::clear;
  survey(Step::surveying, std::move(request));
}

void Clearance::on_closed(const std::optional<Error>& error) {
  if (error && !finishing_) {
    world_.reporter.error(error->text + (clears_ ? "; " + totals() : ""));
    exit_ = worse(exit_, error->code);
  }
  finishing_ = true;
  world_.loop.stop();
}

bool Clearance::on_message(const protocol::Publish& message) {
  if (!finishing_) reader_.on_message(message);
  return !finishing_;
}

void Clearance::on_subscribed(client::Token token, const protocol::SubAck& suback) {
  if (!finishing_) reader_.on_subscribed(token, suback);
}

void Clearance::on_unsubscribed(client::Token token, const protocol::UnsubAck&) {
  if (!finishing_) reader_.on_unsubscribed(token);
}

void Clearance::on_packet(session::Direction direction, const protocol::Frame& frame,
                          protocol::Version version) {
  if (world_.trace != nullptr) world_.trace->packet(direction, frame, version);
}

// Reading.

void Clearance::survey(Step step, retained::Survey::Request request) {
  step_ = step;
  survey_.start(*client_, std::move(request));
}

/// One without payload is how somebody else clears it.
bool Clearance::wants(const protocol::Publish& message) const {
  if (step_ == Step::testing) return message.topic == self_test_topic_;
  return !message.payload.empty() && chooser_->wants(message.topic);
}

void Clearance::found(const protocol::Publish& message) {
  if (step_ == Step::testing) {
    self_test_seen_ = true;
    return;
  }
  const std::uint64_t hash =
      plan_.task == Task::difference ? retained::hash_of(message.payload) : 0;
  topics_.add({message.topic, static_cast<std::uint32_t>(message.payload.size()), hash});
}

void Clearance::granted(std::size_t first, const protocol::SubAck& suback) {
  for (std::size_t i = 0; i < suback.codes.size() && first + i < plan_.filters.size(); ++i) {
    if (!protocol::is_failure(suback.code(i))) continue;
    reader_.stop();
    const std::string& filter =
        step_ == Step::testing ? self_test_topic_ : plan_.filters[first + i];
    return fail_with(
        {ExitCode::rejected,
         "the subscription to " + printable(filter) + " was refused: " +
             std::string(protocol::name(suback.code(i), protocol::PacketType::suback))});
  }
}

void Clearance::save(const protocol::Publish& message) {
  // What is there again is saved once more when it is not what was saved before.
  const std::uint64_t version =
      retained::hash_of(message.topic) * 31 ^ retained::hash_of(message.payload);
  if (saved_versions_.insert(version).second) {
    backup_->add(message, world_.wall_clock.now());
    ++unwritten_;
  }
  ready_.add({message.topic, static_cast<std::uint32_t>(message.payload.size()), 0});
}

void Clearance::live(const protocol::Publish& message) {
  if (step_ == Step::testing)
    self_test_live_ = self_test_live_ || message.topic == self_test_topic_;
  else if (step_ == Step::surveying && plan_.older_than)
    young_.emplace(message.topic);
}

void Clearance::survey_ended(const retained::Surveyed& surveyed) {
  const auto doubt = retained::doubt(surveyed);
  if (step_ == Step::testing) return end_self_test();
  if (step_ == Step::proving || !clears(plan_) || plan_.task == Task::ask) tell_doubt(doubt);
  step_ == Step::proving ? proven() : this->surveyed();
}

void Clearance::tell_doubt(const std::optional<std::string>& doubt) {
  if (!doubt) return;
  exit_ = worse(exit_, ExitCode::no);
  if (!std::exchange(is_doubted_, true)) world_.reporter.error(*doubt);
}

void Clearance::forget_young() {
  if (young_.empty()) return;
  Topics old;
  while (const auto found = topics_.take())
    if (young_.count(std::string(found->topic)) == 0) old.add(*found);
  topics_ = std::move(old);
}

// After the survey.

void Clearance::surveyed() {
  forget_young();
  found_ = topics_.size();
  if (topics_.size() == 0) return nothing_found();
  after_survey();
}

void Clearance::after_survey() {
  if (plan_.task == Task::difference) return compare();
  if (plan_.task != Task::clear) show();
  if (plan_.task == Task::ask) return ask();
  start_clearing();
}

void Clearance::show() {
  const auto now = world_.wall_clock.now();
  check(plan_.task == Task::tree ? listing_.tree(topics_, now) : listing_.list(topics_, now));
  check(listing_.finish());
}

void Clearance::compare() {
  auto comparison = Comparison::read(plan_.difference, *chooser_);
  if (!comparison) return fail_with(comparison.error());
  const auto now = world_.wall_clock.now();
  ExitCode found = ExitCode::done;
  const auto tell = [&](std::string_view topic, std::string_view change) {
    found = ExitCode::no;
    check(listing_.difference({topic, change}, now));
  };
  topics_.each([&](const Found& message) {
    switch (comparison->note(message)) {
      case Comparison::Change::none: break;
      case Comparison::Change::added: return tell(message.topic, "added");
      case Comparison::Change::changed: return tell(message.topic, "changed");
    }
  });
  comparison->each_missing([&](std::string_view topic) { tell(topic, "removed"); });
  check(listing_.finish());
  finish(found);
}

void Clearance::ask() {
  step_ = Step::asking;
  const std::string question =
      fmt::format("clear {}{} retained messages, {} bytes? [y/N] ", is_doubted_ ? "at least " : "",
                  found_, topics_.payload_bytes());
  (void)!write(STDERR_FILENO, question.data(), question.size());
  stdin_ = std::make_unique<transport::Loop::Watch>(world_.loop, STDIN_FILENO,
                                                    [this](transport::Interest) { answered(); });
  stdin_->want(transport::Interest::read);
}

void Clearance::answered() {
  char answer[100];
  const auto size = ::read(STDIN_FILENO, answer, sizeof answer);
  stdin_.reset();
  if (size > 0 && (answer[0] == 'y' || answer[0] == 'Y')) return start_clearing();
  world_.reporter.note("nothing was cleared");
  finish(ExitCode::done);
}

/// No answer can mean that the broker gives none.
void Clearance::nothing_found() {
  if (plan_.self_test.value_or(clears(plan_))) return begin_self_test();
  if (!plan_.self_test)
    world_.reporter.note(
        "nothing was found; some brokers send no retained messages for filters with wildcards, or "
        "send them without the RETAIN flag: --self-test retains one and looks");
  end_with_nothing(ExitCode::done);
}

void Clearance::end_with_nothing(ExitCode code) {
  exit_ = worse(exit_, code);
  if (clears(plan_)) return report();
  if (plan_.task == Task::difference) return compare();
  finish(code);
}

void Clearance::begin_self_test() {
  const std::string folder = fmt::format("mqtt-toolbox/self-test/{:016x}", world_.random());
  self_test_topic_ = folder + "/x";
  protocol::Publish message;
  message.topic = self_test_topic_;
  message.payload = "x";
  message.qos = Qos::at_least_once;
  message.retain = true;
  // A broker that does not let us write cannot be tested, which is no fault.
  if (!client_->publish(message, next_token_++, client::Payload::copied))
    return end_with_nothing(ExitCode::done);
  in_flight_.emplace(next_token_ - 1, std::string());
  progress_.start(*client_);
}

/// By its own name first: where that shows nothing, a filter with wildcards says nothing.
void Clearance::read_self_test(const std::string& filter) {
  retained::Survey::Request request;
  request.read.filters = wanted({filter});
  request.once = true;
  survey(Step::testing, std::move(request));
}

void Clearance::end_self_test() {
  const bool was_seen = std::exchange(self_test_seen_, false);
  const bool goes_on = was_seen && std::any_of(plan_.filters.begin(), plan_.filters.end(),
                                               [](const std::string& filter) {
                                                 return protocol::has_wildcard(filter);
                                               });
  if (goes_on && !std::exchange(self_test_has_wildcard_, true))
    return read_self_test(self_test_topic_.substr(0, self_test_topic_.size() - 1) + "+");
  (void)clear_one(self_test_topic_);
  if (was_seen) return end_with_nothing(ExitCode::done);
  if (self_test_live_) {
    world_.reporter.note(
        "nothing was found, but this broker sends retained messages without the RETAIN flag, so "
        "that "
        "they cannot be told from others");
  } else if (self_test_has_wildcard_) {
    world_.reporter.note(
        "nothing was found, but this broker sends no retained messages for filters with wildcards; "
        "name the topics one by one");
  } else {
    world_.reporter.note(
        "nothing was found; a retained message of one's own did not come back either, so that the "
        "broker keeps none, or lets this client write none");
    return end_with_nothing(ExitCode::done);
  }
  end_with_nothing(ExitCode::no);
}

// Clearing.

void Clearance::start_clearing() {
  clears_ = clears(plan_);
  if (!clears_ && !backup_) return finish(ExitCode::done);
  clearing_since_ = world_.loop.now();
  start_round();
}

/// Clears at QoS 0, without waiting for anything but the socket; what is there afterwards is asked
/// for once more at QoS 1.
void Clearance::start_round() {
  if (backup_) return save_next();
  ready_ = std::exchange(topics_, {});
  step_ = Step::clearing;
  clear();
}

/// Asks for some topics by name at QoS 2, so that the backup has the QoS of each.
void Clearance::save_next() {
  std::vector<retained::Wanted> names;
  std::size_t bytes = 0;
  while (names.size() < window_.filters && bytes < window_.bytes) {
    const auto found = topics_.take();
    if (!found) break;
    bytes += found->topic.size();
    names.push_back({std::string(found->topic), maximum_qos_});
  }
  if (names.empty()) return clears_ ? prove() : report_saved();
  step_ = Step::saving;
  by_name_.start(*client_, std::move(names), packet_, {});
}

void Clearance::note_unsaved(const retained::ByName::Outcome& outcome) {
  for (const std::string& topic : outcome.missing) unsaved_.insert(topic);
  for (const std::string& topic : outcome.refused)
    refused_.emplace(topic, "it could not be saved, since the subscription to it was refused");
  lowered_ += outcome.lowered;
}

void Clearance::saved(const retained::ByName::Outcome& outcome) {
  note_unsaved(outcome);
  if (auto status = backup_->save(); !status) return fail_with(status.error());
  saved_ += std::exchange(unwritten_, 0);
  if (!clears_) {
    ready_.clear();
    return save_next();
  }
  step_ = Step::clearing;
  clear();
}

/// Clears what is ready, as fast as the client takes it.
void Clearance::clear() {
  if (finishing_ || step_ != Step::clearing) return;
  while (may_clear_now()) {
    if (held_.empty()) {
      const auto found = ready_.take();
      if (!found) break;
      held_ = found->topic;
    }
    if (!clear_one(held_)) return await_room();
    attempted_.push_back(retained::hash_of(held_));
    held_.clear();
    ++submitted_;
  }
  is_blocked_ = false;
  if (!in_flight_.empty()) return;
  progress_.stop();
  if (ready_.size() == 0 && held_.empty()) cleared();
}

/// Other traffic calls `clear` too, and is no progress.
void Clearance::await_room() {
  if (!std::exchange(is_blocked_, true)) progress_.start(*client_);
}

void Clearance::no_progress() {
  const std::string within = " within " + show_duration(plan_.patience.acknowledgement_timeout);
  if (in_flight_.empty()) return fail_with({ExitCode::lost, "the broker took nothing" + within});
  fail_with({ExitCode::lost, fmt::format("the broker did not acknowledge {} messages{}",
                                         in_flight_.size(), within)});
}

bool Clearance::may_clear_now() {
  if (!plan_.rate || (ready_.size() == 0 && held_.empty())) return true;
  const Duration due(
      static_cast<Duration::rep>(static_cast<double>(submitted_) * 1e9 / *plan_.rate));
  if (world_.loop.now() >= clearing_since_ + due) return true;
  pace_.arm(clearing_since_ + due);
  return false;
}

/// False when there is no room now; `on_ready` follows.
bool Clearance::clear_one(std::string_view topic) {
  protocol::Publish message;
  message.topic = topic;
  message.qos = is_last_round_ ? Qos::at_least_once : Qos::at_most_once;
  message.retain = true;
  const auto submitted = client_->publish(message, next_token_, client::Payload::copied);
  if (!submitted) {
    refused_.emplace(topic, submitted.error().text);
    return true;
  }
  if (submitted->admission == client::Admission::would_block) return false;
  if (!is_last_round_) return true;
  if (in_flight_.empty()) progress_.start(*client_);
  in_flight_.emplace(next_token_++, topic);
  return true;
}

void Clearance::on_published(const client::PublishOutcome& outcome) {
  const auto flight = in_flight_.find(outcome.token);
  if (flight == in_flight_.end()) return;
  const std::string topic = std::move(flight->second);
  in_flight_.erase(flight);
  in_flight_.empty() ? progress_.stop() : progress_.answered();
  if (!self_test_topic_.empty()) {
    if (!topic.empty()) return;  // cleared
    if (protocol::is_failure(outcome.reason)) return end_with_nothing(ExitCode::done);
    return read_self_test(self_test_topic_);
  }
  if (protocol::is_failure(outcome.reason))
    refused_.emplace(topic, protocol::name(outcome.reason, protocol::PacketType::puback));
}

void Clearance::cleared() {
  if (backup_) return save_next();
  prove();
}

void Clearance::prove() {
  topics_.clear();
  retained::Survey::Request request;
  request.read.filters = wanted(plan_.filters);
  request.read.room = packet_;
  request.read.retain_as_published = true;
  request.once = true;
  survey(Step::proving, std::move(request));
}

/// After `count_new`.
bool Clearance::was_attempted(std::string_view topic) const {
  return std::binary_search(attempted_.begin(), attempted_.end(), retained::hash_of(topic));
}

/// Of what is found now, what no read before has found.
std::uint64_t Clearance::count_new() {
  std::sort(attempted_.begin(), attempted_.end());
  attempted_.erase(std::unique(attempted_.begin(), attempted_.end()), attempted_.end());
  std::uint64_t count = 0;
  topics_.each([&](const Found& found) {
    const bool is_known = was_attempted(found.topic) || unsaved_.contains(found.topic) ||
                          refused_.find(found.topic) != refused_.end();
    if (!is_known) ++count;
  });
  return count;
}

void Clearance::proven() {
  forget_young();
  const std::uint64_t found_anew = count_new();
  found_ += found_anew;
  if (topics_.size() == 0) return report();
  const bool is_next = goes_on(found_anew);
  if (is_last_round_ && !is_next) return report();
  is_last_round_ = !is_next;
  start_round();
}

/// Whether the next round is for topics that were not asked for yet.
bool Clearance::goes_on(std::uint64_t found_anew) {
  if (found_anew == 0) return false;
  return topics_.size() >= fewest_dropped || ++small_rounds_ <= most_small_rounds;
}

void Clearance::report() {
  const auto now = world_.wall_clock.now();
  is_proven_ = true;
  cleared_ = attempted_.size();
  topics_.each([&](const Found& found) {
    const std::string topic(found.topic);
    ++remaining_;
    if (was_attempted(topic)) --cleared_;
    check(listing_.remaining({topic, cause_of(topic)}, now));
  });
  if (remaining_ != 0) exit_ = worse(exit_, ExitCode::no);
  tell_lowered();
  const record::Summary::Count counts[] = {{"found", found_},
                                           {"saved", saved_},
                                           {"cleared", cleared_},
                                           {"vanished", vanished()},
                                           {"refused", refused_.size()},
                                           {"remaining", remaining_}};
  check(listing_.summary(totals(), {counts, world_.loop.now() - started_, exit_}, now));
  finish(exit_);
}

void Clearance::tell_lowered() {
  if (lowered_ == 0) return;
  tell_doubt(fmt::format("{} saved, {} of them perhaps at a lower QoS: the broker granted no other",
                         saved_, lowered_));
}

/// The end without clearing.
void Clearance::report_saved() {
  if (unsaved_.size() != 0)
    world_.reporter.note(fmt::format("of {} retained messages {} went before they were saved",
                                     found_, unsaved_.size()));
  for (const auto& [topic, cause] : refused_) tell_doubt(printable(topic) + ": " + cause);
  tell_lowered();
  finish(exit_);
}

std::string_view Clearance::cause_of(const std::string& topic) const {
  const auto refused = refused_.find(topic);
  if (refused != refused_.end()) return refused->second;
  if (was_attempted(topic)) return "it is there again, or still";
  return unsaved_.contains(topic)
             ? "the broker did not send it by its name, so that it was not saved"
             : "it came meanwhile";
}

// The end.

/// Topics, each once.
std::uint64_t Clearance::asked() const {
  return std::unordered_set<std::uint64_t>(attempted_.begin(), attempted_.end()).size();
}

std::string Clearance::totals() const {
  if (found_ == 0) return "nothing was found";
  std::string text = is_proven_
                         ? fmt::format("{} of {} retained messages cleared", cleared_, found_)
                         : fmt::format(
                               "{} retained messages found, {} asked to be cleared, and not known "
                               "whether they are gone",
                               found_, asked());
  if (backup_) text += fmt::format(", {} saved", saved_);
  if (!is_proven_) return text;
  if (cleared_ != 0 || remaining_ != 0)
    text += remaining_ == 0 ? ", and seen to be gone" : fmt::format(", {} remain", remaining_);
  if (vanished() != 0) text += fmt::format("; {} went before they were to be cleared", vanished());
  return text;
}

void Clearance::finish(ExitCode code) {
  exit_ = worse(exit_, code);
  if (std::exchange(finishing_, true)) return;
  if (interrupts_.received() != 0 && clears_) world_.reporter.note(totals());
  stdin_.reset();
  reader_.stop();
  progress_.stop();
  client_->close({}, plan_.grace);
}

void Clearance::fail_with(const Error& error) {
  if (!finishing_) world_.reporter.error(error.text + (clears_ ? "; " + totals() : ""));
  finish(error.code);
}

void Clearance::check(const Status& status) {
  if (!status) fail_with(status.error());
}

}  // namespace mqtt_toolbox::retain
