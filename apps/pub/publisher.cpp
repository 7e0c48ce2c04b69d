#include "pub/publisher.hpp"

#include <algorithm>
#include <unistd.h>
#include <utility>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "client/password.hpp"
#include "protocol/characters.hpp"

namespace mqtt_toolbox::pub {
namespace {

constexpr int losses_before_giving_up = 5;
constexpr std::size_t output_batch = 64u << 10;

std::string code_text(protocol::ReasonCode reason, protocol::PacketType packet) {
  constexpr char digits[] = "0123456789ABCDEF";
  auto code = static_cast<std::uint8_t>(reason);
  return std::string(protocol::name(reason, packet)) + " (0x" + digits[code >> 4] +
         digits[code & 15] + ")";
}

protocol::PacketType answer_to(protocol::Qos qos) {
  return qos == protocol::Qos::exactly_once ? protocol::PacketType::pubrec
                                            : protocol::PacketType::puback;
}

record::Published result_of(const Entry& entry) {
  record::Published result;
  result.topic = entry.topic;
  result.qos = entry.outcome.qos;
  result.packet_identifier = entry.outcome.packet_identifier;
  result.reason = entry.outcome.reason;
  result.packet = answer_to(entry.outcome.qos);
  result.latency = entry.ended - entry.started;
  result.may_be_duplicate = entry.outcome.may_be_duplicate;
  if (!entry.id.empty()) result.id = entry.id;
  result.properties = entry.outcome.properties;
  return result;
}

}  // namespace

Publisher::Publisher(console::World& world, const Plan& plan,
                     const client::ConnectPlan& connect_plan, protocol::Properties disconnect,
                     store::Queue* queue)
    : world_(world),
      plan_(plan),
      connect_plan_(connect_plan),
      disconnect_(disconnect),
      queue_(queue),
      output_(
          world.loop, STDOUT_FILENO,
          [this] {
            forget_refused();
            if (stored_ != nullptr) stored_->take_input();
            pump();
          },
          [this](const Error& error) { fail_with(error); }),
      pace_(world.loop, plan, [this] { pump(); }),
      silence_(world.loop, plan.acknowledgement_timeout, [this] { acknowledgements_missing(); }),
      pings_(world.loop, [this] { ping_when_due(); }),
      pingresp_(world.loop, plan.acknowledgement_timeout, [this] { pingresp_missing(); }),
      grace_(world.loop, [this] { grace_is_over(); }),
      again_(world.loop, [this] { start_again(); }),
      interrupts_(world.loop, [this](int) { interrupted(); }) {}

console::Ended Publisher::run() {
  if (auto prepared = prepare(); !prepared) {
    world_.reporter.error(prepared.error().text);
    return {prepared.error().code, interrupts_.received()};
  }
  if (stored_ != nullptr) stored_->take_input();
  client_->connect();
  world_.loop.run_until(never);
  exit_ = worse(exit_, connection_exit_);
  if (queue_ != nullptr) finish_store();
  finish_output();
  return {exit_, interrupts_.received()};
}

bool Publisher::finish_output() {
  const auto written = output_.finish(world_.loop.now() + plan_.grace);
  if (!written) print_error({&written.error(), {}, {}});
  return written.has_value();
}

Status Publisher::prepare() {
  auto client = client::make_client({world_.loop, world_.random, queue_}, connect_plan_, *this,
                                    plan_.password_command);
  if (!client) return tl::unexpected(std::move(client.error()));
  client_ = std::move(*client);
  if (queue_ != nullptr) return restore_ledger().and_then([this] { return make_stored_source(); });
  auto source = make_source(
      world_.loop, plan_,
      {[this] { pump(); }, [this](const record::ErrorLine& error) { print_error(error); }});
  if (!source) return tl::unexpected(std::move(source.error()));
  source_ = std::move(*source);
  return {};
}

void Publisher::on_connected(const client::Connected& connected) {
  if (!std::exchange(paced_, true)) pace_.start(world_.loop.now());
  if (!connected.first) world_.reporter.note("connected again");
  if (risky_ && risky_->qos == protocol::Qos::at_most_once) risky_.reset();
  started_ = true;
  offline_cause_.reset();
  connection_exit_ = ExitCode::done;
  search_.connected();
  if (ledger_.unsettled() > 0) silence_.start(*client_);
  pump();
}

void Publisher::on_reconnecting(const Error& cause, Duration wait) {
  offline_cause_ = cause;
  if (stored_ != nullptr && is_given_up_offline()) return give_up(cause);
  world_.reporter.note(cause.text + risky_text() + "; connecting again in " + show_duration(wait));
  report_unconfirmed(ExitCode::lost);
  if (everything_settled()) return finish_when_done();
  look_for_culprit(cause);
  if (accepts_input() || !started_ || tries_as_told() || closing_) return;
  if (ledger_.unsettled() == 0 || ++losses_in_a_row_ < losses_before_giving_up) return;
  give_up({ExitCode::lost, "the connection was lost " + std::to_string(losses_in_a_row_) +
                               " times without any acknowledgement in between; " +
                               unsettled_text()});
}

void Publisher::on_closed(const std::optional<Error>& error) {
  silence_.stop();
  const Status payloads = source_->check();
  if (!payloads) print_error({&payloads.error(), {}, {}});
  if (error) tell_closed(*error, payloads.has_value());
  // Where a payload is gone it is not the broker that has lost them.
  const ExitCode code = payloads ? ExitCode::lost : ExitCode::io;
  if (error || expects_confirmation() || client_->pending() != 0) report_unconfirmed(code);
  closing_ = client_gone_ = true;
  if (!accepts_input()) return world_.loop.stop();
  const auto& reconnect = connect_plan_.reconnect;
  if (reconnect.attempts == session::BackoffSettings::unlimited)
    again_.arm(world_.loop.now() + reconnect.maximum);
}

/// Without the payloads a failure to read what is to be sent is explained already.
void Publisher::tell_closed(const Error& error, bool has_payloads) {
  connection_exit_ = worse(connection_exit_, error.code);
  if (!has_payloads && error.code == ExitCode::io) return;
  const bool names_open = queue_ == nullptr && ledger_.unsettled() > 0;
  world_.reporter.repeated(error.text + risky_text() + (names_open ? "; " + unsettled_text() : ""));
}

void Publisher::on_packet(session::Direction direction, const protocol::Frame& frame,
                          protocol::Version version) {
  if (world_.trace != nullptr) world_.trace->packet(direction, frame, version);
}

void Publisher::pump() {
  if (pumping_ || closing_ || !started_) return;
  pumping_ = true;
  end_search_when_done();
  publish_while_due();
  pumping_ = false;
  finish_when_done();
}

void Publisher::publish_while_due() {
  while (!exhausted_ && !output_.blocked() && !holds_back()) {
    if (!held_ && !pull()) return;
    if (pace_.is_limited() && !pace_.is_due(world_.loop.now())) break;
    if (!offer()) return;
  }
  source_->pause();
}

bool Publisher::pull() {
  item_ = Item();
  Pull pulled = source_->next(item_);
  held_ = pulled == Pull::item;
  exhausted_ = exhausted_ || pulled == Pull::end;
  return held_;
}

bool Publisher::offer() {
  const client::Token token = item_.number != 0 ? item_.number : ledger_.next_token();
  auto submitted = client_->publish(item_.message, token, item_.payload);
  if (submitted && submitted->admission == client::Admission::would_block) {
    source_->pause();
    return false;
  }
  held_ = false;
  if (submitted)
    taken(token, submitted->packet_identifier);
  else
    rejected_here(submitted.error());
  return true;
}

void Publisher::taken(client::Token token, protocol::PacketIdentifier identifier) {
  pace_.sent();
  if (plan_.defaults.allow_control_characters) remember_risky(token);
  if (item_.message.qos == protocol::Qos::at_most_once) return taken_at_qos_0();
  Time now = world_.loop.now();
  if (ledger_.unsettled() == 0) silence_.start(*client_);
  Entry& entry = ledger_.open(token, now);
  entry.topic.assign(item_.message.topic);
  entry.id.assign(item_.id);
  entry.outcome.qos = item_.message.qos;
  entry.outcome.packet_identifier = identifier;
}

void Publisher::remember_risky(client::Token token) {
  const protocol::Publish& message = item_.message;
  auto risky = protocol::find_risky_character(message.topic);
  if (!risky)
    if (const auto found = protocol::find_risky_property(message.properties))
      risky = found->character;
  if (!risky) return;
  const std::string line = item_.line == 0 ? "" : " of line " + std::to_string(item_.line);
  risky_ = {token, message.qos,
            "; before that went the message" + line + " to \"" + printable(message.topic, 100) +
                "\", which has " + protocol::describe_risky_character(*risky)};
}

std::string Publisher::risky_text() const {
  return risky_ ? risky_->text : std::string();
}

void Publisher::rejected_here(const Error& error) {
  pace_.sent();
  delivered();
  const Error told{error.code,
                   "cannot publish to " + printable(item_.message.topic) + ": " + error.text};
  record::ErrorLine line{&told, {}, item_.message.topic};
  if (item_.line != 0) line.line = item_.line;
  print_error(line);
  if (queue_ != nullptr) told_refused_.push_back(item_.number);
}

void Publisher::on_published(const client::PublishOutcome& outcome) {
  losses_in_a_row_ = 0;
  if (risky_ && outcome.token >= risky_->token) risky_.reset();
  silence_.answered();
  if (const Entry* entry = ledger_.settle(outcome, world_.loop.now())) settled(*entry);
  if (const auto culprit = search_.acknowledged()) set_aside(*culprit);
}

void Publisher::settled(const Entry& entry) {
  const bool is_refused = protocol::is_failure(entry.outcome.reason);
  if (is_refused) exit_ = worse(exit_, ExitCode::rejected);
  if (is_refused && queue_ != nullptr) refused_.push_back(entry.token);
  if (entry.outcome.may_be_duplicate) exit_ = worse(exit_, ExitCode::no);
  if (is_refused || entry.outcome.may_be_duplicate) complain_about(entry);
  print_done();
  if (ledger_.unsettled() > 0) return;
  silence_.stop();
  delivered();
}

void Publisher::delivered() {
  if (pace_.waits_for_delivery() && ledger_.unsettled() == 0) pace_.delivered(world_.loop.now());
}

void Publisher::complain_about(const Entry& entry) {
  std::string about = "the message to " + printable(entry.topic);
  if (protocol::is_failure(entry.outcome.reason)) {
    auto reason_string = entry.outcome.properties.text(protocol::PropertyId::reason_string);
    world_.reporter.repeated(
        about + " was refused: " + code_text(entry.outcome.reason, answer_to(entry.outcome.qos)) +
        (reason_string ? ": " + printable(*reason_string) : ""));
  } else {
    world_.reporter.repeated(about + " may have been delivered twice: the broker lost the session");
  }
}

void Publisher::on_batch_end() {
  if (queue_ == nullptr) flush();
  pump();
  if (queue_ == nullptr) return;
  // The commit is the one that is due before the next write.
  commit();
  flush();
}

void Publisher::print_done() {
  while (const Entry* entry = ledger_.take_done())
    if (plan_.json) print(result_of(*entry));
}

void Publisher::print(const record::Published& result) {
  // What is told stays true: with a store it is told when the store has kept it.
  std::string& out = queue_ != nullptr ? unkept_ : output_.buffer();
  writer_.append(out, result, world_.wall_clock.now());
  if (output_.buffer().size() >= output_batch) flush();
}

void Publisher::print_error(const record::ErrorLine& error) {
  exit_ = worse(exit_, error.error->code);
  world_.reporter.repeated(error.error->text);
  if (plan_.json) writer_.append(output_.buffer(), error, world_.wall_clock.now());
}

void Publisher::flush() {
  if (!output_.buffer().empty()) {
    if (auto state = output_.flush(); !state) return fail_with(state.error());
  }
  if (!output_.blocked()) forget_refused();
}

bool Publisher::everything_settled() const {
  const bool is_confirmed = !expects_confirmation() || unconfirmed_.count() == 0;
  return exhausted_ && !held_ && ledger_.unsettled() == 0 && is_confirmed;
}

void Publisher::finish_when_done() {
  if (closing_) return;
  if (has_only_a_suspect()) return give_up_search({ExitCode::lost, suspicion_});
  if (exhausted_ && !held_ && expects_confirmation() && unconfirmed_.wants_ping()) ping();
  if (!everything_settled()) return;
  flush();
  if (!output_.blocked()) close();
}

void Publisher::close() {
  if (std::exchange(closing_, true)) return;
  if (ledger_.unsettled() > 0) {
    exit_ = worse(exit_, ExitCode::lost);
    if (queue_ == nullptr) world_.reporter.error(unsettled_text());
  }
  flush();
  protocol::Disconnect disconnect;
  disconnect.properties = disconnect_;
  client_->close(disconnect, closing_grace());
}

/// A slow link may take its time as long as it moves; after a signal there is only so much of it.
client::Grace Publisher::closing_grace() const {
  if (interrupts_.received() != 0) return plan_.grace;
  return {plan_.acknowledgement_timeout, client::Grace::From::last_progress};
}

void Publisher::interrupted() {
  exhausted_ = true;
  held_ = false;
  source_->pause();
  if (stored_ != nullptr) stored_->stop();
  if (client_gone_) return world_.loop.stop();
  grace_.arm(world_.loop.now() + plan_.grace);
  if (!started_) return close();
  finish_when_done();
}

void Publisher::grace_is_over() {
  if (closing_) return client_->abort(transport::Ending::fin);
  close();
}

void Publisher::acknowledgements_missing() {
  // Whether a connection comes again is decided elsewhere.
  if (queue_ != nullptr && !client_->online()) return silence_.start(*client_);
  give_up({ExitCode::lost, "the broker has acknowledged nothing for " +
                               show_duration(plan_.acknowledgement_timeout) + "; " +
                               unsettled_text()});
}

void Publisher::fail_with(const Error& error) {
  exit_ = worse(exit_, error.code);
  world_.reporter.error(error.text);
  abandons_input_ = true;
  if (client_gone_) return world_.loop.stop();
  if (std::exchange(closing_, true)) return;
  client_->close({}, Duration::zero());
}

/// The connection is at its end; a store still takes what comes.
void Publisher::give_up(const Error& error) {
  connection_exit_ = worse(connection_exit_, error.code);
  world_.reporter.repeated(error.text);
  if (std::exchange(closing_, true)) return;
  client_->close({}, Duration::zero());
}

std::string Publisher::unsettled_text() const {
  if (queue_ != nullptr) return "nothing is lost, the store has it";
  auto count = ledger_.unsettled();
  return std::to_string(count) + (count == 1 ? " message is" : " messages are") +
         " not acknowledged";
}

}  // namespace mqtt_toolbox::pub
