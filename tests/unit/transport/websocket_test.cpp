#include <atomic>
#include <random>
#include <string>

#include <doctest/doctest.h>

#include "transport/connector.hpp"
#include "unit/transport/peer_thread.hpp"
#include "unit/transport/socket_fixture.hpp"
#include "unit/transport/websocket_server.hpp"

namespace {

using namespace transport_test;
using namespace websocket_peer;

ConnectSettings websocket_to(std::uint16_t port) {
  ConnectSettings settings = to("127.0.0.1", port);
  settings.websocket.emplace();
  return settings;
}

/// Takes the handshake, then plays.
std::function<void(int)> accepted(std::function<void(int fd)> play) {
  return [play = std::move(play)](int fd) {
    send_all(fd, accepting(receive_until(fd, "\r\n\r\n")));
    play(fd);
  };
}

std::string failure(const ConnectSettings& settings, ExitCode code) {
  Loop loop;
  auto connection = connect(loop, settings);
  REQUIRE_FALSE(connection.has_value());
  CHECK(connection.error().code == code);
  const std::string prefix = "WebSocket with " + target_name(settings) + " failed: ";
  REQUIRE_MESSAGE(connection.error().text.rfind(prefix, 0) == 0, connection.error().text);
  return connection.error().text.substr(prefix.size());
}

std::string failure_after(const std::string& answer, ExitCode code = ExitCode::refused) {
  PeerThread peer([&](int fd) {
    receive_until(fd, "\r\n\r\n");
    send_all(fd, answer);
    shutdown(fd, SHUT_WR);
    receive_rest(fd);
  });
  return failure(websocket_to(peer.port()), code);
}

TEST_CASE("WebSocket: the request carries path, host, subprotocol and headers") {
  std::string request;
  PeerThread peer([&](int fd) {
    request = receive_until(fd, "\r\n\r\n");
    send_all(fd, accepting(request));
    receive_rest(fd);
  });
  auto settings = websocket_to(peer.port());
  settings.websocket->path = "/broker?x=1";
  settings.websocket->headers = {{"X-Token", "abc"}, {"Authorization", "Bearer z"}};
  {
    Loop loop;
    auto connection = connect(loop, settings);
    REQUIRE_MESSAGE(connection.has_value(), connection.error().text);
    StreamFacts facts = connection->stream->facts();
    CHECK(facts.subprotocol == "mqtt");
    CHECK(facts.peer == "127.0.0.1:" + std::to_string(peer.port()));
    CHECK(connection->times.upgraded >= connection->times.secured);
  }
  peer.join();
  CHECK(request.rfind("GET /broker?x=1 HTTP/1.1\r\n", 0) == 0);
  for (const std::string& line :
       {"Host: 127.0.0.1:" + std::to_string(peer.port()), std::string("Sec-WebSocket-Version: 13"),
        std::string("Sec-WebSocket-Protocol: mqtt"), std::string("X-Token: abc"),
        std::string("Authorization: Bearer z")}) {
    INFO(request);
    CHECK(request.find("\r\n" + line + "\r\n") != std::string::npos);
  }
}

TEST_CASE("WebSocket: bytes go out in masked binary frames") {
  Frame first, second;
  PeerThread peer(accepted([&](int fd) {
    first = receive_frame(fd);
    second = receive_frame(fd);
  }));
  Loop loop;
  auto settings = websocket_to(peer.port());
  auto connection = connect(loop, settings);
  REQUIRE(connection.has_value());
  std::vector<std::string_view> pieces{"one ", "", "two"};
  Io io = connection->stream->write(pieces);
  CHECK(io.kind == Io::Kind::done);
  CHECK(io.size == 7);
  std::string large(5000, 'x');
  CHECK(write_all(loop, *connection->stream, large));
  peer.join();
  CHECK(first.opcode == binary);
  CHECK(first.final);
  CHECK(first.masked);
  CHECK(first.payload == "one two");
  CHECK(second.payload == large);
}

TEST_CASE("WebSocket: a large write arrives whole through would_block") {
  std::string text;
  for (int i = 0; text.size() < 20000000; ++i) text += "line " + std::to_string(i) + "\n";
  std::string seen;
  std::atomic<bool> go{false};
  PeerThread peer(accepted([&](int fd) {
    while (!go) std::this_thread::yield();
    while (seen.size() < text.size()) {
      Frame frame = receive_frame(fd);
      if (frame.opcode != binary) break;
      seen += frame.payload;
    }
  }));
  Loop loop;
  auto settings = websocket_to(peer.port());
  auto connection = connect(loop, settings);
  REQUIRE(connection.has_value());
  std::string_view rest = text;
  Io io;
  while ((io = connection->stream->write({&rest, 1})).kind == Io::Kind::done) {
    rest.remove_prefix(io.size);
  }
  CHECK(io.kind == Io::Kind::would_block);
  go = true;
  CHECK(write_all(loop, *connection->stream, rest));
  peer.join();
  CHECK(seen.size() == text.size());
  CHECK((seen == text));
}

TEST_CASE("WebSocket: fragments, one-byte and empty frames, pings in between") {
  std::string pongs;
  PeerThread peer(accepted([&](int fd) {
    std::string all;
    for (char c = 'a'; c <= 'z'; ++c) all += frame(binary, std::string(1, c));
    all += frame(binary, "frag", false) + frame(continuation, "", false) +
           frame(ping, "in between") + frame(continuation, "ments") + frame(binary, "") +
           frame(pong, "unasked") + frame(binary, std::string(70000, 'y'));
    for (std::size_t i = 0; i < all.size(); i += 997) {
      send_all(fd, std::string_view(all).substr(i, 997));
    }
    Frame answer = receive_frame(fd);
    if (answer.opcode == pong) pongs += answer.payload;
    receive_rest(fd);
  }));
  {
    Loop loop;
    auto settings = websocket_to(peer.port());
    auto connection = connect(loop, settings);
    REQUIRE(connection.has_value());
    Reader reader(loop, *connection->stream, 1000);
    CHECK(reader.run_until_size(26 + 9 + 70000));
    CHECK(reader.received == "abcdefghijklmnopqrstuvwxyzfragments" + std::string(70000, 'y'));
  }
  peer.join();
  CHECK(pongs == "in between");
}

TEST_CASE("WebSocket: frames in the same segment as the handshake are not lost") {
  PeerThread peer([&](int fd) {
    std::string answer = accepting(receive_until(fd, "\r\n\r\n"));
    send_all(fd, answer + frame(binary, "early"));
    receive_rest(fd);
  });
  Loop loop;
  auto settings = websocket_to(peer.port());
  auto connection = connect(loop, settings);
  REQUIRE(connection.has_value());
  Reader reader(loop, *connection->stream);
  CHECK(reader.run_until_size(5));
  CHECK(reader.received == "early");
}

TEST_CASE("WebSocket: a reader that pauses is told again of what is buffered") {
  PeerThread peer(accepted([&](int fd) {
    send_all(fd, frame(binary, "0123456789"));
    receive_rest(fd);
  }));
  Loop loop;
  auto settings = websocket_to(peer.port());
  auto connection = connect(loop, settings);
  REQUIRE(connection.has_value());
  struct Pausing : StreamEvents {
    void on_readable() override {
      char buffer[4];
      Io io = stream->read(buffer);
      received.append(buffer, io.size);
      stream->want(Interest::none);
      loop->stop();
    }
    void on_writable() override {}
    Stream* stream;
    Loop* loop;
    std::string received;
  } events;
  events.stream = connection->stream.get();
  events.loop = &loop;
  connection->stream->set_events(&events);
  for (const char* expected : {"0123", "01234567", "0123456789"}) {
    connection->stream->want(Interest::read);
    CHECK(loop.run_until(loop.now() + patience));
    CHECK(events.received == expected);
    CHECK_FALSE(loop.run_until(loop.now() + 2ms));
  }
}

TEST_CASE("WebSocket: ends, by the peer and by this side") {
  Loop loop;
  SUBCASE("a close frame is answered, and its reason told") {
    Frame answer;
    PeerThread peer(accepted([&](int fd) {
      send_all(fd, frame(binary, "last") + frame(closing,
                                                 "\x03\xE9"
                                                 "bye"));
      answer = receive_frame(fd);
      receive_rest(fd);
    }));
    auto settings = websocket_to(peer.port());
    auto connection = connect(loop, settings);
    REQUIRE(connection.has_value());
    {
      Reader reader(loop, *connection->stream);
      CHECK(reader.run_until_end());
      CHECK(reader.received == "last");
      CHECK(reader.last.kind == Io::Kind::end);
      CHECK(connection->stream->error().text ==
            "127.0.0.1:" + std::to_string(peer.port()) + " closed the WebSocket: 1001 bye");
    }
    connection->stream.reset();
    peer.join();
    CHECK(answer.opcode == closing);
  }
  SUBCASE("a bare FIN") {
    PeerThread peer(accepted([](int) {}));
    auto settings = websocket_to(peer.port());
    auto connection = connect(loop, settings);
    REQUIRE(connection.has_value());
    Reader reader(loop, *connection->stream);
    CHECK(reader.run_until_end());
    CHECK(reader.last.kind == Io::Kind::end);
    CHECK(connection->stream->error().text ==
          "127.0.0.1:" + std::to_string(peer.port()) + " closed the connection");
  }
  SUBCASE("graceful sends a close frame behind the data, then FIN") {
    Frame data, last, after;
    PeerThread peer(accepted([&](int fd) {
      data = receive_frame(fd);
      last = receive_frame(fd);
      send_all(fd, frame(closing, "\x03\xE8"));
      after = receive_frame(fd);
    }));
    auto settings = websocket_to(peer.port());
    auto connection = connect(loop, settings);
    REQUIRE(connection.has_value());
    CHECK(write_all(loop, *connection->stream, "data"));
    connection->stream->end(Ending::graceful);
    Reader reader(loop, *connection->stream);
    CHECK(reader.run_until_end());
    peer.join();
    CHECK(data.payload == "data");
    CHECK(last.opcode == closing);
    CHECK(last.payload == std::string("\x03\xE8"));
    CHECK(after.opcode == 0xFF);
  }
  SUBCASE("fin, reset and freeze say nothing") {
    for (Ending ending : {Ending::fin, Ending::reset, Ending::freeze}) {
      std::string seen = "?";
      PeerThread peer(accepted([&](int fd) { seen = receive(fd); }));
      auto settings = websocket_to(peer.port());
      auto connection = connect(loop, settings);
      REQUIRE(connection.has_value());
      connection->stream->end(ending);
      if (ending == Ending::freeze) {
        std::string_view piece = "x";
        CHECK(connection->stream->write({&piece, 1}).kind == Io::Kind::would_block);
        connection->stream.reset();
      }
      peer.join();
      CHECK(seen == (ending == Ending::reset ? "RST" : ""));
    }
  }
}

TEST_CASE("WebSocket: what MQTT forbids and what RFC 6455 forbids ends the connection") {
  struct Case {
    std::string bytes;
    std::string text;
  };
  for (const Case& one :
       {Case{frame(text, "hello"), "text frame where MQTT has binary ones"},
        Case{frame(static_cast<Opcode>(5), "x"), "the WebSocket failed: "},
        Case{"\xC2\x01x", "the WebSocket failed: "},  // a reserved bit
        Case{"\x82\x81"
             "abcdx",
             "the WebSocket failed: "},  // masked by a server
        Case{frame(ping, "x", false), "the WebSocket failed: "},
        Case{frame(continuation, "x"), "the WebSocket failed: "},
        Case{frame(binary, "x", false) + frame(binary, "y"), "the WebSocket failed: "}}) {
    PeerThread peer(accepted([&](int fd) {
      send_all(fd, one.bytes);
      receive_rest(fd);
    }));
    Loop loop;
    auto settings = websocket_to(peer.port());
    auto connection = connect(loop, settings);
    REQUIRE(connection.has_value());
    Reader reader(loop, *connection->stream);
    CHECK(reader.run_until_end());
    CHECK(reader.last.kind == Io::Kind::failed);
    CHECK(connection->stream->error().code == ExitCode::lost);
    INFO(connection->stream->error().text);
    CHECK(connection->stream->error().text.find(one.text) != std::string::npos);
  }
}

TEST_CASE("WebSocket: random bytes after the handshake do no harm") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 50; ++round) {
    std::string bytes;
    while (bytes.size() < 300) {
      bytes += random() % 3 ? frame(random() % 2 ? binary : continuation,
                                    std::string(random() % 20, 'x'), random() % 2)
                            : std::string(1, static_cast<char>(random()));
    }
    PeerThread peer(accepted([&](int fd) {
      send_all(fd, bytes);
      shutdown(fd, SHUT_WR);
      receive_rest(fd);
    }));
    Loop loop;
    auto settings = websocket_to(peer.port());
    auto connection = connect(loop, settings);
    REQUIRE(connection.has_value());
    Reader reader(loop, *connection->stream, 64);
    CHECK(reader.run_until_end());
    CHECK(reader.received.size() <= bytes.size());
    connection->stream->end(Ending::reset);
  }
}

