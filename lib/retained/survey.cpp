#include "retained/survey.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "protocol/topic.hpp"

namespace mqtt_toolbox::retained {

namespace {

/// A broker that leaves something else out each time, or a state that never rests.
constexpr unsigned most_reads = 6;

/// How many messages there can be at most.
std::uint64_t most_messages(const std::vector<Wanted>& filters) {
  std::set<protocol::Bytes> names;
  for (const Wanted& wanted : filters) {
    if (protocol::has_wildcard(wanted.filter)) return UINT64_MAX;
    names.insert(wanted.filter);
  }
  return names.size();
}

}  // namespace

std::optional<std::string> doubt(const Surveyed& surveyed) {
  if (surveyed.settled) return std::nullopt;
  const std::uint64_t topics = surveyed.topics;
  if (surveyed.cut_by_queue)
    return fmt::format(
        "{} found; that is not all: the broker leaves out what its queue for a client does not "
        "hold (Mosquitto over WebSocket: max_queued_messages); over TCP it may not",
        topics);
  switch (surveyed.end) {
    case End::quiet_alone: return fmt::format("{} found; {}", topics, rests_on_quiet);
    case End::cut_short:
      return fmt::format(
          "{} found; that may not be all: the broker was still sending at the end of --ack-timeout",
          topics);
    case End::answered: break;
  }
  return fmt::format(
      "{} found; that may not be all: the last two reads gave {} and {} topics, not the same ones",
      topics, surveyed.previous, topics - surveyed.gone);
}

void Survey::start(client::Client& client, Request request) {
  client_ = &client;
  request_ = std::move(request);
  request_.read.expected = most_messages(request_.read.filters);
  known_.clear();
  unmarked_ = 0;
  reads_ = 0;
  previous_ = {};
  asked_behind_.clear();
  cut_by_queue_ = false;
  read();
}

void Survey::read() {
  now_.clear();
  copies_ = 0;
  known_before_ = known_.size();
  Reader::Request request = request_.read;
  if (!asked_behind_.empty())
    request.filters.push_back({asked_behind_, protocol::Qos::at_most_once});
  reader_.start(
      *client_, std::move(request),
      {[this](const protocol::Publish& message) { return note(message); },
       [this](const protocol::Publish& message) { unmarked(message); },
       [this](std::size_t first, const protocol::SubAck& suback) { subscribed(first, suback); },
       [this](End end) { ended(end); }, [this](const Error& error) { listener_.failed(error); }});
}

bool Survey::note(const protocol::Publish& message) {
  if (message.topic == asked_behind_) ++copies_;
  if (!listener_.wants(message) || !now_.insert(message.topic)) return false;
  if (reads_ == 0) last_found_ = message.topic;
  if (known_.insert(message.topic)) listener_.found(message);
  return true;
}

void Survey::unmarked(const protocol::Publish& message) {
  if (reads_ == 0) ++unmarked_;
  listener_.unmarked(message);
}

void Survey::subscribed(std::size_t first, const protocol::SubAck& suback) {
  if (reads_ == 0) listener_.subscribed(first, suback);
}

bool Survey::is_settled() const {
  if (request_.once || now_.size() >= request_.read.expected) return true;
  if (reads_ < 2) return false;
  if (request_.shrinks) return known_.size() == known_before_;
  return now_.size() == previous_.topics && now_.digest() == previous_.digest;
}

void Survey::ended(End end) {
  ++reads_;
  if (end != End::answered || is_settled() || reads_ == most_reads)
    return may_be_cut() ? compare_overlap(end) : listener_.ended(outcome(end));
  previous_ = {now_.size(), now_.digest()};
  request_.read.stay = Duration(0);
  if (reads_ == 1) asked_behind_ = std::move(last_found_);
  read();
}

/// It came for its filter, and not for its name.
bool Survey::may_be_cut() const {
  return !asked_behind_.empty() && copies_ == 1;
}

/// There are brokers that send a retained message once for overlapping filters of one SUBSCRIBE;
/// one that sends it twice where few match leaves it out where many do.
void Survey::compare_overlap(End end) {
  copies_ = 0;
  Reader::Request request = request_.read;
  request.expected = UINT64_MAX;
  request.filters = {{asked_behind_ + "/#", protocol::Qos::at_most_once},
                     {asked_behind_, protocol::Qos::at_most_once}};
  reader_.start(*client_, std::move(request),
                {[this](const protocol::Publish& message) {
                   if (message.topic == asked_behind_) ++copies_;
                   return false;
                 },
                 [](const protocol::Publish&) {}, [](std::size_t, const protocol::SubAck&) {},
                 [this, end](End) {
                   cut_by_queue_ = copies_ > 1;
                   listener_.ended(outcome(end));
                 },
                 [this](const Error& error) { listener_.failed(error); }});
}

Surveyed Survey::outcome(End end) const {
  Surveyed outcome;
  outcome.topics = known_.size();
  outcome.gone = request_.shrinks ? 0 : known_.size() - now_.size();
  outcome.previous = previous_.topics;
  outcome.unmarked = unmarked_;
  outcome.end = end;
  outcome.cut_by_queue = cut_by_queue_;
  outcome.settled = end == End::answered && is_settled() && !cut_by_queue_;
  return outcome;
}

}  // namespace mqtt_toolbox::retained
