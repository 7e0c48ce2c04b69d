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
                     [this] { flush(); }, [this] { return !output_.blocked(); },
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
                                    {plan_.password_command, true});
  if (!client) return broken(client.error());
  client_ = std::move(*client);
  closing_ = client_gone_ = started_ = false;
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

void Publisher::broken(const Error& error) {
  if (!abandons_input_) fail_with(error);
}

void Publisher::commit() {
  if (const auto committed = queue_->commit(); !committed) broken(committed.error());
}

void Publisher::finish_store() {
  if (queue_ == nullptr) return;
  const auto text =
      queue_->commit().and_then([this] { return waiting_text(*queue_, plan_.store); });
  if (!text) {
    if (!std::exchange(abandons_input_, true)) print_error({&text.error(), {}, {}});
  } else if (!text->empty()) {
    exit_ = worse(exit_, ExitCode::lost);
    world_.reporter.error(*text);
  }
}

}  // namespace mqtt_toolbox::pub
