#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "check/timeout.hpp"
#include "probe/limit_steps.hpp"

// Limits, found by attempts that grow until one fails.

namespace mqtt_toolbox::probe {

using namespace check;

using protocol::PacketType;
using protocol::Qos;

namespace {

/// How long SUBACK may take, and how much longer for each filter: brokers store them.
constexpr Duration timeout_with_subscribe = std::chrono::seconds(10);
constexpr Duration timeout_with_filter = std::chrono::milliseconds(2);

/// Where a broker takes long to acknowledge, no more is sent from then on to a client that is away.
constexpr Duration longest_sending = std::chrono::seconds(20);

/// What a packet with a topic needs beside it, at most.
constexpr std::uint64_t beside_topic = 64;

/// `length` bytes that begin as a topic of the case does.
std::string topic_of_length(const CaseContext& context, std::uint64_t length) {
  std::string topic = context.topic("t");
  topic.resize(std::max<std::size_t>(topic.size(), length), 'x');
  return topic;
}

Finding topic_length(CaseContext& context) {
  Echo echo(context);
  const std::uint64_t most = protocol::maximum_string_bytes;
  const std::uint64_t packet = context.run().limits.maximum_packet_size;
  const std::uint64_t bound = std::min(most, packet > beside_topic ? packet - beside_topic : 1);
  const Largest largest = largest_that_works(256, bound, [&](std::uint64_t length) {
    return echo.comes_back(topic_of_length(context, length));
  });
  // The longest there can be is no bound of the search.
  return report_limit(context, fact("topic"),
                      {largest.value, largest.at_least && largest.value < most}, "topic");
}

Finding topic_levels(CaseContext& context) {
  Echo echo(context);
  const std::string base = context.topic("l");
  const auto levels = static_cast<std::uint64_t>(std::count(base.begin(), base.end(), '/') + 1);
  const Largest largest =
      largest_that_works(levels, bounds(context).topic_levels, [&](std::uint64_t number) {
        std::string topic = base;
        for (std::uint64_t i = levels; i < number; ++i) topic += "/l";
        return echo.comes_back(topic);
      });
  return report_limit(context, fact("topic-levels"), largest, "levels");
}

/// A client as all cases have it is not accepted either.
std::optional<Finding> nobody_gets_in(CaseContext& context) {
  if (context.is_aborted()) return std::nullopt;
  ScriptedClient& client = context.client();
  const Attempt attempt = client.try_connect();
  client.disconnect();
  if (attempt.kind == Attempt::Kind::accepted) return std::nullopt;
  const std::string code =
      attempt.reason ? fmt::format(" (0x{:02X})", static_cast<unsigned>(*attempt.reason)) : "";
  return inconclusive("no client was accepted, whatever its identifier: " + attempt.text + code);
}

Finding client_id_length(CaseContext& context) {
  const bool is_31 = context.run().version() == protocol::Version::v31;
  const std::uint64_t most = is_31 ? 23 : protocol::maximum_string_bytes;
  const auto works = [&](std::uint64_t length) -> std::optional<bool> {
    if (has_to_stop(context)) return std::nullopt;
    client::ConnectPlan plan = context.plan();
    plan.client_identifier.resize(length, 'x');
    ScriptedClient& client = context.client(plan);
    const Attempt attempt = client.try_connect();
    client.disconnect();
    if (attempt.kind == Attempt::Kind::unreachable) return std::nullopt;
    if (attempt.kind == Attempt::Kind::silent && !is_alive(context)) return std::nullopt;
    return attempt.kind == Attempt::Kind::accepted;
  };
  const Largest largest = largest_that_works(23, most, works);
  if (largest.value == 0)
    if (const auto found = nobody_gets_in(context)) return *found;
  return report_limit(context, fact("client-id"),
                      {largest.value, largest.at_least && largest.value < most}, "identifier");
}

Finding client_id_characters(CaseContext& context) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> sets{
      {{"space", " "},
       {"- _ . : ;", "-_.:;"},
       {"/", "/"},
       {"+ #", "+#"},
       {"$ @ % &", "$@%&"},
       {"quotes", "\"'`"},
       {"< > | \\", "<>|\\"},
       {"beyond ASCII", "ä漢😀"}}};
  std::string refused;
  for (const auto& [name, characters] : sets) {
    client::ConnectPlan plan = context.plan();
    plan.client_identifier += characters;
    ScriptedClient& client = context.client(plan);
    const Attempt attempt = client.try_connect();
    const bool is_silent = attempt.kind == Attempt::Kind::silent;
    if (is_silent || attempt.kind == Attempt::Kind::unreachable) return inconclusive(attempt.text);
    if (attempt.kind != Attempt::Kind::accepted)
      refused += fmt::format("{}{}", refused.empty() ? "" : ", ", name);
    client.disconnect();
    if (context.is_aborted()) return {};
  }
  const std::string text = refused.empty() ? "all" : "all but: " + refused;
  context.tell(measured(fact("client-id-characters"), text));
  return pass(text);
}

Finding search_filters(CaseContext& context, std::uint64_t first, std::uint64_t bound) {
  std::optional<RawClient> client;
  const auto works = [&](std::uint64_t number) -> std::optional<bool> {
    if (has_to_stop(context)) return std::nullopt;
    if ((!client || !client->online()) && !client.emplace(context).connect()) return std::nullopt;
    client->forget_answers();
    std::string entries;
    for (std::uint64_t i = 0; i < number; ++i)
      protocol::append_subscription(entries, {context.topic(std::to_string(i)), Qos::at_most_once});
    client->send(protocol::Subscribe{1, {}, entries});
    const Timeout timeout = must_come_within(timeout_with_subscribe + number * timeout_with_filter);
    const RawClient::Answer* answer =
        client->wait_for(PacketType::suback, within_time(context, timeout));
    // A broker that is slow has refused nothing.
    if (answer == nullptr && client->online()) return std::nullopt;
    return answer != nullptr && answer->codes.size() == number && !is_failure(answer->reason);
  };
  return report_limit(context, fact("filters"), largest_that_works(first, bound, works), "filters");
}

Finding subscribe_filters(CaseContext& context) {
  return search_filters(context, 10, bounds(context).filters);
}

/// Sends packets of a size, and sees whether they come to a subscriber.
class Packets {
 public:
  explicit Packets(CaseContext& context) : context_(context) {}
  ~Packets() {
    if (subscriber_ != nullptr) subscriber_->set_hook({});
  }
  Packets(const Packets&) = delete;
  Packets& operator=(const Packets&) = delete;

