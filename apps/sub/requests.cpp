#include "sub/requests.hpp"

#include <algorithm>
#include <utility>

#include "client/filter_room.hpp"
#include "sub/retained_state.hpp"

namespace mqtt_toolbox::sub {

protocol::Subscription subscription(const Plan& plan, const Request& request) {
  protocol::Subscription result;
  result.filter = request.filter;
  result.qos = request.qos.value_or(plan.qos);
  result.no_local = request.no_local;
  result.retain_as_published = request.retain_as_published || plan.retain_as_published;
  result.retain_handling = request.retain_handling.value_or(plan.retain_handling);
  return result;
}

Requests::Requests(const Plan& plan, const Properties& properties, Refused refused)
    : plan_(plan), properties_(properties), refused_(std::move(refused)) {
  for (const auto& request : plan.requests) left_.insert(request.filter);
}

Status Requests::start(client::Client& client, std::size_t maximum_packet_size) {
  const auto room = [&](const protocol::PropertyList& properties) {
    return client::filter_room(maximum_packet_size, properties.view());
  };
  subscription_room_ = room(properties_.subscribe);
  if (!plan_.retained_only)
    plan_batches(Answer::subscription, plan_.requests.size(), subscription_room_);
  plan_batches(Answer::unsubscription, plan_.unsubscribes.size(), room(properties_.unsubscribe));
  std::reverse(unsent_.begin(), unsent_.end());
  return send(client);
}

Status Requests::read_here(client::Client& client) {
  reads_beside_ = false;
  plan_batches(Answer::subscription, plan_.requests.size(), subscription_room_);
  std::reverse(unsent_.begin(), unsent_.end());
  return send(client);
}

std::size_t Requests::entry_size(Answer kind, std::size_t index) const {
  if (kind == Answer::unsubscription)
    return client::filter_length_prefix + plan_.unsubscribes[index].size();
  return client::filter_length_prefix + plan_.requests[index].filter.size() +
         client::filter_options_size;
}

/// A filter that has no room even alone is tried all the same: the session says what is wrong.
void Requests::plan_batches(Answer kind, std::size_t filters, std::size_t room) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < filters; ++i) {
    const std::size_t entry = entry_size(kind, i);
    const bool is_first = i == 0;
    if (is_first || unsent_.back().count == plan_.subscribe_batch || size + entry > room) {
      unsent_.push_back({kind, i, 0, false});
      size = 0;
    }
    ++unsent_.back().count;
    size += entry;
  }
}

Result<client::Submission> Requests::submit(client::Client& client, const Batch& batch) const {
  const client::Token token = sent_.size();
  if (batch.kind == Answer::unsubscription) {
    const auto first = plan_.unsubscribes.begin() + static_cast<std::ptrdiff_t>(batch.first);
    std::vector<protocol::Bytes> filters(first, first + static_cast<std::ptrdiff_t>(batch.count));
    return client.unsubscribe(filters, properties_.unsubscribe.view(), token);
  }
  std::vector<protocol::Subscription> subscriptions;
  for (std::size_t i = 0; i < batch.count; ++i) {
    const Request& request = plan_.requests[batch.first + i];
    subscriptions.push_back(subscription(plan_, request));
    if (reads_beside_ && is_read_beside(plan_, request))
      subscriptions.back().retain_handling = protocol::RetainHandling::never;
  }
  return client.subscribe(subscriptions, properties_.subscribe.view(), token);
}

Status Requests::send(client::Client& client) {
  while (!unsent_.empty()) {
    Batch batch = unsent_.back();
    const auto submitted = submit(client, batch);
    const bool is_limited = !submitted && submitted.error().code == ExitCode::rejected;
    if (!submitted && !(is_limited && batch.kind == Answer::subscription))
      return tl::unexpected<Error>(submitted.error());
    if (submitted && submitted->admission == client::Admission::would_block) return {};
    unsent_.pop_back();
    if (!submitted) {
      refuse_or_halve(batch, submitted.error());
      continue;
    }
    batch.open = true;
    sent_.push_back(batch);
    ++open_;
  }
  return {};
}

/// The limits of a broker concern single filters, and the others are to be sent.
void Requests::refuse_or_halve(const Batch& batch, const Error& error) {
  if (batch.count == 1) return refused_(plan_.requests[batch.first], error);
  const std::size_t half = batch.count / 2;
  unsent_.push_back({batch.kind, batch.first + half, batch.count - half, false});
  unsent_.push_back({batch.kind, batch.first, half, false});
}

Requests::Answer Requests::answered(client::Token token) {
  Batch& batch = sent_[token];
  if (!batch.open) {
    note_owners();
    return Answer::repeated;
  }
  batch.open = false;
  --open_;
  if (batch.kind == Answer::unsubscription)
    for (std::size_t i = 0; i < batch.count; ++i) drop(plan_.unsubscribes[batch.first + i]);
  return batch.kind;
}

void Requests::note_owners() {
  if (!owners_.empty()) return;
  for (client::Token token = 0; token < sent_.size(); ++token) {
    const Batch& batch = sent_[token];
    for (std::size_t i = batch.first; i < batch.first + batch.count; ++i)
      owners_[batch.kind == Answer::unsubscription ? plan_.unsubscribes[i]
                                                   : plan_.requests[i].filter] = token;
  }
}

/// A client that subscribes again leaves out the filters that a later packet named.
std::vector<const Request*> Requests::subscribed(client::Token token, Answer answer) const {
  std::vector<const Request*> requests;
  const Batch& batch = sent_[token];
  for (std::size_t i = batch.first; i < batch.first + batch.count; ++i) {
    const Request& request = plan_.requests[i];
    if (answer != Answer::repeated || owners_.at(request.filter) == token)
      requests.push_back(&request);
  }
  return requests;
}

}  // namespace mqtt_toolbox::sub