TEST_CASE("WebSocket: HTTP refusals are told with their status and the likely mend") {
  CHECK(failure_after("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone") ==
        "the server answered \"HTTP/1.1 404 Not Found\"; try another --ws-path");
  CHECK(failure_after("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n") ==
        "the server answered \"HTTP/1.1 403 Forbidden\"; it does not let this client in");
  CHECK(failure_after("HTTP/1.1 401 \xC2\x9B 1m\r\nContent-Length: 0\r\n\r\n")
            .find("answered \"HTTP/1.1 401 \\u{9b} 1m\"; it wants") != std::string::npos);
  CHECK(
      failure_after("HTTP/1.1 301 Moved\r\nLocation: wss://x/\xC2\x9B\r\nContent-Length: 0\r\n\r\n")
          .find("; it is elsewhere: wss://x/\\u{9b}") != std::string::npos);
  CHECK(failure_after("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") ==
        "the server answered \"HTTP/1.1 200 OK\"");
}

TEST_CASE("WebSocket: answers that are no handshake") {
  auto answered = [](const std::string& protocol, std::size_t spoil) {
    PeerThread peer([&](int fd) {
      std::string answer = accepting(receive_until(fd, "\r\n\r\n"), protocol);
      if (spoil > 0) answer[answer.size() - spoil] ^= 1;
      send_all(fd, answer);
      receive_rest(fd);
    });
    return failure(websocket_to(peer.port()), ExitCode::refused);
  };
  CHECK(answered("Sec-WebSocket-Protocol: mqtt\r\n", 10).find("is no WebSocket handshake") !=
        std::string::npos);
  CHECK(answered("Sec-WebSocket-Protocol: chat\r\n", 0) ==
        "the server chose the subprotocol \"chat\", not \"mqtt\"");
  const std::string closed = failure_after("", ExitCode::unreachable);
  CHECK(closed.find("closed the connection; does 127.0.0.1:") != std::string::npos);
  CHECK(failure_after("SSH-2.0-OpenSSH\r\n\r\n", ExitCode::unreachable)
            .find("the peer does not speak HTTP; does 127.0.0.1:") != std::string::npos);
  CHECK(failure_after("HTTP/1.1 101 x\r\n" + std::string(100000, 'x'), ExitCode::unreachable)
            .find("does not speak HTTP") != std::string::npos);
}

