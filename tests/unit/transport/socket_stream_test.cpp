#include "transport/socket_stream.hpp"

#include <array>
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "unit/transport/socket_fixture.hpp"

namespace {

using namespace transport_test;

struct Connected {
  Connected() : settings(to("127.0.0.1", listener.port())) {
    auto result = connect(loop, settings);
    REQUIRE(result.has_value());
    stream = std::move(result->stream);
    peer = listener.accept();
  }
  Loop loop;
  Listener listener;
  ConnectSettings settings;
  std::unique_ptr<Stream> stream;
  FileDescriptor peer;
};

TEST_CASE("bytes go both ways, gathered from pieces") {
  Connected c;
  std::array<std::string_view, 3> pieces{"one ", "", "two"};
  Io io = c.stream->write(pieces);
  CHECK(io.kind == Io::Kind::done);
  CHECK(io.size == 7);
  CHECK(receive(c.peer.get()) == "one two");

  REQUIRE(send(c.peer.get(), "answer", 6, 0) == 6);
  Reader reader(c.loop, *c.stream);
  CHECK(reader.run_until_size(6));
  CHECK(reader.received == "answer");
  CHECK(reader.last.drained);
}

TEST_CASE("a read that fills the buffer is not drained, one without bytes would block") {
  Connected c;
  char buffer[4];
  Io io = c.stream->read(buffer);
  CHECK(io.kind == Io::Kind::would_block);
  CHECK(io.drained);
  REQUIRE(send(c.peer.get(), "abcdefgh", 8, 0) == 8);
  Reader reader(c.loop, *c.stream, 4);
  CHECK(reader.run_until_size(8));
  CHECK(reader.received == "abcdefgh");
  CHECK(c.stream->read({}).kind == Io::Kind::done);
}

TEST_CASE("the peer's end is an end with a text") {
  Connected c;
  c.peer.reset();
  Reader reader(c.loop, *c.stream);
  CHECK(reader.run_until_end());
  CHECK(reader.last.kind == Io::Kind::end);
  CHECK(c.stream->error().code == ExitCode::lost);
  CHECK(c.stream->error().text ==
        "127.0.0.1:" + std::to_string(c.listener.port()) + " closed the connection");
}

TEST_CASE("the peer's reset is a failure with a text") {
  Connected c;
  linger abort{1, 0};
  setsockopt(c.peer.get(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
  c.peer.reset();
  Reader reader(c.loop, *c.stream);
  CHECK(reader.run_until_end());
  CHECK(reader.last.kind == Io::Kind::failed);
  CHECK(c.stream->error().text ==
        "lost the connection to 127.0.0.1:" + std::to_string(c.listener.port()) +
            ": connection reset by peer");
}

TEST_CASE("writing to a connection that is gone raises no SIGPIPE") {
  Connected c;
  linger abort{1, 0};
  setsockopt(c.peer.get(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
  c.peer.reset();
  std::string_view piece = "x";
  Io io;
  for (int i = 0; i < 3; ++i) io = c.stream->write({&piece, 1});
  CHECK(io.kind == Io::Kind::failed);
  CHECK(c.stream->error().text.find("broken pipe") != std::string::npos);
}

TEST_CASE("a full socket would block, and becomes writable when the peer reads") {
  Connected c;
  std::string block(1 << 20, 'x');
  std::string_view piece = block;
  Io io;
  std::size_t written = 0;
  while ((io = c.stream->write({&piece, 1})).kind == Io::Kind::done) written += io.size;
  CHECK(io.kind == Io::Kind::would_block);

  bool writable = false;
  Reader reader(c.loop, *c.stream);
  reader.writable = [&] {
    writable = true;
    c.stream->want(Interest::none);
    c.loop.stop();
  };
  c.stream->want(Interest::both);
  CHECK_FALSE(c.loop.run_until(c.loop.now() + 5ms));
  std::size_t received = 0;
  while (received < written) received += receive(c.peer.get()).size();
  CHECK(c.loop.run_until(c.loop.now() + patience));
  CHECK(writable);
}

TEST_CASE("fin and graceful end with FIN and leave the other direction open") {
  for (Ending ending : {Ending::fin, Ending::graceful}) {
    Connected c;
    c.stream->end(ending);
    CHECK(receive(c.peer.get()) == "");
    REQUIRE(send(c.peer.get(), "late", 4, 0) == 4);
    Reader reader(c.loop, *c.stream);
    CHECK(reader.run_until_size(4));
    CHECK(reader.received == "late");
  }
}

TEST_CASE("reset ends with RST") {
  Connected c;
  c.stream->end(Ending::reset);
  CHECK(receive(c.peer.get()) == "RST");
  std::string_view piece = "x";
  char buffer[8];
  CHECK(c.stream->write({&piece, 1}).kind == Io::Kind::failed);
  CHECK(c.stream->read(buffer).kind == Io::Kind::failed);
  CHECK(c.stream->error().text.find("reset from this side") != std::string::npos);
  CHECK(c.stream->descriptor() == -1);
}

TEST_CASE("freeze reads and writes nothing and leaves the socket open") {
  Connected c;
  auto reader = std::make_unique<Reader>(c.loop, *c.stream);
  c.stream->end(Ending::freeze);
  REQUIRE(send(c.peer.get(), "hello", 5, 0) == 5);
  CHECK_FALSE(c.loop.run_until(c.loop.now() + 5ms));
  CHECK(reader->received.empty());
  std::string_view piece = "x";
  char buffer[8];
  CHECK(c.stream->write({&piece, 1}).kind == Io::Kind::would_block);
  CHECK(c.stream->read(buffer).kind == Io::Kind::would_block);
  c.stream->want(Interest::read);
  CHECK_FALSE(c.loop.run_until(c.loop.now() + 5ms));
  CHECK(silent(c.peer.get()));
  reader.reset();
  c.stream.reset();
  CHECK(receive(c.peer.get()) == "RST");  // unread bytes were in the socket
}

TEST_CASE("a stream destroyed inside its own events") {
  for (bool in_read : {true, false}) {
    Connected c;
    struct Destroyer : StreamEvents {
      void on_readable() override { hit(in_read); }
      void on_writable() override { hit(!in_read); }
      void hit(bool now) {
        ++calls;
        if (!now) return;
        stream->reset();
        loop->stop();
      }
      std::unique_ptr<Stream>* stream;
      Loop* loop;
      bool in_read;
      int calls = 0;
    } destroyer;
    destroyer.stream = &c.stream;
    destroyer.loop = &c.loop;
    destroyer.in_read = in_read;
    REQUIRE(send(c.peer.get(), "x", 1, 0) == 1);
    c.stream->set_events(&destroyer);
    c.stream->want(Interest::both);
    CHECK(c.loop.run_until(c.loop.now() + patience));
    CHECK(destroyer.calls == (in_read ? 1 : 2));
  }
}

TEST_CASE("an accepted socket as a stream") {
  Loop loop;
  int ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
  FileDescriptor far(ends[1]);
  auto stream = socket_stream(loop, FileDescriptor(ends[0]), "a client");
  CHECK(stream->facts().peer == "a client");
  CHECK(stream->descriptor() == ends[0]);
  far.reset();
  Reader reader(loop, *stream);
  CHECK(reader.run_until_end());
  CHECK(stream->error().text == "a client closed the connection");
}

}  // namespace
