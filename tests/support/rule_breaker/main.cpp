// rule-breaker [--break NAME] [--fault KIND@N] [--inject PART=BYTES] [--maximum-packet-size BYTES]
//              [--maximum-qos 0|1|2] [--retain-available 0|1] [--unanswered N] [--seed N]
// rule-breaker --list: the breaches, a line each: its name, a tab, what the broker then does.
// Each N-th connection is --unanswered. Prints its port; with a fault also, on standard error, the
// seed of its random bytes. Runs until SIGTERM.
#include <csignal>
#include <iostream>

#include "base/text.hpp"
#include "support/rule_breaker/broker.hpp"

namespace {

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::rule_breaker;

struct Command {
  Settings settings;
  bool lists = false;
};

Status set(Command& command, std::string_view option, std::string_view value) {
  Settings& settings = command.settings;
  if (option == "--break")
    return breach_named(value).map([&](Breach breach) { settings.broken = breach; });
  if (option == "--fault")
    return parse_fault(value).map([&](FaultPlan plan) { settings.fault = plan; });
  if (option == "--inject")
    return parse_injection(value).map([&](Injection injection) { settings.injection = injection; });
  if (option == "--maximum-packet-size")
    return parse_size(value).map([&](std::uint64_t size) {
      settings.maximum_packet_size = static_cast<std::uint32_t>(size);
    });
  if (option == "--maximum-qos")
    return parse_unsigned(value, 0, 2).map([&](auto qos) {
      settings.maximum_qos = static_cast<protocol::Qos>(qos);
    });
  if (option == "--retain-available")
    return parse_unsigned(value, 0, 1).map([&](auto retains) { settings.retains = retains != 0; });
  if (option == "--unanswered")
    return parse_unsigned(value, 2, UINT64_MAX).map([&](auto each) { settings.unanswered = each; });
  if (option == "--seed")
    return parse_unsigned(value, 0, UINT64_MAX).map([&](auto seed) { settings.seed = seed; });
  return fail(ExitCode::usage, "unknown option " + std::string(option));
}

Result<Command> command_from(const std::vector<std::string_view>& words) {
  Command command;
  command.settings.seed = system_seed();
  for (std::size_t i = 0; i < words.size(); i += 2) {
    if (words[i] == "--list") {
      command.lists = true;
      return command;
    }
    if (i + 1 == words.size()) return fail(ExitCode::usage, "an option lacks its value");
    if (const auto done = set(command, words[i], words[i + 1]); !done)
      return tl::unexpected(done.error());
  }
  return command;
}

void list() {
  for (const BreachRow& row : breaches()) std::cout << row.name << '\t' << row.what << '\n';
}

int run(const Settings& settings) {
  transport::Loop loop;
  transport::Loop::Signals signals(loop, {SIGTERM, SIGINT}, [&](int) { loop.stop(); });
  const auto broker = Broker::start(loop, settings);
  if (!broker) {
    std::cerr << "rule-breaker: " << broker.error().text << '\n';
    return 2;
  }
  std::cout << (*broker)->port() << std::endl;
  if (settings.fault) std::cerr << "seed " << settings.seed << std::endl;
  loop.run_until(never);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto command = command_from({argv + 1, argv + argc});
  if (!command) {
    std::cerr << "rule-breaker: " << command.error().text << '\n';
    return 2;
  }
  if (!command->lists) return run(command->settings);
  list();
  return 0;
}
