#include "client/paho_client.hpp"

#include <algorithm>
#include <utility>

#include "client/paho_refusals.hpp"
#include "client/session_use.hpp"
#include "protocol/codec.hpp"
#include "protocol/topic.hpp"
#include "session/limits.hpp"

// What the caller asks for.

namespace mqtt_toolbox::client {

using protocol::Properties;
using protocol::Qos;
using protocol::Version;

namespace {

/// QoS 0 messages that Paho has not written: it looks for a free number among all of them each
/// time.
constexpr std::size_t most_unwritten = 100;

constexpr Submission not_now{Admission::would_block, 0};

tl::unexpected<Error> cannot_encode(const protocol::Fault& fault) {
  return fail(ExitCode::usage, describe(fault));
}

std::string entries_of(std::span<const protocol::Subscription> subscriptions) {
  std::string entries;
  for (const auto& subscription : subscriptions) append_subscription(entries, subscription);
  return entries;
}

std::string entries_of(std::span<const protocol::Bytes> filters) {
  std::string entries;
  for (const auto filter : filters) protocol::append_filter(entries, filter);
  return entries;
}

Status check_filter(protocol::Bytes filter) {
  const auto checked = protocol::check_topic_filter(filter);
  if (checked) return {};
  return cannot_encode(checked.error());
}

Error cannot_say_why(PahoVersion version) {
  return {ExitCode::usage, "a reason code or properties of DISCONNECT: Paho C++ " +
                               paho_release_text(version.cpp) + " drops them; use --engine native"};
}

PahoRequest request(Token token, bool unsubscribes, Properties properties, std::string entries,
                    std::size_t filters) {
  PahoRequest request;
  request.token = token;
  request.unsubscribes = unsubscribes;
  request.properties = properties.encoded();
  request.entries = std::move(entries);
  request.tickets.resize(filters);
  request.codes.resize(filters);
  request.unanswered = filters;
  return request;
}

}  // namespace

PahoClient::PahoClient(Surroundings surroundings, PahoModule module, const ConnectPlan& plan,
                       Handler& handler, std::string password_command)
    : loop_(surroundings.loop),
      random_(surroundings.random),
      module_(module),
      plan_(plan),
      handler_(handler),
      target_(target_name(plan.transport)),
      attempt_timer_(loop_, [this] { attempt_timed_out(); }),
      closing_timer_(loop_, [this] { closing_timed_out(); }),
      backoff_(plan.reconnect),
      password_(loop_, plan.password, std::move(password_command)),
      version_(plan.version.value_or(Version::v5)),
      identifier_(plan.client_identifier) {}

PahoClient::~PahoClient() {
  drop_link();
}

void PahoClient::connect() {
  if (stage_ == Stage::idle) attempt_anew();
}

Status PahoClient::check(const protocol::Publish& message, std::size_t size) const {
  if (version_ != Version::v5) return {};
  const auto alias = message.properties.number(protocol::PropertyId::topic_alias);
  return check_publish(limits_, message)
      .and_then([&] { return check_packet_size(limits_, size); })
      .and_then([&]() -> Status { return alias ? check_topic_alias(limits_, *alias) : Status(); });
}

bool PahoClient::has_room(const protocol::Publish& message, std::size_t size) const {
  if (message.qos == Qos::at_most_once) {
    return unwritten_.size() < most_unwritten &&
           (unwritten_.empty() || unwritten_bytes_ + size <= settings_.output_bytes);
  }
  if (messages_.count() == 0) return true;
  return messages_.count() < window() && messages_.bytes() + size <= settings_.inflight_bytes;
}

Result<Submission> PahoClient::publish(const protocol::Publish& message, Token token, Payload) {
  if (stage_ != Stage::online) {
    told_to_wait_ = true;
    return not_now;
  }
  protocol::Publish numbered = message;
  numbered.packet_identifier = message.qos == Qos::at_most_once ? 0 : 1;
  const auto header = publish_header_size(numbered, version_);
  if (!header) return cannot_encode(header.error());
  const std::size_t size = *header + message.payload.size();
  if (auto status = check(message, size); !status) return tl::unexpected(status.error());
  if (!has_room(message, size)) {
    told_to_wait_ = true;
    return not_now;
  }
  return hand_over(message, token, size);
}

Result<Submission> PahoClient::hand_over(const protocol::Publish& message, Token token,
                                         std::size_t size) {
  const PahoTicket ticket = ++last_ticket_;
  auto submission = link_->publish(message, ticket);
  if (!submission) return submission;
  if (submission->admission == Admission::would_block) {
    told_to_wait_ = true;
    return submission;
  }
  if (message.qos == Qos::at_most_once) {
    unwritten_.push_back(size);
    unwritten_bytes_ += size;
    submission->packet_identifier = 0;
    return submission;
  }
  PahoMessage kept;
  kept.token = token;
  kept.packet_identifier = submission->packet_identifier;
  kept.qos = message.qos;
  kept.retain = message.retain;
  kept.size = size;
  kept.topic = message.topic;
  kept.payload = message.payload;
  kept.properties = message.properties.encoded();
  messages_.add(ticket, std::move(kept));
  return submission;
}

void PahoClient::hand_over_forgotten() {
  while (PahoMessage* message = messages_.forgotten()) {
    const PahoTicket ticket = ++last_ticket_;
    const auto submission = link_->publish(message->view(), ticket);
    if (!submission || submission->admission == Admission::would_block) return;
    message->may_be_duplicate = message->qos == Qos::exactly_once;
    messages_.handed_over(ticket, submission->packet_identifier);
  }
}

Result<Submission> PahoClient::subscribe(std::span<const protocol::Subscription> filters,
                                         Properties properties, Token token) {
  if (stage_ != Stage::online) return not_now;
  for (const protocol::Subscription& subscription : filters) {
    if (auto status = check_filter(subscription.filter); !status)
      return tl::unexpected(std::move(status.error()));
  }
  std::string entries = entries_of(filters);
  const protocol::Subscribe subscribe{1, properties, entries};
  if (const auto size = encoded_size(subscribe, version_); !size)
    return cannot_encode(size.error());
  if (auto status = check_subscribe(limits_, subscribe); !status)
    return tl::unexpected(std::move(status.error()));
  subscriptions_.add(token, subscribe);
  requests_.add(request(token, false, properties, std::move(entries), filters.size()));
  hand_over_unanswered();
  return Submission{Admission::accepted, 0};
}

Result<Submission> PahoClient::unsubscribe(std::span<const protocol::Bytes> filters,
                                           Properties properties, Token token) {
  if (stage_ != Stage::online) return not_now;
  for (const protocol::Bytes filter : filters) {
    if (auto status = check_filter(filter); !status)
      return tl::unexpected(std::move(status.error()));
  }
  std::string entries = entries_of(filters);
  if (const auto size = encoded_size(protocol::Unsubscribe{1, properties, entries}, version_);
      !size)
    return cannot_encode(size.error());
  subscriptions_.remove(filters);
  requests_.add(request(token, true, properties, std::move(entries), filters.size()));
  hand_over_unanswered();
  return Submission{Admission::accepted, 0};
}

void PahoClient::hand_over_unanswered() {
  for (PahoRequest& request : requests_.all()) {
    protocol::Bytes rest = request.entries;
    const Properties properties(request.properties);
    for (std::size_t i = 0; i < request.tickets.size(); ++i) {
      const auto subscription =
          request.unsubscribes ? std::nullopt : protocol::next_subscription(rest);
      const auto filter = request.unsubscribes ? protocol::next_filter(rest) : std::nullopt;
      if (request.tickets[i] != PahoRequest::due) continue;
      const PahoTicket ticket = ++last_ticket_;
      const auto submission = filter ? link_->unsubscribe(*filter, properties, ticket)
                                     : link_->subscribe(*subscription, properties, ticket);
      if (submission && submission->admission == Admission::accepted) request.tickets[i] = ticket;
    }
  }
}

void PahoClient::pause_reading(bool paused) {
  if (paused == std::exchange(paused_, paused) || !watch_) return;
  watch_->want(paused ? transport::Interest::none : transport::Interest::read);
}

Status PahoClient::authenticate(const protocol::Auth&) {
  return fail(ExitCode::usage, "the paho engine has no AUTH: use --engine native");
}

Result<std::uint64_t> PahoClient::ping() {
  return fail(ExitCode::usage, "the paho engine sends no PINGREQ when asked: use --engine native");
}

std::size_t PahoClient::pending() const {
  return unwritten_.size() + messages_.count() + requests_.count() + abandoned_;
}

void PahoClient::close(const protocol::Disconnect& disconnect, Grace grace) {
  if (stage_ >= Stage::flushing) return;
  if (stage_ != Stage::online) return finish(std::nullopt);
  const bool plain = disconnect.reason == protocol::ReasonCode::success &&
                     (disconnect.properties.empty() || version_ != Version::v5);
  if (!plain && !module_.disconnect_tells_why()) return finish(cannot_say_why(module_.version));
  all_done_ = pending() == 0;
  disconnect_ = disconnect;
  const bool ends_session = session_ends(plan_, pending());
  const auto properties = disconnect_properties(ends_session, disconnect.properties);
  disconnect_properties_ = properties.view().encoded();
  disconnect_.properties = Properties(disconnect_properties_);
  stage_ = Stage::flushing;
  grace_ = grace.length;
  closing_timer_.arm(loop_.now() + grace_);
  pause_reading(false);
  if (unwritten_.empty()) flushed();
}

void PahoClient::abort(transport::Ending) {
  if (stage_ == Stage::ended) return;
  leave_link();
  finish(std::nullopt);
}

}  // namespace mqtt_toolbox::client
