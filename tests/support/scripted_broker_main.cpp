#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "support/scripted_broker.hpp"

// scripted-broker FILE | scripted-broker - | scripted-broker -e 'STEP; STEP...'
// Prints its port, then each packet received; ends with the script: 0 when all of it was met, else
// 1 with the reasons on standard error, 2 when it could not start.

namespace {

using namespace mqtt_toolbox;

std::string read_all(std::istream& in) {
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

Result<std::string> script_from(const std::vector<std::string>& words) {
  if (words.size() == 2 && words[0] == "-e") return words[1];
  if (words.size() != 1) return fail(ExitCode::usage, "usage: scripted-broker FILE|-|-e STEPS");
  if (words[0] == "-") return read_all(std::cin);
  return read_file(words[0], 1u << 20);
}

int run(support::ScriptedBroker& broker, transport::Loop& loop) {
  transport::Loop::Signals signals(loop, {SIGTERM, SIGINT}, [&](int) { loop.stop(); });
  broker.on_line = [](const std::string& line) { std::cout << line << std::endl; };
  broker.on_finished = [&] { loop.stop(); };
  std::cout << broker.port() << std::endl;
  if (!broker.finished()) loop.run_until(never);
  for (const std::string& failure : broker.failures()) std::cerr << failure << '\n';
  return broker.failures().empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  transport::Loop loop;
  const auto script = script_from({argv + 1, argv + argc});
  const auto broker = script.and_then(
      [&](const std::string& text) { return support::ScriptedBroker::start(loop, text); });
  if (!broker) {
    std::cerr << "scripted-broker: " << broker.error().text << '\n';
    return 2;
  }
  return run(**broker, loop);
}
