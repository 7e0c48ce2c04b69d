#include "load/null_broker.hpp"

#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include "base/text.hpp"

// null-broker [--flood N] [--bytes N] [--port N] [--close]
// Prints its port, runs until SIGTERM or SIGINT, and ends with its counts as one line of JSON.

namespace {

using namespace mqtt_toolbox;

Status read_option(load::NullBrokerSettings& settings, const std::string& name,
                   const std::string& value) {
  if (name == "--flood") {
    return parse_unsigned(value, 0, UINT64_MAX).map([&](std::uint64_t n) {
      settings.flood_messages = n;
    });
  }
  if (name == "--bytes") {
    return parse_size(value).map(
        [&](std::uint64_t n) { settings.flood_bytes = static_cast<std::uint32_t>(n); });
  }
  if (name == "--port") {
    return parse_unsigned(value, 0, 65'535).map([&](std::uint64_t n) {
      settings.port = static_cast<std::uint16_t>(n);
    });
  }
  return fail(ExitCode::usage, "usage: null-broker [--flood N] [--bytes N] [--port N] [--close]");
}

Result<load::NullBrokerSettings> read_options(const std::vector<std::string>& words) {
  load::NullBrokerSettings settings;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--close") {
      settings.close_after_flood = true;
      continue;
    }
    const std::string value = i + 1 < words.size() ? words[i + 1] : "";
    if (auto status = read_option(settings, words[i], value); !status) {
      return tl::unexpected(status.error());
    }
    ++i;
  }
  return settings;
}

void run(transport::Loop& loop, load::NullBroker& broker) {
  transport::Loop::Signals signals(loop, {SIGTERM, SIGINT}, [&](int) { loop.stop(); });
  std::cout << broker.port() << std::endl;
  loop.run_until(never);
  std::cout << "{\"messages_received\":" << broker.messages_received()
            << ",\"messages_sent\":" << broker.messages_sent()
            << ",\"connections_accepted\":" << broker.connections_accepted()
            << ",\"connections_open\":" << broker.connections_open() << "}" << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  transport::Loop loop;
  const auto broker =
      read_options({argv + 1, argv + argc}).and_then([&](const load::NullBrokerSettings& settings) {
        return load::NullBroker::start(loop, settings);
      });
  if (!broker) {
    std::cerr << "null-broker: " << broker.error().text << '\n';
    return static_cast<int>(broker.error().code);
  }
  run(loop, **broker);
  return 0;
}