  std::optional<bool> pass_through(std::uint64_t size) {
    if (has_to_stop(context_)) return std::nullopt;
    if (!prepare()) return std::nullopt;
    const std::uint64_t before = delivered_;
    publisher_->forget_answers();
    send(size);
    const Timeout timeout =
        must_come_within(arrival_timeout.time + std::chrono::milliseconds(size >> 12));
    const RawClient::Answer* answer =
        publisher_->wait_for(PacketType::puback, within_time(context_, timeout));
    if (answer == nullptr || is_failure(answer->reason)) return give_up(answer != nullptr);
    context_.wait([&] { return delivered_ > before || subscriber_->end(); },
                  within_time(context_, timeout));
    if (delivered_ == before) return give_up(subscriber_->end().has_value());
    return true;
  }

 private:
  bool prepare() {
    if (subscriber_ == nullptr || subscriber_->end()) {
      subscriber_ = &context_.client();
      subscriber_->set_hook([this](session::Direction, const protocol::Frame& frame) {
        if (frame.type() != PacketType::publish) return Fate::pass;
        ++delivered_;
        context_.changed();
        return Fate::swallow;
      });
      if (subscriber_->connect())
        subscriber_->subscribe(context_.topic("p"), {.qos = Qos::at_most_once});
    }
    if (!publisher_ || !publisher_->online()) (void)publisher_.emplace(context_).connect();
    return !context_.is_aborted();
  }

  /// What the broker does with what it did not take has no part in the next attempt. After mere
  /// silence nobody can say: it may be slow.
  std::optional<bool> give_up(bool was_answered) {
    const bool is_refused = was_answered || !publisher_->online();
    if (publisher_->online()) publisher_->client().cut(transport::Ending::reset);
    return is_refused ? std::optional(false) : std::nullopt;
  }

  void send(std::uint64_t size) {
    const std::string topic = context_.topic("p");
    protocol::Publish publish{topic, {}, 1, Qos::at_least_once};
    const std::string payload(size, 'x');
    const auto whole = [&](std::uint64_t length) {
      publish.payload = std::string_view(payload).substr(0, length);
      return protocol::encoded_size(publish, context_.run().version()).value_or(size);
    };
    const std::uint64_t header = whole(0);
    std::uint64_t length = size > header ? size - header : 0;
    // The Remaining Length takes more bytes for a longer payload.
    while (length > 0 && whole(length) > size) --length;
    publisher_->send(publish);
  }

