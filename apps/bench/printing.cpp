#include "bench/printing.hpp"

#include <unistd.h>

#include "console/output.hpp"

namespace mqtt_toolbox::bench {

Status print(console::World& world, std::string_view text) {
  console::Output output(
      world.loop, STDOUT_FILENO, [] {}, [](const Error&) {});
  output.buffer() = text;
  return output.finish(never);
}

console::Ended failed(console::World& world, const Error& error) {
  world.reporter.error(error.text);
  return {error.code, 0};
}

console::Ended finished(console::World& world, const Status& status) {
  return status ? console::Ended() : failed(world, status.error());
}

}  // namespace mqtt_toolbox::bench
