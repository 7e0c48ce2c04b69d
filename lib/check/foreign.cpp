#include "check/foreign.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "check/case_context.hpp"
#include "check/timeout.hpp"

namespace mqtt_toolbox::check {

using protocol::Qos;

namespace {

constexpr std::size_t shown_topic = 100;
constexpr std::string_view binding_statement = " [MQTT-3.3.2-3]";

/// None of these is for the topic.
bool has_another(const ScriptedClient& client, const std::string& topic) {
  return std::any_of(client.received().begin(), client.received().end(),
                     [&](const Message& message) { return message.topic != topic; });
}

std::string told(const ForeignMessages& foreign) {
  const std::size_t count = foreign.count();
  std::string text = foreign.first() + ", which matches none of its subscriptions";
  if (count > 1) text += fmt::format("; {} such messages in all", count);
  return text;
}

}  // namespace

void ForeignMessages::note(const std::string& receiver, std::string_view topic) {
  const std::lock_guard lock(mutex_);
  if (count_++ == 0) first_ = receiver + " received a message to " + printable(topic, shown_topic);
}

std::size_t ForeignMessages::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

std::string ForeignMessages::first() const {
  const std::lock_guard lock(mutex_);
  return first_;
}

std::optional<Finding> seen_foreign_messages(const RunContext& run) {
  if (run.foreign->count() == 0) return std::nullopt;
  return broken(told(*run.foreign) + std::string(binding_statement));
}

/// One message is retained before the others come, one is published while they are there.
Finding play_no_foreign_messages(CaseContext& context) {
  const std::string here = context.topic("here"), elsewhere = context.topic("elsewhere");
  const bool can_retain = context.run().limits.retain_available;
  ScriptedClient& publisher = context.connected();
  publisher.publish({elsewhere, "retained", Qos::at_least_once, can_retain});
  ScriptedClient& silent = context.connected();
  ScriptedClient& subscriber = context.connected();
  subscriber.subscribe(here, {Qos::at_least_once});
  publisher.publish({elsewhere, "live", Qos::at_least_once});
  publisher.publish({here, "expected", Qos::at_least_once});
  subscriber.wait_for(1, arrival_timeout);
  (void)silent.ping();
  (void)subscriber.ping();
  if (can_retain) publisher.publish({elsewhere, "", Qos::at_least_once, true});
  if (!silent.received().empty())
    context.run().foreign->note("a client that had subscribed to nothing", elsewhere);
  if (has_another(subscriber, here))
    context.run().foreign->note("a client with another subscription", elsewhere);
  return pass("no client of this run received a message that it had not subscribed to");
}

}  // namespace mqtt_toolbox::check
