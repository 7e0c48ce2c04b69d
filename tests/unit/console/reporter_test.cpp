#include "console/reporter.hpp"

#include <functional>
#include <string>
#include <unistd.h>

#include <doctest/doctest.h>

#include "base/system.hpp"

using namespace mqtt_toolbox;
using console::Reporter;

namespace {

/// What `work` writes to standard error; less than a pipe holds.
std::string standard_error_of(const std::function<void(Reporter&)>& work) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  FileDescriptor reader(ends[0]);
  FileDescriptor before(dup(STDERR_FILENO));
  dup2(ends[1], STDERR_FILENO);
  close(ends[1]);
  Reporter reporter("mqtt-x");
  work(reporter);
  dup2(before.get(), STDERR_FILENO);
  std::string text(16384, '\0');
  ssize_t size = read(reader.get(), text.data(), text.size());
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

}  // namespace

TEST_CASE("reporter: the tool's name, the text, one line") {
  CHECK(standard_error_of([](Reporter& reporter) {
          reporter.error("one");
          reporter.note("two");
        }) == "mqtt-x: one\nmqtt-x: two\n");
}

TEST_CASE("reporter: --quiet shows nothing any more") {
  CHECK(standard_error_of([](Reporter& reporter) {
          reporter.error("a mistake in the settings");
          reporter.set_quiet(true);
          reporter.note("news");
          reporter.error("an error");
          reporter.repeated("a refusal");
          reporter.finish();
        }) == "mqtt-x: a mistake in the settings\n");
}

TEST_CASE("reporter: after some alike the rest is counted") {
  const auto repeat = [](std::uint64_t times) {
    return standard_error_of([times](Reporter& reporter) {
      for (std::uint64_t i = 0; i < times; ++i) reporter.repeated("x");
      reporter.finish();
    });
  };
  std::string shown;
  for (std::uint64_t i = 0; i < Reporter::shown_repeats; ++i) shown += "mqtt-x: x\n";
  CHECK(repeat(Reporter::shown_repeats) == shown);
  CHECK(repeat(Reporter::shown_repeats + 3) == shown + "mqtt-x: 3 more like these were left out\n");
}
