#include <utility>

#include "base/utf8.hpp"
#include "client/password.hpp"
#include "pub/publisher.hpp"
#include "pub/store.hpp"

// What is different with a durable store.

namespace mqtt_toolbox::pub {

/// The outcomes of what an earlier process has sent come to this one.
Status Publisher::restore_ledger() {
  const Time now = world_.loop.now();
  return queue_->each(store::Selection::sent, [&](const store::Kept& kept) -> Status {
    Entry& entry = ledger_.open(kept.number, now);
    entry.topic.assign(kept.message.topic);
    entry.id.assign(kept.id);
    entry.outcome.qos = kept.message.qos;
    entry.outcome.packet_identifier = kept.packet_identifier;
    return {};
  });
}

Status Publisher::make_stored_source() {
  auto stored = std::make_unique<StoredSource>(
      world_.loop, *queue_, world_.wall_clock,
      StoredListener{[this] { input_went_on(); },
                     [this](const record::ErrorLine& error) { print_error(error); },
                     [this](const record::Stored& accepted) { print_stored(accepted); },
                     [this] {
                       tell_kept();
                       flush();
                     },
                     [this] { return !output_.blocked(); }, [this] { no_room(); },
                     [this](const Error& error) { broken(error); }});
  auto input = make_source(world_.loop, plan_, stored->input_listener());
  if (!input) return tl::unexpected(std::move(input.error()));
  stored->use(std::move(*input));
  stored_ = stored.get();
  source_ = std::move(stored);
  return {};
}

/// While input comes there is hope: what ended the connection for good may be mended.
void Publisher::start_again() {
  auto client = client::make_client({world_.loop, world_.random, queue_}, connect_plan_, *this,
                                    plan_.password_command);
  if (!client) return broken(client.error());
  client_ = std::move(*client);
  closing_ = client_gone_ = started_ = false;
  search_ = CulpritSearch();
  offline_cause_.reset();
  client_->connect();
}

void Publisher::input_went_on() {
  pump();
  if (client_gone_ && stored_->input_ended()) return world_.loop.stop();
  if (is_given_up_offline()) give_up(*offline_cause_);
}

void Publisher::print_stored(const record::Stored& stored) {
  std::string& out = output_.buffer();
  if (plan_.json) return writer_.append(out, stored, world_.wall_clock.now());
  out += stored.is_known ? "known" : "stored " + std::to_string(stored.number);
  out += " " + printable(stored.topic);
  if (!stored.id.empty()) out += " id=" + printable(stored.id);
  out += '\n';
}

void Publisher::no_room() {
  const Error full{ExitCode::io, "the disk has too little room for more in " +
                                     printable(plan_.store) +
                                     ": no more input is accepted; what was accepted before is "
                                     "kept, and sent"};
  print_error({&full, {}, {}});
}

void Publisher::broken(const Error& error) {
  if (!abandons_input_) fail_with(error);
}

void Publisher::commit() {
  if (const auto committed = queue_->commit(); !committed) return broken(committed.error());
  tell_kept();
}

void Publisher::tell_kept() {
  output_.buffer() += std::exchange(unkept_, {});
  told_refused_.insert(told_refused_.end(), refused_.begin(), refused_.end());
  refused_.clear();
}

/// A refused message leaves the store when its line is out, lest nobody ever hears of it; not when
/// the line could not be written.
void Publisher::forget_refused() {
  if (told_refused_.empty() || abandons_input_) return;
  for (const client::Token token : std::exchange(told_refused_, {})) queue_->finished(token);
  if (const auto committed = queue_->commit(); !committed) broken(committed.error());
}

void Publisher::finish_store() {
  commit();
  if (finish_output()) forget_refused();
  const auto left =
      queue_->commit().and_then([this] { return what_is_left(*queue_, plan_.store); });
  if (!left) {
    if (!std::exchange(abandons_input_, true)) print_error({&left.error(), {}, {}});
  } else if (!left->text.empty()) {
    exit_ = worse(exit_, left->code);
    world_.reporter.error(left->text);
  }
}

void Publisher::look_for_culprit(const Error& cause) {
  if (queue_ == nullptr || !client_->ended_at_request()) return;
  const Entry* oldest = ledger_.oldest_open(search_.suspect());
  if (oldest == nullptr) return;
  const client::Token token = oldest->token;
  const std::uint64_t others = ledger_.unsettled() - (search_.suspect() ? 2 : 1);
  switch (search_.connection_ended(token, search_.is_one_at_a_time() || others == 0)) {
    case CulpritSearch::Verdict::none: return;
    case CulpritSearch::Verdict::one_at_a_time:
      world_.reporter.note(
          "from now on one message at a time is sent, to find the one that the "
          "broker does not take");
      return client_->limit_inflight(1);
    case CulpritSearch::Verdict::suspected: return suspect(token, cause);
    case CulpritSearch::Verdict::hopeless: return give_up_search(cause);
  }
}

/// The store is told only when the suspicion has come true.
void Publisher::suspect(client::Token token, const Error& cause) {
  suspicion_ = cause.text;
  losses_in_a_row_ = 0;
  client_->withdraw(token);
  pump();
}

void Publisher::set_aside(client::Token token) {
  const Entry* entry = ledger_.forget(token);
  if (entry == nullptr) return;
  if (const auto kept = queue_->set_aside(token, suspicion_); !kept) return broken(kept.error());
  const std::string number = std::to_string(token);
  const Error error{
      ExitCode::rejected,
      "message " + number + " to " + printable(entry->topic) +
          " was alone on its way when the broker ended three connections, and others are "
          "acknowledged: it is set aside (--store-list shows it, --store-retry sends it again, "
          "--store-drop " +
          number + " takes it out); " + suspicion_};
  print_error({&error, {}, entry->topic});
  print_done();
}

void Publisher::end_search_when_done() {
  if (!search_.is_one_at_a_time() || ledger_.unsettled() != 0) return;
  search_.finish();
  client_->limit_inflight(std::nullopt);
}

/// Whether nothing else is left that could be acknowledged.
bool Publisher::has_only_a_suspect() const {
  return search_.suspect() && exhausted_ && !held_ && ledger_.unsettled() == 1;
}

void Publisher::give_up_search(const Error& cause) {
  search_ = CulpritSearch();
  give_up({ExitCode::lost, cause.text +
                               "; messages sent one at a time ended three connections each and "
                               "none was acknowledged, so that none is set aside; " +
                               unsettled_text()});
}

}  // namespace mqtt_toolbox::pub
