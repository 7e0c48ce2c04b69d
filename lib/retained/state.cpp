#include "retained/state.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "protocol/topic.hpp"

namespace mqtt_toolbox::retained {

using protocol::Qos;

namespace {

/// How long a busy connection with live messages is waited for.
constexpr Duration longest_wait_for_quiet = std::chrono::seconds(1);

/// A message as live traffic is remembered.
std::string content_of(const protocol::Publish& message) {
  std::string content(message.topic);
  content += '\0';
  content += message.payload;
  return content;
}

}  // namespace

std::optional<std::string> doubt(const Reading& reading) {
  if (auto text = doubt(reading.topics)) return text;
  const std::uint64_t found = reading.topics.topics;
  if (!reading.by_name_answered)
    return fmt::format("{} of {} read; {}", reading.read, found, rests_on_quiet);
  if (reading.refused != 0)
    return fmt::format("{} of {} read: the broker refused to send the other {} by their names",
                       reading.read, found, reading.refused);
  if (reading.unnamed != 0)
    return fmt::format("{} read, {} of them at QoS 0: the broker did not send them by their names",
                       reading.read, reading.unnamed);
  if (reading.lowered != 0)
    return fmt::format("{} read, {} of them perhaps at a lower QoS: the broker granted no other",
                       reading.read, reading.lowered);
  return std::nullopt;
}

std::optional<std::string> changes(const Reading& reading) {
  if (reading.changed + reading.gone == 0) return std::nullopt;
  return fmt::format("of {} retained messages {} changed and {} went while they were read",
                     reading.topics.topics, reading.changed, reading.gone);
}

StateReader::StateReader(transport::Loop& loop, const Patience& patience, Listener listener)
    : listener_(std::move(listener)),
      loop_(loop),
      patience_(patience),
      live_quiet_(loop, [this] { await_quiet(); }),
      reader_(loop, patience),
      survey_(reader_,
              {listener_.wants, [this](const protocol::Publish& message) { found(message); },
               [](const protocol::Publish&) {}, listener_.subscribed,
               [this](const Surveyed& outcome) { surveyed(outcome); }, listener_.failed}),
      by_name_(reader_, {[this](const protocol::Publish& message) { found_by_name(message); },
                         [this](const ByName::Outcome& outcome) { batch_ended(outcome); },
                         listener_.failed}) {}

void StateReader::start(client::Client& client, Request request) {
  client_ = &client;
  request_ = std::move(request);
  for (Wanted& wanted : request_.filters) wanted.qos = std::min(wanted.qos, request_.maximum_qos);
  topics_.clear();
  batch_.clear();
  unnamed_.clear();
  reading_ = {};
  find_topics(Phase::finding);
}

void StateReader::find_topics(Phase phase) {
  phase_ = phase;
  Survey::Request survey;
  survey.read.properties = request_.properties;
  survey.read.room = request_.packet;
  survey.shrinks = request_.shrinks;
  for (const Wanted& wanted : request_.filters)
    survey.read.filters.push_back({wanted.filter, Qos::at_most_once});
  survey_.start(*client_, std::move(survey));
}

void StateReader::stop() {
  reader_.stop();
  live_quiet_.disarm();
}

void StateReader::note_live(const protocol::Publish& message) {
  last_live_ = loop_.now();
  if (message.retain) live_.insert(content_of(message));
}

bool StateReader::was_live(const protocol::Publish& message) const {
  return request_.live_elsewhere && live_.contains(content_of(message));
}

/// The highest of those that its filters want.
Qos StateReader::qos_of(protocol::Bytes topic) const {
  Qos qos = Qos::at_most_once;
  for (const Wanted& wanted : request_.filters)
    if (protocol::matches(wanted.filter, topic)) qos = std::max(qos, wanted.qos);
  return qos;
}

void StateReader::found(const protocol::Publish& message) {
  if (phase_ == Phase::checking) return found_unnamed(message);
  if (request_.live_elsewhere || qos_of(message.topic) != Qos::at_most_once)
    return topics_.add({message.topic, static_cast<std::uint32_t>(message.payload.size()),
                        hash_of(message.payload)});
  ++reading_.read;
  listener_.message(message);
}

/// There are brokers that send retained messages for filters with wildcards, and none by its name.
void StateReader::found_unnamed(const protocol::Publish& message) {
  if (!unnamed_.contains(message.topic)) return;
  --reading_.gone;
  if (was_live(message)) return;
  ++reading_.unnamed;
  ++reading_.read;
  listener_.message(message);
}

void StateReader::surveyed(const Surveyed& surveyed) {
  if (phase_ == Phase::checking) return listener_.ended(reading_);
  phase_ = Phase::naming;
  reading_.topics = surveyed;
  quiet_until_ = loop_.now() + std::min(patience_.acknowledgement_timeout, longest_wait_for_quiet);
  request_.live_elsewhere ? await_quiet() : read_by_name();
}

void StateReader::await_quiet() {
  const Time deadline = std::min(last_live_ + patience_.quiet_time, quiet_until_);
  if (loop_.now() >= deadline) return read_by_name();
  live_quiet_.arm(deadline);
}

void StateReader::read_by_name() {
  std::vector<Wanted> names;
  std::size_t bytes = 0;
  batch_.clear();
  while (names.size() < request_.window.filters && bytes < request_.window.bytes) {
    const auto found = topics_.take();
    if (!found) break;
    bytes += found->topic.size();
    batch_.emplace(found->topic, found->payload_hash);
    names.push_back({std::string(found->topic), qos_of(found->topic)});
  }
  if (names.empty() && unnamed_.size() != 0) return find_topics(Phase::checking);
  if (names.empty()) return listener_.ended(reading_);
  by_name_.start(*client_, std::move(names), request_.packet, request_.properties);
}

void StateReader::found_by_name(const protocol::Publish& message) {
  const auto before = batch_.find(std::string(message.topic));
  const bool changed = before != batch_.end() && before->second != hash_of(message.payload);
  if (changed) ++reading_.changed;
  if (was_live(message) || (changed && request_.live_elsewhere)) return;
  ++reading_.read;
  listener_.message(message);
}

void StateReader::batch_ended(const ByName::Outcome& outcome) {
  for (const std::string& topic : outcome.missing) unnamed_.insert(topic);
  reading_.gone += outcome.missing.size();
  reading_.refused += outcome.refused.size();
  reading_.lowered += outcome.lowered;
  if (outcome.end == End::quiet_alone) reading_.by_name_answered = false;
  read_by_name();
}

}  // namespace mqtt_toolbox::retained
