#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "probe/broker_steps.hpp"

// When the broker gives up on a client that says nothing.

namespace mqtt_toolbox::probe {

using namespace check;

using protocol::PropertyId;

namespace {

/// Seconds; one and a half of it are whole seconds, which a broker that counts in whole ones keeps.
constexpr std::uint16_t asked_keep_alive = 2;
constexpr std::uint64_t longest_watched = 20;  ///< seconds

/// How late this machine lets a program run: the worst delay of a timer.
class OwnLateness {
 public:
  explicit OwnLateness(transport::Loop& loop) : timer_(loop, [this] { tick(); }) { arm(); }

  Duration worst() const { return std::max(worst_, SystemClock().now() - due_); }

 private:
  static constexpr Duration pause = std::chrono::milliseconds(50);

  void arm() {
    due_ = SystemClock().now() + pause;
    timer_.arm(due_);
  }
  void tick() {
    worst_ = worst();
    arm();
  }

  transport::Loop::Timer timer_;
  Time due_{};
  Duration worst_{};
};

/// When a broker gave up. Its clock starts when it reads CONNECT: somewhere between that CONNECT
/// was sent and that the answer was here.
struct GivenUp {
  Duration since_connect{};
  Duration since_connack{};
  Duration own_lateness{};  ///< of what this side saw
  Duration on_the_way{};    ///< from the broker, at most
};

/// To give up is a must (MQTT-3.1.2-22), with no word of how soon a broker has to see it; not to do
/// so earlier is none.
Finding keep_alive_finding(std::uint64_t seconds, const std::optional<GivenUp>& given_up) {
  const Duration agreed = std::chrono::seconds(seconds);
  const std::string of = fmt::format(" with a keep-alive of {} s", seconds);
  if (!given_up) return broken("did not give up" + of);
  const Duration after = given_up->since_connect;
  if (after < agreed) return deviates("gave up too early" + of, after);
  const Duration latest =
      agreed * 3 / 2 + keep_alive_leeway + given_up->own_lateness + given_up->on_the_way;
  if (given_up->since_connack <= latest) return pass("gave up" + of, after);
  return deviates("gave up late" + of, after);
}

Finding keep_alive(CaseContext& context) {
  client::ConnectPlan plan = context.plan();
  plan.session.keep_alive = asked_keep_alive;
  RawClient client(context, plan);
  const Time begin = SystemClock().now();
  if (!client.connect()) return {};
  const Time answered = SystemClock().now();
  const std::uint64_t seconds = client.client()
                                    .connack_properties()
                                    .number(PropertyId::server_keep_alive)
                                    .value_or(asked_keep_alive);
  if (seconds == 0 || seconds > longest_watched)
    return pass(fmt::format("it wants a keep-alive of {} s, too long to watch", seconds));
  const Duration watched = std::chrono::seconds(seconds) * 3 / 2 + keep_alive_leeway;
  const OwnLateness lateness(context.loop());
  client.client().wait_for_end(must_come_within(watched));
  if (context.is_aborted()) return {};
  std::optional<GivenUp> given_up;
  if (const auto& end = client.client().end()) {
    given_up = GivenUp{end->at - begin, end->at - answered, lateness.worst(), context.round_trip()};
    const auto tenths = (given_up->since_connect.count() / 100'000'000 + 1) * 100;
    context.tell(measured(fact("keep-alive-cut"), static_cast<std::uint64_t>(tenths)));
  }
  return keep_alive_finding(seconds, given_up);
}

ScriptedClient& client_with(CaseContext& context, std::uint16_t keep_alive) {
  client::ConnectPlan plan = context.plan();
  plan.session.keep_alive = keep_alive;
  return context.client(std::move(plan));
}

/// It turns the keep-alive off, and is no reason to refuse a client.
Finding keep_alive_zero(CaseContext& context) {
  ScriptedClient& client = client_with(context, 0);
  const Attempt attempt = client.try_connect();
  client.disconnect();
  if (attempt.kind == Attempt::Kind::accepted) return pass("accepted");
  const bool is_refused =
      attempt.kind == Attempt::Kind::refused || attempt.kind == Attempt::Kind::closed;
  if (!is_refused || !is_alive(context)) return inconclusive(attempt.text);
  return broken("CONNECT with a Keep Alive of 0 was not accepted: " + attempt.text);
}

/// The keep-alive that the broker wants where a client asks for this one; none: it lets none in.
std::optional<std::uint32_t> answer_to(CaseContext& context, std::uint16_t keep_alive) {
  ScriptedClient& client = client_with(context, keep_alive);
  if (client.try_connect().kind != Attempt::Kind::accepted) return std::nullopt;
  const auto answer = client.connack_properties().number(PropertyId::server_keep_alive);
  client.disconnect();
  return answer.value_or(keep_alive);
}

Finding keep_alive_bounds(CaseContext& context) {
  const auto longest = answer_to(context, 65'535);
  if (!longest) return inconclusive("a client with a keep-alive of 65535 s is not let in");
  const auto off = answer_to(context, 0);
  if (context.is_aborted()) return {};
  context.tell(announced(fact("keep-alive-limit"), std::uint64_t(*longest) * 1000));
  context.tell(announced(fact("keep-alive-off"), off == 0u));
  if (!off) return pass(fmt::format("at most {} s; may not be off", *longest));
  return pass(
      fmt::format("at most {} s; {}", *longest,
                  *off == 0 ? "may be off" : fmt::format("in place of off it sets {} s", *off)));
}

/// The standard has "a reasonable amount of time" (MQTT 5.0 section 3.1.4).
constexpr Duration a_while = std::chrono::seconds(3);

Finding no_connect(CaseContext& context) {
  ScriptedClient& client = context.client();
  const Time begin = SystemClock().now();
  if (!client.open()) return inconclusive("cannot connect");
  client.wait_for_end(must_come_within(a_while));
  if (context.is_aborted()) return {};
  if (client.end()) return pass("gave up", client.end()->at - begin);
  return deviates("the connection stays open");
}

constexpr std::array cases{
    without_rights(Case{.name = "no-connect",
                        .section = "3.1.4",
                        .promise = "closes a connection on which no CONNECT comes",
                        .play = no_connect,
                        .limit = std::chrono::seconds(45)}),
    without_rights(
        Case{.name = "keep-alive",
             .section = "3.1.2.10",
             .promise = "closes the connection of a client that is silent for one and a half times "
                        "its keep-alive, and not before its keep-alive is over",
             .play = keep_alive,
             .limit = std::chrono::seconds(60)}),
    without_rights(Case{"keep-alive-zero", "3.1.2.10",
                        "accepts a keep-alive of 0, which turns it off", keep_alive_zero}),
    without_rights(Case{"keep-alive-bounds", "3.2.2.3.14", "says which keep-alive it wants",
                        keep_alive_bounds, Versions::v5_only}),
};

}  // namespace

std::span<const Case> keep_alive_cases() {
  return cases;
}

}  // namespace mqtt_toolbox::probe
