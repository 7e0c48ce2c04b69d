// What the brokers' scripts need from a program: broker-helper ports N | certificates FOLDER |
// await FACTS SECONDS PROCESS.
#include <charconv>
#include <fstream>
#include <iostream>
#include <netinet/in.h>
#include <sys/socket.h>
#include <vector>

#include "base/random.hpp"
#include "base/system.hpp"
#include "stage.hpp"
#include "transport/plugin.hpp"

namespace {

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::contract;

int number(std::string_view text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// Below the ports of outgoing connections, one of which could take it before the broker does.
std::uint16_t random_port(Random& random) {
  return static_cast<std::uint16_t>(10'000 + random() % 22'000);
}

bool takes_port(int descriptor, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

/// Ports of 127.0.0.1 that were free just now, all different.
int ports(int count) {
  Random random(system_seed());
  std::vector<FileDescriptor> held;
  for (int tries = 0; static_cast<int>(held.size()) < count; ++tries) {
    if (tries == 1'000) return 1;
    FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const std::uint16_t port = random_port(random);
    if (!takes_port(socket.get(), port)) continue;
    std::cout << port << "\n";
    held.push_back(std::move(socket));
  }
  return 0;
}

int certificates(const std::string& folder) {
  const Status made = transport::make_certificates({folder, {"localhost", "127.0.0.1"}});
  if (!made) std::cerr << made.error().text << "\n";
  return made ? 0 : 1;
}

/// A process that has ended may still wait to be collected.
bool is_alive(int process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string number, name, state;
  return file >> number >> name >> state && state != "Z";
}

/// How long an answer may come: for some time, and while the broker lives.
struct Patience {
  Time deadline;
  int process;

  bool is_over() const { return SystemClock().now() >= deadline || !is_alive(process); }
};

/// Until the broker answers CONNECT with success; a port may be open long before.
bool answers(const BrokerFacts& facts, protocol::Version version, std::string_view door,
             std::uint16_t port, const std::optional<Credentials>& credentials,
             const Patience& patience) {
  const Conditions conditions{facts, client::Engine::native, version, door};
  while (!patience.is_over()) {
    Stage stage(conditions, system_seed(), std::chrono::seconds(5));
    client::ConnectPlan plan = stage.plan();
    plan.transport.port = port;
    if (credentials) {
      plan.username = credentials->username;
      plan.password = credentials->password;
    }
    Peer& peer = stage.bring(plan);
    if (peer.try_connect() == "connected") return true;
    stage.loop().run_until(stage.loop().now() + std::chrono::milliseconds(50));
  }
  std::cerr << facts.name << " does not answer on its door " << door << "\n";
  return false;
}

bool answers(const BrokerFacts& facts, protocol::Version version, const Patience& patience) {
  const auto opens = [&](std::string_view door, std::uint16_t port,
                         const std::optional<Credentials>& credentials) {
    return answers(facts, version, door, port, credentials, patience);
  };
  for (const auto& [door, port] : facts.doors)
    if (!opens(door, port, facts.credentials)) return false;
  if (facts.limited && !opens("tcp", facts.limited->port, {})) return false;
  return !facts.login || opens("tcp", facts.login->port, facts.login->credentials);
}

int await(const std::string& file, int seconds, int process) {
  const auto facts = read_facts(file);
  if (!facts) {
    std::cerr << facts.error().text << "\n";
    return 2;
  }
  const Patience patience{SystemClock().now() + std::chrono::seconds(seconds), process};
  if (!answers(*facts, protocol::Version::v311, patience)) return 1;
  return !facts->v5 || answers(*facts->v5, protocol::Version::v5, patience) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 2 && arguments[0] == "ports") return ports(number(arguments[1]));
  if (arguments.size() == 2 && arguments[0] == "certificates") return certificates(arguments[1]);
  if (arguments.size() == 4 && arguments[0] == "await")
    return await(arguments[1], number(arguments[2]), number(arguments[3]));
  std::cerr << "Usage: broker-helper ports N | certificates FOLDER | await FACTS SECONDS PROCESS\n";
  return 2;
}