TEST_CASE("WebSocket: a server that chooses no subprotocol is taken") {
  PeerThread peer([&](int fd) {
    send_all(fd, accepting(receive_until(fd, "\r\n\r\n"), ""));
    receive_rest(fd);
  });
  Loop loop;
  auto settings = websocket_to(peer.port());
  auto connection = connect(loop, settings);
  REQUIRE(connection.has_value());
  CHECK(connection->stream->facts().subprotocol.empty());
}

TEST_CASE("WebSocket: settings that would break the request are refused") {
  Listener listener;
  auto settings = websocket_to(listener.port());
  settings.websocket->path = "/x y";
  CHECK(failure(settings, ExitCode::usage) ==
        "the WebSocket path has a character that HTTP does not allow");
  settings.websocket->path = "/";
  settings.websocket->headers = {{"X", "a\r\nEvil: 1"}};
  CHECK(failure(settings, ExitCode::usage) ==
        "the value of the header \"X\" has a character that HTTP does not allow");
  settings.websocket->headers = {{"X:", "a"}};
  CHECK(failure(settings, ExitCode::usage) ==
        "the name of the header \"X:\" has a character that HTTP does not allow");
}

TEST_CASE("WebSocket: silence is told with its stage") {
  Listener listener;
  auto settings = websocket_to(listener.port());
  settings.timeouts.websocket = 20ms;
  Loop loop;
  auto connection = connect(loop, settings);
  REQUIRE_FALSE(connection.has_value());
  CHECK(connection.error().text ==
        "cannot reach " + target_name(settings) + ": WebSocket handshake took longer than 20 ms");
}

TEST_CASE("WebSocket: two connections of one thread, one destroyed inside the other's event") {
  PeerThread first(accepted([](int fd) {
    send_all(fd, frame(binary, "now"));
    receive_rest(fd);
  }));
  PeerThread second(accepted([](int fd) { receive_rest(fd); }));
  Loop loop;
  auto to_first = websocket_to(first.port());
  auto to_second = websocket_to(second.port());
  auto one = connect(loop, to_first);
  auto two = connect(loop, to_second);
  REQUIRE(one.has_value());
  REQUIRE(two.has_value());
  struct Destroyer : StreamEvents {
    void on_readable() override {
      two->reset();
      one->reset();
      loop->stop();
    }
    void on_writable() override {}
    std::unique_ptr<Stream>*one, *two;
    Loop* loop;
  } events;
  events.one = &one->stream;
  events.two = &two->stream;
  events.loop = &loop;
  char buffer[8];
  CHECK(two->stream->read(buffer).kind == Io::Kind::would_block);
  one->stream->set_events(&events);
  one->stream->want(Interest::both);
  CHECK(loop.run_until(loop.now() + patience));
}

}  // namespace
