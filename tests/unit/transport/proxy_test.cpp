#include "transport/proxy.hpp"

#include <random>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "transport/connector.hpp"
#include "transport/proxy_script.hpp"
#include "unit/transport/peer_thread.hpp"
#include "unit/transport/socket_fixture.hpp"

namespace {

using namespace transport_test;
using namespace std::string_view_literals;

std::string bytes(std::string_view text) {
  return std::string(text);
}

ConnectSettings through(ProxySettings::Kind kind, std::uint16_t port, bool credentials = false) {
  ConnectSettings settings = to("broker.example", 1883);
  settings.proxy.emplace();
  settings.proxy->kind = kind;
  settings.proxy->host = "127.0.0.1";
  settings.proxy->port = port;
  if (credentials) {
    settings.proxy->username = "user";
    settings.proxy->password = "pass";
  }
  return settings;
}

constexpr auto socks = ProxySettings::Kind::socks5h;
constexpr auto http = ProxySettings::Kind::http_connect;

/// The cause, after "cannot reach broker.example:1883 through the proxy 127.0.0.1:N: ".
std::string failure(const ConnectSettings& settings) {
  Loop loop;
  auto connection = connect(loop, settings);
  REQUIRE_FALSE(connection.has_value());
  CHECK(connection.error().code == ExitCode::unreachable);
  std::string prefix = "cannot reach broker.example:1883 through the proxy 127.0.0.1:" +
                       std::to_string(settings.proxy->port) + ": ";
  REQUIRE(connection.error().text.rfind(prefix, 0) == 0);
  return connection.error().text.substr(prefix.size());
}

/// Answers what it gets with `replies` in turn; each is sent when as many bytes as said came in.
std::string failure_after(ProxySettings::Kind kind, bool credentials,
                          std::vector<std::pair<std::size_t, std::string>> replies) {
  PeerThread proxy([&](int fd) {
    for (const auto& [size, reply] : replies) {
      receive_exactly(fd, size);
      send_all(fd, reply);
    }
    shutdown(fd, SHUT_WR);
    receive_rest(fd);
  });
  return failure(through(kind, proxy.port(), credentials));
}

TEST_CASE("SOCKS5: the name goes to the proxy, and bytes behind its answer are kept") {
  std::string greeting, request, rest;
  PeerThread proxy([&](int fd) {
    greeting = receive_exactly(fd, 3);
    send_all(fd, "\5\0"sv);
    request = receive_exactly(fd, 4 + 1 + 14 + 2);
    send_all(fd, "\5\0\0\1\0\0\0\0\0\0from the target"sv);
    rest = receive_exactly(fd, 5);
  });
  Loop loop;
  auto settings = through(socks, proxy.port());
  auto connection = connect(loop, settings);
  REQUIRE_MESSAGE(connection.has_value(), connection.error().text);
  CHECK(greeting == bytes("\5\1\0"sv));
  CHECK(request == bytes("\5\1\0\3\16broker.example\7\133"sv));
  CHECK(connection->times.proxied >= connection->times.connected);
  Reader reader(loop, *connection->stream);
  CHECK(reader.run_until_size(15));
  CHECK(reader.received == "from the target");
  CHECK(write_all(loop, *connection->stream, "hello"));
  proxy.join();
  CHECK(rest == "hello");
}

TEST_CASE("SOCKS5: credentials, addresses as targets, answers with a name, split everywhere") {
  for (const auto& [host, target] : std::vector<std::pair<std::string, std::string>>{
           {"10.1.2.3", bytes("\1\12\1\2\3"sv)},
           {"::1", bytes("\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"sv)}}) {
    std::string credentials, request;
    PeerThread proxy([&](int fd) {
      CHECK(receive_exactly(fd, 4) == bytes("\5\2\0\2"sv));
      auto slowly = [fd](std::string_view text) {
        for (char byte : text) {
          send_all(fd, {&byte, 1});
          std::this_thread::yield();
        }
      };
      slowly("\5\2"sv);
      credentials = receive_exactly(fd, 2 + 4 + 1 + 4);
      slowly("\1\0"sv);
      request = receive_exactly(fd, 3 + target.size() + 2);
      slowly("\5\0\0\3\4name\0\1"sv);
      receive_rest(fd);
    });
    Loop loop;
    auto settings = through(socks, proxy.port(), true);
    settings.host = host;
    {
      auto connection = connect(loop, settings);
      REQUIRE_MESSAGE(connection.has_value(), connection.error().text);
    }
    proxy.join();
    CHECK(credentials == bytes("\1\4user\4pass"sv));
    CHECK(request == bytes("\5\1\0"sv) + target + bytes("\7\133"sv));
  }
}

TEST_CASE("SOCKS5: refusals and nonsense") {
  auto refused = [](char code) {
    return failure_after(socks, false,
                         {{3, bytes("\5\0"sv)}, {21, bytes("\5"sv) + code + bytes("\0\1"sv)}});
  };
  CHECK(refused(1) == "the proxy failed");
  CHECK(refused(2) == "the proxy's rules forbid it");
  CHECK(refused(3) == "the proxy finds the network unreachable");
  CHECK(refused(4) == "the proxy finds the host unreachable");
  CHECK(refused(5) == "the target refused the connection");
  CHECK(refused(8) == "the proxy does not take this type of address");
  CHECK(refused(9) == "the proxy refused (SOCKS5 reply 9)");
  CHECK(refused('\xFF') == "the proxy refused (SOCKS5 reply 255)");
  CHECK(failure_after(socks, false, {{3, "HTTP/1.1 400"}}) == "the proxy does not speak SOCKS5");
  CHECK(failure_after(socks, false, {{3, "\5\xFF"}}) == "the proxy wants a user name and password");
  CHECK(failure_after(socks, true, {{4, "\5\xFF"}}) == "the proxy takes no user name and password");
  CHECK(failure_after(socks, false, {{3, "\5\2"}}) ==
        "the proxy chose a way to authenticate that was not offered");
  CHECK(failure_after(socks, true, {{4, "\5\2"}, {11, "\1\1"}}) ==
        "the proxy refused the user name or password");
  CHECK(failure_after(socks, false, {{3, bytes("\5\0"sv)}, {21, bytes("\5\0\0\7"sv)}}) ==
        "the proxy answered with an unknown type of address");
  CHECK(failure_after(socks, false, {{3, bytes("\5"sv)}}) == "the proxy closed the connection");
  CHECK(failure_after(socks, false, {{3, ""}}) == "the proxy closed the connection");
}

TEST_CASE("SOCKS5: what does not fit is not sent") {
  PeerThread proxy([](int fd) {
    receive_exactly(fd, 4);
    send_all(fd, "\5\2");
    receive_rest(fd);
  });
  auto settings = through(socks, proxy.port(), true);
  settings.proxy->password = std::string(256, 'x');
  CHECK(failure(settings) == "the proxy's user name or password has more than 255 bytes");
  ProxySettings none;
  std::string host(256, 'x');
  auto script = socks5_script(none, host, 1);
  CHECK(script->next("").error().text == "the host name has more than 255 bytes");
}

TEST_CASE("HTTP CONNECT: the way is opened, and bytes behind the answer are kept") {
  std::string request, rest;
  PeerThread proxy([&](int fd) {
    request = receive_until(fd, "\r\n\r\n");
    send_all(fd, "HTTP/1.1 200 Connection established\r\nX-Filler: 1\r\n\r\n\r\nfrom the target");
    rest = receive_exactly(fd, 5);
  });
  Loop loop;
  auto settings = through(http, proxy.port());
  auto connection = connect(loop, settings);
  REQUIRE_MESSAGE(connection.has_value(), connection.error().text);
  CHECK(request == "CONNECT broker.example:1883 HTTP/1.1\r\nHost: broker.example:1883\r\n\r\n");
  Reader reader(loop, *connection->stream);
  CHECK(reader.run_until_size(17));
  CHECK(reader.received == "\r\nfrom the target");
  CHECK(write_all(loop, *connection->stream, "hello"));
  proxy.join();
  CHECK(rest == "hello");
}

TEST_CASE("HTTP CONNECT: credentials and IPv6 targets") {
  std::string request;
  PeerThread proxy([&](int fd) {
    request = receive_until(fd, "\r\n\r\n");
    send_all(fd, "HTTP/1.0 200 OK\n\n");
    receive_rest(fd);
  });
  Loop loop;
  auto settings = through(http, proxy.port(), true);
  settings.host = "::1";
  {
    auto connection = connect(loop, settings);
    REQUIRE_MESSAGE(connection.has_value(), connection.error().text);
  }
  proxy.join();
  CHECK(request ==
        "CONNECT [::1]:1883 HTTP/1.1\r\nHost: [::1]:1883\r\n"
        "Proxy-Authorization: Basic dXNlcjpwYXNz\r\n\r\n");
}

TEST_CASE("HTTP CONNECT: refusals and nonsense") {
  auto answered = [](const std::string& reply, bool credentials = false) {
    PeerThread proxy([&](int fd) {
      receive_until(fd, "\r\n\r\n");
      send_all(fd, reply);
      shutdown(fd, SHUT_WR);
      receive_rest(fd);
    });
    return failure(through(http, proxy.port(), credentials));
  };
  CHECK(answered("HTTP/1.1 403 Forbidden\r\n\r\n") ==
        "the proxy answered \"HTTP/1.1 403 Forbidden\"");
  CHECK(answered("HTTP/1.1 407 Who are you\r\n\r\n") ==
        "the proxy wants a user name and password (HTTP/1.1 407 Who are you)");
  CHECK(answered("HTTP/1.1 407 Who are you\r\n\r\n", true) ==
        "the proxy refused the user name and password (HTTP/1.1 407 Who are you)");
  CHECK(answered("HTTP/1.1 502 \x1b[31mred\r\n\r\n") ==
        "the proxy answered \"HTTP/1.1 502 \\x1b[31mred\"");
  for (const char* nonsense : {"\r\n\r\n", "SSH-2.0\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n",
                               "HTTP/1.1 20\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n"}) {
    CHECK(answered(nonsense) == "the proxy does not speak HTTP/1.1");
  }
  CHECK(answered("HTTP/1.1 200 OK\r\n") == "the proxy closed the connection");
  CHECK(answered("HTTP/1.1 200 OK\r\n" + std::string(20000, 'x')) ==
        "the proxy's reply has more than 16384 bytes");
}

TEST_CASE("HTTP CONNECT: a host name cannot bring in headers") {
  ProxySettings proxy;
  std::string host = "h\r\nEvil: 1";
  auto step = http_connect_script(proxy, host, 1)->next("");
  REQUIRE_FALSE(step.has_value());
  CHECK(step.error().text == "the host name is none that HTTP can carry");
}

TEST_CASE("a proxy that keeps silent, is not there, or cannot be used") {
  {
    Listener listener;
    auto settings = through(socks, listener.port());
    settings.timeouts.proxy = 20ms;
    CHECK(failure(settings) == "the proxy did not answer within 20 ms");
  }
  {
    Listener listener;
    auto settings = through(http, listener.port());
    listener.close();
    CHECK(failure(settings) == "connection refused");
  }
  Loop loop;
  auto settings = through(socks, 1);
  settings.unix_path = "/run/broker.sock";
  auto connection = connect(loop, settings);
  REQUIRE_FALSE(connection.has_value());
  CHECK(connection.error().code == ExitCode::usage);
}

TEST_CASE("scripts stay within bounds whatever the proxy says") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 1000; ++round) {
    ProxySettings settings;
    settings.kind = round % 20 ? socks : http;
    if (round % 3 == 0) settings.username = "user";
    std::string host = "broker.example";
    auto script = proxy_script(settings, host, 1883);
    auto step = script->next("");
    std::size_t total = 0;
    while (step && step->receive > 0) {
      total += step->receive;
      if (total > 16384 + 600) break;
      std::string reply(step->receive, '\0');
      for (char& byte : reply) {
        // Mostly what carries the conversation on.
        byte = random() % 4 == 0 ? static_cast<char>(random()) : "\5\0\2\1\3"[random() % 5];
      }
      step = script->next(reply);
    }
    REQUIRE(total <= 16384 + 600);
  }
}

}  // namespace
