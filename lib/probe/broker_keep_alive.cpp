#include <array>

#include <fmt/format.h>

#include "probe/broker_steps.hpp"

// When the broker gives up on a client that says nothing.

namespace mqtt_toolbox::probe {

using protocol::PropertyId;

namespace {

/// How long past the one and a half keep-alives the case goes on.
constexpr Duration overtime = std::chrono::seconds(9);
constexpr std::uint64_t longest_watched = 10;  ///< seconds

Finding keep_alive_finding(std::uint64_t seconds, std::optional<Duration> cut) {
  const Duration agreed = std::chrono::seconds(seconds);
  const std::string of = fmt::format(" with a keep-alive of {} s", seconds);
  if (!cut) return broken("did not give up" + of);
  if (*cut < agreed) return broken("gave up too early" + of, cut);
  // The standard has one and a half; a broker looks at its clock now and then.
  if (*cut <= agreed * 3 / 2 + std::chrono::milliseconds(1600)) return pass("gave up" + of, cut);
  return deviates("gave up late" + of, cut);
}

Finding keep_alive(Scene& scene) {
  client::ConnectPlan plan = scene.plan();
  plan.session.keep_alive = 1;
  Bare client(scene, plan);
  if (!client.connect()) return {};
  const Time begin = scene.loop().now();
  const std::uint64_t seconds =
      client.wire().connack_properties().number(PropertyId::server_keep_alive).value_or(1);
  if (seconds == 0 || seconds > longest_watched)
    return pass(fmt::format("it wants a keep-alive of {} s, too long to watch", seconds));
  client.wire().wait_for_end(std::chrono::seconds(seconds) * 3 / 2 + overtime);
  if (scene.in_trouble()) return {};
  std::optional<Duration> cut;
  if (client.wire().end()) cut = client.wire().end()->at - begin;
  if (cut) {
    const auto tenths = (cut->count() / 100'000'000 + 1) * 100;
    scene.tell(measured(fact("keep-alive-cut"), static_cast<std::uint64_t>(tenths)));
  }
  return keep_alive_finding(seconds, cut);
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
             .limit = std::chrono::seconds(30)}),
    without_rights(Case{"keep-alive-bounds", "3.2.2.3.14", "says which keep-alive it wants",
                        keep_alive_bounds, Versions::v5_only}),
};

}  // namespace

std::span<const Case> keep_alive_cases() {
  return cases;
}

}  // namespace mqtt_toolbox::probe
