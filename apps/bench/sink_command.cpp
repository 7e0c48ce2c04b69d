#include <sys/prctl.h>

#include "bench/commands.hpp"
#include "bench/printing.hpp"
#include "console/interrupts.hpp"
#include "load/file_limit.hpp"

namespace mqtt_toolbox::bench {
namespace {

std::string counts_json(const load::NullBroker& broker) {
  const load::NullCounters& counters = broker.counters();
  std::string text = R"({"type":"sink_end")";
  const auto add = [&](std::string_view name, std::uint64_t count) {
    text += ",\"" + std::string(name) + "\":" + std::to_string(count);
  };
  add("received", counters.received);
  add("sent", counters.sent);
  add("accepted", counters.accepted);
  add("refused", counters.refused);
  add("dropped", counters.dropped);
  add("duplicated", counters.duplicated);
  add("swapped", counters.swapped);
  add("stalls", counters.stalls);
  add("out_of_files", counters.out_of_files);
  add("open", broker.connections_open());
  return text + "}\n";
}

}  // namespace

console::Ended run_sink(console::World& world, Settings& settings) {
  // A delay is to be as long as it says: by default the kernel adds up to 50 microseconds.
  prctl(PR_SET_TIMERSLACK, 1);
  const std::uint64_t files = load::allow_most_files();
  settings.sink.out_of_files = [&] {
    world.reporter.note(
        "no descriptor is left for another connection, which waits until one ends: "
        "the limit is " +
        std::to_string(files) + "; raise it with \"ulimit -Hn\" as root");
  };
  const auto broker = load::NullBroker::start(world.loop, settings.sink);
  if (!broker) return failed(world, broker.error());
  console::Interrupts interrupts(world.loop, [&](int) { world.loop.stop(); });
  const std::string port = std::to_string((*broker)->port());
  if (auto printed = print(world, "{\"type\":\"sink\",\"port\":" + port + "}\n"); !printed)
    return failed(world, printed.error());
  world.loop.run_until(never);
  if (auto printed = print(world, counts_json(**broker)); !printed)
    return failed(world, printed.error());
  return {ExitCode::done, interrupts.received()};
}

}  // namespace mqtt_toolbox::bench
