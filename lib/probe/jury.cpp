#include "probe/jury.hpp"

#include <algorithm>

namespace mqtt_toolbox::probe {

namespace {

constexpr std::string_view last_words = "mqtt-toolbox: nothing follows";
constexpr Duration patience_for_the_other = std::chrono::seconds(2);
constexpr Duration a_little_longer = std::chrono::milliseconds(500);

bool is_last_words(const Message& message) {
  return message.payload == last_words;
}

/// But for times and identifiers, which are each connection's own.
bool is_same(const Message& left, const Message& right) {
  return left.payload == right.payload && left.qos == right.qos && left.retain == right.retain &&
         left.properties.view() == right.properties.view();
}

std::string count_of(const Witness& witness, std::size_t messages) {
  return "the " + std::string(witness.name()) + " witness saw " + std::to_string(messages);
}

}  // namespace

bool Jury::may_see(const std::string& filter) const {
  return std::all_of(witnesses_.begin(), witnesses_.end(),
                     [&](const auto& witness) { return witness->may_see(filter); });
}

protocol::Qos Jury::granted_qos() const {
  auto lowest = protocol::Qos::exactly_once;
  for (const auto& witness : witnesses_) lowest = std::min(lowest, witness->granted_qos());
  return lowest;
}

Hearing::Hearing(Scene& scene, const Jury& jury) : scene_(scene), jury_(jury) {
  for (const auto& witness : jury_.witnesses()) witness->notify(scene_);
}

Hearing::~Hearing() {
  for (const auto& witness : jury_.witnesses()) witness->forget(scene_);
}

/// What was retained before there was a hearing does not count.
bool Hearing::concerns(const std::string& topic, const Message& message) const {
  return scene_.owns(topic) || !message.retain;
}

std::vector<Message> Hearing::seen(const Witness& witness, const std::string& topic) const {
  auto messages = witness.seen(topic);
  std::erase_if(messages, [&](const Message& message) { return !concerns(topic, message); });
  return messages;
}

/// Counted where they are: of a flood of messages copies would take the memory again.
std::size_t Hearing::count(const Witness& witness, const std::string& topic) const {
  return witness.count(topic, [&](const Message& message) { return concerns(topic, message); });
}

bool Hearing::all_saw(const std::string& topic, std::size_t messages) const {
  const auto& witnesses = jury_.witnesses();
  return std::all_of(witnesses.begin(), witnesses.end(),
                     [&](const auto& witness) { return count(*witness, topic) >= messages; });
}

bool Hearing::any_saw(const std::string& topic, std::size_t messages) const {
  const auto& witnesses = jury_.witnesses();
  return std::any_of(witnesses.begin(), witnesses.end(),
                     [&](const auto& witness) { return count(*witness, topic) >= messages; });
}

bool Hearing::all_saw_last_words(const std::string& topic) const {
  const auto& witnesses = jury_.witnesses();
  return std::all_of(witnesses.begin(), witnesses.end(), [&](const auto& witness) {
    return witness->count(topic, is_last_words) != 0;
  });
}

bool Hearing::is_lost() const {
  const auto& witnesses = jury_.witnesses();
  return std::any_of(witnesses.begin(), witnesses.end(),
                     [](const auto& witness) { return witness->lost().has_value(); });
}

bool Hearing::wait_for(const std::string& topic, std::size_t messages, Duration patience) {
  if (!scene_.wait([&] { return any_saw(topic, messages) || is_lost(); }, patience)) return false;
  return scene_.wait([&] { return all_saw(topic, messages) || is_lost(); }, patience_for_the_other);
}

bool Hearing::close(const std::string& topic) {
  Wire& speaker = scene_.connected();
  if (!scene_.owns(topic)) return speaker.ping() && scene_.stay(a_little_longer);
  speaker.publish({topic, std::string(last_words), protocol::Qos::at_least_once});
  const bool closed =
      scene_.wait([&] { return all_saw_last_words(topic) || is_lost(); }, patience_for_the_other);
  speaker.disconnect();
  if (!closed) scene_.trouble("a message sent to the witnesses did not reach all of them");
  return closed;
}

std::vector<Message> Hearing::testimony(const std::string& topic) {
  std::optional<std::vector<Message>> first;
  for (const auto& witness : jury_.witnesses()) {
    if (const auto lost = witness->lost())
      scene_.trouble("the " + std::string(witness->name()) +
                     " witness has lost its connection: " + *lost);
    if (scene_.in_trouble()) return {};
    auto seen = this->seen(*witness, topic);
    std::erase_if(seen, is_last_words);
    if (!first) {
      first = std::move(seen);
      continue;
    }
    const bool agrees = std::equal(first->begin(), first->end(), seen.begin(), seen.end(), is_same);
    if (!agrees)
      scene_.trouble("the witnesses disagree: " + count_of(*jury_.witnesses()[0], first->size()) +
                     ", " + count_of(*witness, seen.size()) +
                     (first->size() == seen.size() ? ", with other contents" : ""));
    for (std::size_t i = 0; i < std::min(first->size(), seen.size()); ++i)
      (*first)[i].at = std::min((*first)[i].at, seen[i].at);
  }
  return first.value_or(std::vector<Message>());
}

}  // namespace mqtt_toolbox::probe
