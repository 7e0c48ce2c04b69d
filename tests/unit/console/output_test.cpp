#include "console/output.hpp"

#include <csignal>
#include <fcntl.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

#include <doctest/doctest.h>

using namespace mqtt_toolbox;
using console::Output;

namespace {

struct Pipe {
  Pipe() {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    reader.reset(ends[0]);
    writer.reset(ends[1]);
    signal(SIGPIPE, SIG_IGN);
  }

  FileDescriptor reader;
  FileDescriptor writer;
};

std::string read_all_there_is(int descriptor, std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t used = 0;
  while (used < size) {
    ssize_t got = read(descriptor, bytes.data() + used, size - used);
    if (got <= 0) break;
    used += static_cast<std::size_t>(got);
  }
  bytes.resize(used);
  return bytes;
}

bool is_non_blocking(int descriptor) {
  return (fcntl(descriptor, F_GETFL) & O_NONBLOCK) != 0;
}

}  // namespace

TEST_CASE("a reader that is slow blocks the output, not the program") {
  Pipe pipe;
  transport::Loop loop;
  bool written = false;
  Output output(
      loop, pipe.writer.get(),
      [&] {
        written = true;
        loop.stop();
      },
      [](const Error&) { FAIL("no error expected"); });
  const std::string data(1 << 20, 'x');
  output.buffer() = data;
  auto state = output.flush();
  REQUIRE(state);
  CHECK(*state == Output::State::blocked);
  CHECK(output.blocked());
  CHECK_FALSE(is_non_blocking(pipe.writer.get()));

  std::string received;
  transport::Loop::Watch watch(loop, pipe.reader.get(), [&](transport::Interest) {
    received += read_all_there_is(pipe.reader.get(), 4096);
  });
  watch.want(transport::Interest::read);
  CHECK(loop.run_until(loop.now() + std::chrono::seconds(20)));
  CHECK(written);
  CHECK_FALSE(output.blocked());
  received += read_all_there_is(pipe.reader.get(), data.size() - received.size());
  CHECK(received == data);
}

TEST_CASE("a closed pipe is no error, and drops what comes after") {
  Pipe pipe;
  transport::Loop loop;
  Output output(
      loop, pipe.writer.get(), [] {}, [](const Error&) {});
  pipe.reader.reset();
  output.buffer() = "lost";
  auto state = output.flush();
  REQUIRE(state);
  CHECK(*state == Output::State::closed);
  CHECK(output.closed());
}

TEST_CASE("a reader that leaves is noticed without a write, where there is one") {
  int ends[2];
  Pipe pipe;
  SUBCASE("of a pipe") {}
  SUBCASE("of a socket") {
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    pipe.reader.reset(ends[0]);
    pipe.writer.reset(ends[1]);
  }
  transport::Loop loop;
  int calls = 0;
  Output output(
      loop, pipe.writer.get(), [] { FAIL("nothing is written"); },
      [](const Error&) { FAIL("no error expected"); });
  output.watch_reader([&] {
    ++calls;
    loop.stop();
  });
  loop.run_until(loop.now());
  CHECK(calls == 0);
  pipe.reader.reset();
  CHECK(loop.run_until(loop.now() + std::chrono::seconds(20)));
  CHECK(output.closed());
  CHECK_FALSE(loop.run_until(loop.now() + std::chrono::milliseconds(1)));
  CHECK(calls == 1);
}

TEST_CASE("a reader that leaves is also noticed after it was slow") {
  Pipe pipe;
  transport::Loop loop;
  int calls = 0;
  Output output(
      loop, pipe.writer.get(), [&] { loop.stop(); },
      [](const Error&) { FAIL("no error expected"); });
  output.watch_reader([&] { ++calls; });
  const std::string data(1 << 18, 'x');
  output.buffer() = data;
  REQUIRE(output.flush());
  REQUIRE(output.blocked());
  std::string received;
  transport::Loop::Watch watch(loop, pipe.reader.get(), [&](transport::Interest) {
    received += read_all_there_is(pipe.reader.get(), 4096);
  });
  watch.want(transport::Interest::read);
  REQUIRE(loop.run_until(loop.now() + std::chrono::seconds(20)));
  watch.want(transport::Interest::none);
  loop.run_until(loop.now());
  CHECK(calls == 0);
  pipe.reader.reset();
  loop.run_until(loop.now());
  CHECK(calls == 1);
}

TEST_CASE("a file has no reader that could leave") {
  FileDescriptor file(open("/tmp", O_TMPFILE | O_WRONLY, 0600));
  REQUIRE(file);
  transport::Loop loop;
  Output output(
      loop, file.get(), [] {}, [](const Error&) {});
  output.watch_reader([] { FAIL("there is none"); });
  loop.run_until(loop.now() + std::chrono::milliseconds(1));
  CHECK_FALSE(output.closed());
}

TEST_CASE("a full disk is an error") {
  FileDescriptor full(open("/dev/full", O_WRONLY));
  REQUIRE(full);
  transport::Loop loop;
  Output output(
      loop, full.get(), [] {}, [](const Error&) {});
  output.buffer() = "data";
  auto state = output.flush();
  REQUIRE_FALSE(state);
  CHECK(state.error().code == ExitCode::io);
}

TEST_CASE("the end waits for a reader, but not for ever") {
  Pipe pipe;
  transport::Loop loop;
  Output output(
      loop, pipe.writer.get(), [] {}, [](const Error&) {});
  output.buffer().assign(1 << 20, 'x');
  auto finished = output.finish(loop.now() + std::chrono::milliseconds(20));
  REQUIRE_FALSE(finished);
  CHECK(finished.error().code == ExitCode::io);
}

TEST_CASE("a socket as standard output is written without waiting") {
  int ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  FileDescriptor reader(ends[0]);
  FileDescriptor writer(ends[1]);
  transport::Loop loop;
  Output output(
      loop, writer.get(), [] {}, [](const Error&) {});
  output.buffer().assign(8 << 20, 'x');
  auto state = output.flush();
  REQUIRE(state);
  CHECK(*state == Output::State::blocked);
  CHECK_FALSE(is_non_blocking(writer.get()));
}

TEST_CASE("a write that fails is said once, and what follows is dropped") {
  FileDescriptor full(open("/dev/full", O_WRONLY | O_CLOEXEC));
  REQUIRE(full);
  transport::Loop loop;
  Output output(
      loop, full.get(), [] {}, [](const Error&) { FAIL("flush itself tells"); });
  output.buffer() = "text";
  auto first = output.flush();
  REQUIRE_FALSE(first);
  CHECK(first.error().code == ExitCode::io);
  CHECK(first.error().text == "cannot write to standard output: no space left on device");
  output.buffer() = "more";
  auto second = output.flush();
  REQUIRE(second);
  CHECK(*second == Output::State::closed);
  CHECK(output.buffer().empty());
  CHECK(output.finish(never));
}
