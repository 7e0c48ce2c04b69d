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
  read();
}

void Survey::read() {
  now_.clear();
  known_before_ = known_.size();
  reader_.start(
      *client_, request_.read,
      {[this](const protocol::Publish& message) { return note(message); },
       [this](const protocol::Publish& message) { unmarked(message); },
       [this](std::size_t first, const protocol::SubAck& suback) { subscribed(first, suback); },
       [this](End end) { ended(end); }, [this](const Error& error) { listener_.failed(error); }});
}

bool Survey::note(const protocol::Publish& message) {
  if (!listener_.wants(message) || !now_.insert(message.topic)) return false;
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
    return listener_.ended(outcome(end));
  previous_ = {now_.size(), now_.digest()};
  request_.read.stay = Duration(0);
  read();
}

Surveyed Survey::outcome(End end) const {
  Surveyed outcome;
  outcome.topics = known_.size();
  outcome.gone = request_.shrinks ? 0 : known_.size() - now_.size();
  outcome.previous = previous_.topics;
  outcome.unmarked = unmarked_;
  outcome.end = end;
  outcome.settled = end == End::answered && is_settled();
  return outcome;
}

}  // namespace mqtt_toolbox::retained
