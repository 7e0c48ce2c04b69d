#include <array>

#include <fmt/format.h>

#include "probe/broker_steps.hpp"

// When the broker gives up on a client that says nothing.

namespace mqtt_toolbox::probe {

using protocol::PropertyId;

namespace {

/// Seconds; one and a half of it are whole seconds, which a broker that counts in whole ones keeps.
constexpr std::uint16_t asked_keep_alive = 2;
/// How long past the one and a half keep-alives the case goes on.
constexpr Duration overtime = std::chrono::seconds(25);
constexpr std::uint64_t longest_watched = 20;  ///< seconds

/// To give up is a must (MQTT-3.1.2-22), with no word of how soon a broker has to see it; not to do
/// so earlier is none.
Finding keep_alive_finding(std::uint64_t seconds, std::optional<Duration> cut, Duration watched) {
  const Duration agreed = std::chrono::seconds(seconds);
  const std::string of = fmt::format(" with a keep-alive of {} s", seconds);
  if (!cut) return broken(fmt::format("did not give up within {}", show_duration(watched)) + of);
  if (*cut < agreed) return deviates("gave up too early" + of, cut);
  // The standard has one and a half; a broker looks at its clock now and then.
  if (*cut <= agreed * 3 / 2 + std::chrono::milliseconds(1600)) return pass("gave up" + of, cut);
  return deviates("gave up late" + of, cut);
}

Finding keep_alive(Scene& scene) {
  client::ConnectPlan plan = scene.plan();
  plan.session.keep_alive = asked_keep_alive;
  Bare client(scene, plan);
  // The broker's clock starts when it reads CONNECT, which may be before this client has its
  // answer.
  const Time begin = SystemClock().now();
  if (!client.connect()) return {};
  const std::uint64_t seconds = client.wire()
                                    .connack_properties()
                                    .number(PropertyId::server_keep_alive)
                                    .value_or(asked_keep_alive);
  if (seconds == 0 || seconds > longest_watched)
    return pass(fmt::format("it wants a keep-alive of {} s, too long to watch", seconds));
  const Duration watched = std::chrono::seconds(seconds) * 3 / 2 + overtime;
  client.wire().wait_for_end(watched);
  if (scene.in_trouble()) return {};
  std::optional<Duration> cut;
  if (client.wire().end()) cut = client.wire().end()->at - begin;
  if (cut) {
    const auto tenths = (cut->count() / 100'000'000 + 1) * 100;
    scene.tell(measured(fact("keep-alive-cut"), static_cast<std::uint64_t>(tenths)));
  }
  return keep_alive_finding(seconds, cut, watched);
}

/// Server Keep Alive for what the client asks; none: accepted.
std::optional<std::uint32_t> answer_to(Scene& scene, std::uint16_t keep_alive) {
  client::ConnectPlan plan = scene.plan();
  plan.session.keep_alive = keep_alive;
  Wire& wire = scene.connected(plan);
  const auto answer = wire.connack_properties().number(PropertyId::server_keep_alive);
  wire.disconnect();
  return answer;
}

Finding keep_alive_bounds(Scene& scene) {
  const auto longest = answer_to(scene, 65'535).value_or(65'535);
  const auto off = answer_to(scene, 0).value_or(0);
  if (scene.in_trouble()) return {};
  scene.tell(announced(fact("keep-alive-limit"), std::uint64_t(longest) * 1000));
  scene.tell(announced(fact("keep-alive-off"), off == 0));
  return pass(
      fmt::format("at most {} s; {}", longest,
                  off == 0 ? "may be off" : fmt::format("in place of off it sets {} s", off)));
}

constexpr std::array cases{
    without_rights(
        Case{.name = "keep-alive",
             .section = "3.1.2.10",
             .promise = "closes the connection of a client that is silent for one and a half times "
                        "its keep-alive, and not before its keep-alive is over",
             .play = keep_alive,
             .limit = std::chrono::seconds(60)}),
    without_rights(Case{"keep-alive-bounds", "3.2.2.3.14", "says which keep-alive it wants",
                        keep_alive_bounds, Versions::v5_only}),
};

}  // namespace

std::span<const Case> keep_alive_cases() {
  return cases;
}

}  // namespace mqtt_toolbox::probe
