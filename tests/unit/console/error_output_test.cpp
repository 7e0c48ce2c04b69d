#include "console/error_output.hpp"

#include <csignal>
#include <fcntl.h>
#include <string>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>

#include "base/system.hpp"
#include "console/reporter.hpp"
#include "console/trace.hpp"

using namespace mqtt_toolbox;
using console::ErrorOutput;

namespace {

class FixedClock final : public record::WallClock {
 public:
  record::WallTime now() override { return {}; }
};

/// A pipe in place of standard error, whose reader is this test.
struct Reader {
  Reader() {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    reading.reset(ends[0]);
    writing.reset(ends[1]);
    REQUIRE(fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
    signal(SIGPIPE, SIG_IGN);
  }

  /// Reads in the loop until nothing waits in `output` any more.
  void take_all(transport::Loop& loop, const ErrorOutput& output) {
    while (!output.has_room(ErrorOutput::capacity)) {
      take();
      loop.run_until(loop.now() + std::chrono::milliseconds(1));
    }
    take();
  }

  void take() {
    char bytes[1 << 16];
    for (ssize_t size; (size = read(reading.get(), bytes, sizeof bytes)) > 0;)
      text.append(bytes, static_cast<std::size_t>(size));
  }

  std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      lines.push_back(text.substr(at, end - at));
      at = end == std::string::npos ? text.size() : end + 1;
    }
    return lines;
  }

  FileDescriptor reading;
  FileDescriptor writing;
  std::string text;
};

const protocol::Frame ping{0xC0, {}};

void trace_pings(console::Trace& trace, int count) {
  for (int i = 0; i < count; ++i)
    trace.packet(session::Direction::sent, ping, protocol::Version::v5);
}

}  // namespace

TEST_CASE("a reader of a trace that takes nothing does not delay, and learns what it missed") {
  Reader reader;
  transport::Loop loop;
  FixedClock clock;
  ErrorOutput output(loop, reader.writing.get());
  console::Trace trace(record::TraceForm::text, clock, output);
  constexpr int traced = 100000;
  trace_pings(trace, traced);
  CHECK((fcntl(reader.writing.get(), F_GETFL) & O_NONBLOCK) == 0);
  CHECK_FALSE(output.has_room(1024));
  reader.take_all(loop, output);
  const std::size_t before = reader.lines().size();
  CHECK(before < traced);
  CHECK(reader.text.size() > ErrorOutput::capacity);

  trace_pings(trace, 1);
  reader.take_all(loop, output);
  const auto lines = reader.lines();
  REQUIRE(lines.size() == before + 2);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i != before) REQUIRE(lines[i].ends_with(" -> PINGREQ"));
  }
  CHECK(lines[before].ends_with("    " + std::to_string(traced - before) + " packets not traced"));
}

TEST_CASE("what a trace missed at its end is said, in JSON as a line of its own") {
  Reader reader;
  transport::Loop loop;
  FixedClock clock;
  ErrorOutput output(loop, reader.writing.get());
  console::Trace trace(record::TraceForm::json, clock, output);
  constexpr int traced = 100000;
  trace_pings(trace, traced);
  trace.finish();
  reader.take_all(loop, output);
  const auto lines = reader.lines();
  CHECK(lines.back().starts_with(R"({"type":"not_traced","time":")"));
  CHECK(lines.back().ends_with(R"(,"packets":)" + std::to_string(traced + 1 - lines.size()) + "}"));
}

TEST_CASE("messages go through the same buffer, in order, and are never dropped") {
  Reader reader;
  transport::Loop loop;
  FixedClock clock;
  ErrorOutput output(loop, reader.writing.get());
  console::Trace trace(record::TraceForm::text, clock, output);
  console::Reporter reporter("mqtt-sub");
  reporter.write_through(&output);
  trace_pings(trace, 100000);
  reporter.error("one");
  reader.take_all(loop, output);
  CHECK(reader.lines().back() == "mqtt-sub: one");
}

TEST_CASE("at the end nobody is waited for who takes nothing") {
  Reader reader;
  transport::Loop loop;
  ErrorOutput output(loop, reader.writing.get());
  output.line(std::string(ErrorOutput::capacity / 2, 'x'));
  output.finish();
  CHECK_FALSE(output.has_room(ErrorOutput::capacity));
}
