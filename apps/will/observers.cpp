#include "will/observers.hpp"

#include <algorithm>

namespace mqtt_toolbox::will {

using namespace check;

namespace {

constexpr std::string_view last_words = "mqtt-toolbox: nothing follows";
constexpr Timeout timeout_for_the_other = must_come_within(std::chrono::seconds(2));
constexpr Duration a_little_longer = std::chrono::milliseconds(500);

bool is_last_words(const Message& message) {
  return message.payload == last_words;
}

/// Each observer is told at its own time what is left of a message's life, in seconds.
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

std::string count_of(const Observer& observer, std::size_t messages) {
  return "the " + std::string(observer.name()) + " witness saw " + std::to_string(messages);
}

}  // namespace

bool Observers::may_see(const std::string& filter) const {
  return std::all_of(observers_.begin(), observers_.end(),
                     [&](const auto& observer) { return observer->may_see(filter); });
}

protocol::Qos Observers::granted_qos() const {
  auto lowest = protocol::Qos::exactly_once;
  for (const auto& observer : observers_) lowest = std::min(lowest, observer->granted_qos());
  return lowest;
}

Observation::Observation(CaseContext& context, const Observers& observers)
    : context_(context), observers_(observers) {
  for (const auto& observer : observers_.observers()) observer->notify(context_);
  call_members();
}

Observation::~Observation() {
  for (const auto& observer : observers_.observers()) observer->forget(context_);
}

/// One that is just connecting again is waited for.
void Observation::call_members() {
  const auto is_settled = [](const auto& observer) {
    return observer->presence().is_online || observer->lost();
  };
  const auto& observers = observers_.observers();
  context_.wait([&] { return std::all_of(observers.begin(), observers.end(), is_settled); },
                timeout_for_the_other);
  for (const auto& observer : observers) {
    const Observer::Presence presence = observer->presence();
    if (presence.is_online) members_.push_back({*observer, presence.losses});
  }
}

bool Observation::is_there(const Member& member) const {
  const Observer::Presence presence = member.observer.presence();
  return presence.is_online && presence.losses == member.losses && !member.observer.lost();
}

bool Observation::is_any_there() const {
  return std::any_of(members_.begin(), members_.end(),
                     [this](const Member& member) { return is_there(member); });
}

/// Of those that are there, if any is.
template <typename Saw>
bool Observation::all(const Saw& saw) const {
  return is_any_there() && std::all_of(members_.begin(), members_.end(), [&](const Member& member) {
           return !is_there(member) || saw(member.observer);
         });
}

/// What was retained before there was an observation does not count.
bool Observation::concerns(const std::string& topic, const Message& message) const {
  return context_.owns(topic) || !message.retain;
}

std::vector<Message> Observation::seen(const Observer& observer, const std::string& topic) const {
  auto messages = observer.seen(topic);
  std::erase_if(messages, [&](const Message& message) { return !concerns(topic, message); });
  return messages;
}

/// Counted where they are: of a flood of messages copies would take the memory again.
std::size_t Observation::count(const Observer& observer, const std::string& topic) const {
  return observer.count(topic, [&](const Message& message) { return concerns(topic, message); });
}

bool Observation::all_saw(const std::string& topic, std::size_t messages) const {
  return all([&](const Observer& observer) { return count(observer, topic) >= messages; });
}

bool Observation::any_saw(const std::string& topic, std::size_t messages) const {
  return std::any_of(members_.begin(), members_.end(), [&](const Member& member) {
    return is_there(member) && count(member.observer, topic) >= messages;
  });
}

bool Observation::all_saw_last_words(const std::string& topic) const {
  return all([&](const Observer& observer) { return observer.count(topic, is_last_words) != 0; });
}

bool Observation::wait_for(const std::string& topic, std::size_t messages, Timeout timeout) {
  const auto first = [&] { return any_saw(topic, messages) || !is_any_there(); };
  if (!context_.wait(first, timeout) || !is_any_there()) return false;
  const auto others = [&] { return all_saw(topic, messages) || !is_any_there(); };
  return context_.wait(others, timeout_for_the_other) && is_any_there();
}

bool Observation::close(const std::string& topic) {
  ScriptedClient& speaker = context_.connected();
  if (!context_.owns(topic)) return speaker.ping() && context_.stay(a_little_longer);
  speaker.publish({topic, std::string(last_words), protocol::Qos::at_least_once});
  const auto is_over = [&] { return all_saw_last_words(topic) || !is_any_there(); };
  const bool closed = context_.wait(is_over, timeout_for_the_other) && is_any_there();
  speaker.disconnect();
  if (!closed) context_.abort("a message sent to the witnesses did not reach all of them");
  return closed;
}

/// Whether an observer had to refuse what came there.
bool Observation::is_refused(const std::string& topic) {
  for (const auto& observer : observers_.observers())
    if (auto finding = observer->violation_at(topic)) {
      context_.abort(std::move(*finding));
      return true;
    }
  return false;
}

std::string Observation::why_none_is_there() const {
  std::string text;
  for (const auto& observer : observers_.observers()) {
    if (!text.empty()) text += "; ";
    text += "the " + std::string(observer->name()) + " witness has lost its connection";
    if (const std::string why = observer->why_lost(); !why.empty()) text += ": " + why;
  }
  return text;
}

std::vector<Message> Observation::testimony(const std::string& topic) {
  if (is_refused(topic)) return {};
  std::vector<Account> accounts;
  for (const Member& member : members_) {
    if (!is_there(member)) continue;
    accounts.push_back({member.observer, seen(member.observer, topic)});
    std::erase_if(accounts.back().messages, is_last_words);
  }
  if (accounts.empty()) context_.abort(why_none_is_there());
  if (context_.is_aborted()) return {};
  for (std::size_t i = 1; i < accounts.size(); ++i) compare(accounts.front(), accounts[i]);
  return context_.is_aborted() ? std::vector<Message>() : std::move(accounts.front().messages);
}

/// The times of the first become those at which the earlier of both saw each message.
void Observation::compare(Account& first, const Account& other) {
  auto& ours = first.messages;
  const auto& theirs = other.messages;
  if (!std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end(), is_same))
    context_.abort("the witnesses disagree: " + count_of(first.observer, ours.size()) + ", " +
                   count_of(other.observer, theirs.size()) +
                   (ours.size() == theirs.size() ? ", with other contents" : ""));
  for (std::size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i)
    ours[i].at = std::min(ours[i].at, theirs[i].at);
}

}  // namespace mqtt_toolbox::will
