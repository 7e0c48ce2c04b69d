#include "will/observers.hpp"

#include <algorithm>

namespace mqtt_toolbox::will {

using namespace check;

namespace {

constexpr std::string_view last_words = "mqtt-toolbox: nothing follows";
constexpr Patience patience_for_the_other = must_come_within(std::chrono::seconds(2));
constexpr Duration a_little_longer = std::chrono::milliseconds(500);

bool is_last_words(const Message& message) {
  return message.payload == last_words;
}

/// Each witness is told at its own time what is left of a message's life, in seconds.
bool is_same_property(const protocol::Property& left, const protocol::Property& right) {
  const bool is_expiry = left.id == protocol::PropertyId::message_expiry_interval;
  const auto difference = std::max(left.number, right.number) - std::min(left.number, right.number);
  return left.id == right.id && left.text == right.text && left.key == right.key &&
         difference <= (is_expiry ? 1u : 0u);
}

std::vector<protocol::Property> list_of(protocol::Properties properties) {
  std::vector<protocol::Property> list;
  for (const protocol::Property& property : properties) list.push_back(property);
  return list;
}

/// But for times and identifiers, which are each connection's own.
bool is_same(const Message& left, const Message& right) {
  const auto ours = list_of(left.properties.view()), theirs = list_of(right.properties.view());
  return left.payload == right.payload && left.qos == right.qos && left.retain == right.retain &&
         std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end(), is_same_property);
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
  call_members();
}

Hearing::~Hearing() {
  for (const auto& witness : jury_.witnesses()) witness->forget(scene_);
}

/// One that is just connecting again is waited for.
void Hearing::call_members() {
  const auto is_settled = [](const auto& witness) {
    return witness->presence().is_online || witness->lost();
  };
  const auto& witnesses = jury_.witnesses();
  scene_.wait([&] { return std::all_of(witnesses.begin(), witnesses.end(), is_settled); },
              patience_for_the_other);
  for (const auto& witness : witnesses) {
    const Witness::Presence presence = witness->presence();
    if (presence.is_online) members_.push_back({*witness, presence.losses});
  }
}

bool Hearing::is_there(const Member& member) const {
  const Witness::Presence presence = member.witness.presence();
  return presence.is_online && presence.losses == member.losses && !member.witness.lost();
}

bool Hearing::is_any_there() const {
  return std::any_of(members_.begin(), members_.end(),
                     [this](const Member& member) { return is_there(member); });
}

/// Of those that are there, if any is.
template <typename Saw>
bool Hearing::all(const Saw& saw) const {
  return is_any_there() && std::all_of(members_.begin(), members_.end(), [&](const Member& member) {
           return !is_there(member) || saw(member.witness);
         });
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
  return all([&](const Witness& witness) { return count(witness, topic) >= messages; });
}

bool Hearing::any_saw(const std::string& topic, std::size_t messages) const {
  return std::any_of(members_.begin(), members_.end(), [&](const Member& member) {
    return is_there(member) && count(member.witness, topic) >= messages;
  });
}

bool Hearing::all_saw_last_words(const std::string& topic) const {
  return all([&](const Witness& witness) { return witness.count(topic, is_last_words) != 0; });
}

bool Hearing::wait_for(const std::string& topic, std::size_t messages, Patience patience) {
  const auto first = [&] { return any_saw(topic, messages) || !is_any_there(); };
  if (!scene_.wait(first, patience) || !is_any_there()) return false;
  const auto others = [&] { return all_saw(topic, messages) || !is_any_there(); };
  return scene_.wait(others, patience_for_the_other) && is_any_there();
}

bool Hearing::close(const std::string& topic) {
  Wire& speaker = scene_.connected();
  if (!scene_.owns(topic)) return speaker.ping() && scene_.stay(a_little_longer);
  speaker.publish({topic, std::string(last_words), protocol::Qos::at_least_once});
  const auto is_over = [&] { return all_saw_last_words(topic) || !is_any_there(); };
  const bool closed = scene_.wait(is_over, patience_for_the_other) && is_any_there();
  speaker.disconnect();
  if (!closed) scene_.trouble("a message sent to the witnesses did not reach all of them");
  return closed;
}

/// Whether a witness had to refuse what came there.
bool Hearing::is_refused(const std::string& topic) {
  for (const auto& witness : jury_.witnesses())
    if (auto finding = witness->violation_at(topic)) {
      scene_.trouble(std::move(*finding));
      return true;
    }
  return false;
}

std::string Hearing::why_none_is_there() const {
  std::string text;
  for (const auto& witness : jury_.witnesses()) {
    if (!text.empty()) text += "; ";
    text += "the " + std::string(witness->name()) + " witness has lost its connection";
    if (const std::string why = witness->why_lost(); !why.empty()) text += ": " + why;
  }
  return text;
}

std::vector<Message> Hearing::testimony(const std::string& topic) {
  if (is_refused(topic)) return {};
  std::vector<Account> accounts;
  for (const Member& member : members_) {
    if (!is_there(member)) continue;
    accounts.push_back({member.witness, seen(member.witness, topic)});
    std::erase_if(accounts.back().messages, is_last_words);
  }
  if (accounts.empty()) scene_.trouble(why_none_is_there());
  if (scene_.in_trouble()) return {};
  for (std::size_t i = 1; i < accounts.size(); ++i) compare(accounts.front(), accounts[i]);
  return scene_.in_trouble() ? std::vector<Message>() : std::move(accounts.front().messages);
}

/// The times of the first become those at which the earlier of both saw each message.
void Hearing::compare(Account& first, const Account& other) {
  auto& ours = first.messages;
  const auto& theirs = other.messages;
  if (!std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end(), is_same))
    scene_.trouble("the witnesses disagree: " + count_of(first.witness, ours.size()) + ", " +
                   count_of(other.witness, theirs.size()) +
                   (ours.size() == theirs.size() ? ", with other contents" : ""));
  for (std::size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i)
    ours[i].at = std::min(ours[i].at, theirs[i].at);
}

}  // namespace mqtt_toolbox::will