  CaseContext& context_;
  std::optional<RawClient> publisher_;
  ScriptedClient* subscriber_ = nullptr;
  std::uint64_t delivered_ = 0;
};

Finding packet_size(CaseContext& context) {
  const std::uint64_t announced = context.run().limits.maximum_packet_size;
  const std::uint64_t bound =
      std::min({bounds(context).packet, announced, std::uint64_t(protocol::maximum_packet_bytes)});
  Packets packets(context);
  const Largest largest = largest_that_works(std::min<std::uint64_t>(64 << 10, bound), bound,
                                             [&](auto size) { return packets.pass_through(size); });
  const bool is_end = largest.value == announced;
  Finding found =
      report_limit(context, fact("packet"), {largest.value, largest.at_least && !is_end}, "packet");
  if (context.is_aborted() || largest.at_least || announced == protocol::maximum_packet_bytes)
    return found;
  return broken(fmt::format("announces {} bytes, and takes {}", announced, largest.value));
}

/// As many publishers as it takes to send so many within a few seconds, over a way on which each
/// can send no more at a time than the Receive Maximum.
std::vector<ScriptedClient*> publishers_for(CaseContext& context, std::uint64_t messages) {
  constexpr std::uint64_t most = 8;
  const std::uint64_t windows = messages / context.run().limits.receive_maximum;
  const auto seconds = windows * context.round_trip() / std::chrono::seconds(1);
  std::vector<ScriptedClient*> publishers;
  for (std::uint64_t i = 0; i <= std::min<std::uint64_t>(seconds, most); ++i) {
    publishers.push_back(&context.connected());
    publishers.back()->count_only();
  }
  return publishers;
}

/// How many of them were sent, in less time than the session of their subscriber is kept.
std::uint64_t send_queued(CaseContext& context, std::uint64_t number) {
  const Time latest = context.loop().now() + longest_sending;
  const auto publishers = publishers_for(context, number);
  std::uint64_t sent = 0;
  while (
      sent < number && !has_to_stop(context) && context.loop().now() < latest &&
      publishers[sent % publishers.size()]->send(message(context.topic("q"), std::to_string(sent))))
    ++sent;
  for (ScriptedClient* publisher : publishers) (void)publisher->settle(arrival_timeout);
  return sent;
}

Finding queued_messages(CaseContext& context) {
  /// As long nothing comes between two messages that waited.
  constexpr Duration usual_pause = std::chrono::milliseconds(500);
  const std::uint64_t number = bounds(context).queued;
  ScriptedClient& client = context.connected(context.kept_plan());
  client.subscribe(context.topic("q"), {.qos = Qos::at_least_once});
  client.disconnect();
  client.count_only();
  const std::uint64_t sent = send_queued(context, number);
  (void)client.connect();
  client.wait_for(1, arrival_timeout);
  std::size_t before = 0;
  do {
    before = client.messages();
    client.wait_for(sent, std::max(usual_pause, 2 * context.came_after()));
    // A window at a time they may take long.
    if (client.messages() < sent) context.only_waits();
  } while (client.messages() > before && client.messages() < sent);
  const std::uint64_t came = client.messages();
  end_session(context, client);
  if (context.is_aborted()) return {};
  return report_limit(context, fact("queued"), {came, came >= sent}, "messages");
}

constexpr Duration long_search = std::chrono::seconds(60);

/// Topics above 32 KiB have killed a broker.
constexpr std::array cases_of_harm{
    Case{.name = "topic-length",
         .section = "1.5.4",
         .promise = "takes topics of up to 65535 bytes",
         .play = topic_length,
         .limit = long_search},
};

constexpr std::array cases{
    Case{.name = "packet-size",
         .section = "3.2.2.3.6",
         .promise = "takes and delivers packets as large as it announces",
         .play = packet_size,
         .limit = long_search},
    Case{.name = "topic-levels",
         .section = "4.7.1.1",
         .promise = "takes topics of many levels",
         .play = topic_levels,
         .limit = long_search},
    without_rights(Case{.name = "client-id-length",
                        .section = "3.1.3.1",
                        .promise = "takes client identifiers of 23 bytes, and may take longer ones",
                        .play = client_id_length,
                        .limit = long_search}),
    without_rights(
        Case{.name = "client-id-characters",
             .section = "3.1.3.1",
             .promise = "takes letters and digits in client identifiers, and may take more",
             .play = client_id_characters}),
    Case{.name = "subscribe-filters",
         .section = "3.8.3",
         .promise = "takes many filters in one SUBSCRIBE",
         .play = subscribe_filters,
         .limit = long_search},
    Case{.name = "queued-messages",
         .section = "4.5",
         .promise = "keeps messages for a client that is away",
         .play = queued_messages,
         .limit = long_search},
};

}  // namespace

std::span<const Case> limit_cases() {
  return cases;
}

std::span<const Case> harmful_limit_cases() {
  return cases_of_harm;
}

}  // namespace mqtt_toolbox::probe
