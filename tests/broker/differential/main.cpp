// differential ENGINE PORT RELAY_PORT RELAY_PID VERSION SEED SCRIPTS OPERATIONS: plays random
// scripts through the native engine and ENGINE (paho; native shows that a script says the same
// twice). The broker listens at PORT, the relay in front of it cuts all connections on SIGUSR1.
// VERSION is 3.1.1 or 5.0. What a third client sees, and what the player is told, must be the same.
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>

#include "player.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::differential;

namespace {

void print(std::string_view heading, const std::vector<std::string>& lines) {
  std::cout << heading << '\n';
  for (const std::string& line : lines) std::cout << "    " << line.substr(0, 300) << '\n';
}

bool same(const Operation& operation, std::size_t number, const Sight& native, const Sight& other) {
  if (native.third == other.third && native.player == other.player) return true;
  std::cout << "operation " << number << ", " << name(operation.kind) << ", differs\n";
  if (native.third != other.third) {
    print("  third client, native:", native.third);
    print("  third client, other:", other.third);
  }
  if (native.player != other.player) {
    print("  player, native:", native.player);
    print("  player, other:", other.player);
  }
  return false;
}

bool compare(const Stage& stage, client::Engine engine, std::uint64_t seed,
             std::size_t operations) {
  const std::vector<Operation> script = make_script(seed, operations, stage.version);
  const auto native = play(script, stage, client::Engine::native, "a" + std::to_string(seed));
  const auto other = play(script, stage, engine, "b" + std::to_string(seed));
  for (const auto* played : {&native, &other})
    if (!*played)
      std::cout << (played == &native ? "native: " : "other: ") << played->error().text << '\n';
  bool equal = native && other;
  for (std::size_t i = 0; equal && i < script.size(); ++i)
    equal = same(script[i], i, (*native)[i], (*other)[i]);
  if (!equal) std::cout << "seed " << seed << ", " << operations << " operations\n";
  return equal;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 9) return 2;
  const client::Engine engine =
      arguments[1] == std::string("paho") ? client::Engine::paho : client::Engine::native;
  Stage stage;
  stage.port = static_cast<std::uint16_t>(std::stoul(arguments[2]));
  stage.relay_port = static_cast<std::uint16_t>(std::stoul(arguments[3]));
  const pid_t relay = std::stoi(arguments[4]);
  stage.cut = [relay] { kill(relay, SIGUSR1); };
  stage.version =
      arguments[5] == std::string("5.0") ? protocol::Version::v5 : protocol::Version::v311;
  const std::uint64_t seed = std::stoull(arguments[6]);
  for (std::uint64_t i = 0; i < std::stoull(arguments[7]); ++i)
    if (!compare(stage, engine, seed + i, std::stoull(arguments[8]))) return 1;
  std::cout << arguments[7] << " scripts, the same through both engines\n";
}
