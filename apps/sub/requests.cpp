#include "sub/requests.hpp"

namespace mqtt_toolbox::sub {
namespace {

/// would_block cannot be: requests are made right after CONNACK, far below any window.
Status sent(const Result<client::Submission>& submitted) {
  if (!submitted) return tl::unexpected<Error>(submitted.error());
  if (submitted->admission == client::Admission::accepted) return {};
  return fail(ExitCode::lost, "cannot send the request now: too many are unanswered");
}

}  // namespace

protocol::Subscription subscription(const Plan& plan, const Request& request) {
  protocol::Subscription result;
  result.filter = request.filter;
  result.qos = request.qos.value_or(plan.qos);
  result.no_local = request.no_local;
  result.retain_as_published = request.retain_as_published || plan.retain_as_published;
  result.retain_handling = request.retain_handling.value_or(plan.retain_handling);
  return result;
}

Requests::Requests(const Plan& plan, const Properties& properties)
    : plan_(plan), properties_(properties) {
  for (const auto& request : plan.requests) left_.insert(request.filter);
}

client::Token Requests::open(Answer kind, std::vector<std::string> filters) {
  requests_.push_back({kind, true, std::move(filters)});
  ++open_;
  return requests_.size() - 1;
}

Status Requests::subscribe(client::Client& client) {
  if (plan_.requests.empty()) return {};
  std::vector<protocol::Subscription> subscriptions;
  std::vector<std::string> filters;
  for (const auto& request : plan_.requests) {
    subscriptions.push_back(subscription(plan_, request));
    filters.push_back(request.filter);
  }
  client::Token token = open(Answer::subscription, std::move(filters));
  return sent(client.subscribe(subscriptions, properties_.subscribe.view(), token));
}

Status Requests::unsubscribe(client::Client& client) {
  if (plan_.unsubscribes.empty()) return {};
  std::vector<protocol::Bytes> filters(plan_.unsubscribes.begin(), plan_.unsubscribes.end());
  client::Token token = open(Answer::unsubscription, plan_.unsubscribes);
  return sent(client.unsubscribe(filters, properties_.unsubscribe.view(), token));
}

Status Requests::send_barrier(client::Client& client) {
  const protocol::Bytes filter = "mqtt-toolbox/end-of-retained";
  client::Token token = open(Answer::barrier, {std::string(filter)});
  return sent(client.unsubscribe({&filter, 1}, {}, token));
}

Requests::Answer Requests::answered(client::Token token) {
  Request& request = requests_[token];
  if (!request.open) return Answer::repeated;
  request.open = false;
  --open_;
  return request.kind;
}

const std::vector<std::string>& Requests::filters(client::Token token) const {
  return requests_[token].filters;
}

}  // namespace mqtt_toolbox::sub
