#include "transport/connector.hpp"

#include <memory>
#include <netinet/tcp.h>
#include <string>

#include <doctest/doctest.h>

#include "transport/address.hpp"
#include "unit/transport/socket_fixture.hpp"

namespace {

using namespace transport_test;

std::uint16_t closed_port() {
  Listener listener;
  return listener.port();
}

std::string reach(std::uint16_t port, const std::string& host = "127.0.0.1") {
  return "cannot reach " + host_and_port(host, port);
}

/// A TCP listener that no longer answers: its queue of connections is full.
class FullListener {
 public:
  FullListener() : listener_("127.0.0.1", 0) {
    for (int i = 0; i < 4; ++i) {
      fillers_.emplace_back(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      auto address = known_addresses("127.0.0.1", listener_.port()).at(0);
      ::connect(fillers_.back().get(), reinterpret_cast<sockaddr*>(address.bytes.data()),
                static_cast<socklen_t>(address.bytes.size()));
    }
  }
  std::uint16_t port() const { return listener_.port(); }

 private:
  Listener listener_;
  std::vector<FileDescriptor> fillers_;
};

TEST_CASE("connects over IPv4 with TCP_NODELAY, and says when") {
  Loop loop;
  Listener listener;
  auto settings = to("127.0.0.1", listener.port());
  Time before = loop.now();
  auto connection = connect(loop, settings);
  REQUIRE(connection.has_value());
  int no_delay = 0;
  socklen_t size = sizeof no_delay;
  getsockopt(connection->stream->descriptor(), IPPROTO_TCP, TCP_NODELAY, &no_delay, &size);
  CHECK(no_delay == 1);
  CHECK(connection->stream->facts().peer == "127.0.0.1:" + std::to_string(listener.port()));
  const StageTimes& times = connection->times;
  CHECK(times.started >= before);
  CHECK(times.resolved == times.started);
  CHECK(times.connected >= times.resolved);
  CHECK(times.upgraded == times.connected);
}

TEST_CASE("without no_delay Nagle's algorithm stays") {
  Loop loop;
  Listener listener;
  auto settings = to("127.0.0.1", listener.port());
  settings.no_delay = false;
  auto connection = connect(loop, settings);
  REQUIRE(connection.has_value());
  int no_delay = 1;
  socklen_t size = sizeof no_delay;
  getsockopt(connection->stream->descriptor(), IPPROTO_TCP, TCP_NODELAY, &no_delay, &size);
  CHECK(no_delay == 0);
}

TEST_CASE("connects over IPv6, and localhost means ::1 first") {
  Loop loop;
  Listener listener("::1");
  for (const char* host : {"::1", "localhost", "LOCALHOST"}) {
    auto settings = to(host, listener.port());
    auto connection = connect(loop, settings);
    REQUIRE(connection.has_value());
    CHECK(connection->stream->facts().peer == "[::1]:" + std::to_string(listener.port()));
  }
}

TEST_CASE("localhost falls back to 127.0.0.1") {
  Loop loop;
  Listener listener;
  auto settings = to("localhost", listener.port());
  auto connection = connect(loop, settings);
  REQUIRE(connection.has_value());
  CHECK(connection->stream->facts().peer == "127.0.0.1:" + std::to_string(listener.port()));
}

TEST_CASE("refused: one cause is told once") {
  Loop loop;
  std::uint16_t port = closed_port();
  for (const char* host : {"127.0.0.1", "localhost"}) {
    auto settings = to(host, port);
    auto connection = connect(loop, settings);
    REQUIRE_FALSE(connection.has_value());
    CHECK(connection.error().code == ExitCode::unreachable);
    CHECK(connection.error().text == reach(port, host) + ": connection refused");
  }
}

TEST_CASE("several addresses: different causes are told each with its address") {
  Loop loop;
  FullListener full;
  std::uint16_t closed = closed_port();
  auto settings = to("broker.example", 1883);
  settings.timeouts.connect = 20ms;
  auto addresses = known_addresses("127.0.0.1", closed);
  addresses.push_back(known_addresses("127.0.0.1", full.port()).at(0));
  std::optional<Result<Connection>> outcome;
  Connector connector(loop, settings);
  connector.start(addresses, [&](Result<Connection> result) {
    outcome = std::move(result);
    loop.stop();
  });
  REQUIRE(loop.run_until(loop.now() + patience));
  CHECK(outcome->error().text ==
        "cannot reach broker.example:1883: 127.0.0.1:" + std::to_string(closed) +
            ": connection refused; 127.0.0.1:" + std::to_string(full.port()) +
            ": no answer within 20 ms (TCP)");
}

TEST_CASE("several addresses: the first that answers is taken") {
  Loop loop;
  FullListener full;
  Listener good;
  auto settings = to("broker.example", 1883);
  settings.timeouts.connect = 20ms;
  auto addresses = known_addresses("127.0.0.1", closed_port());
  addresses.push_back(known_addresses("127.0.0.1", full.port()).at(0));
  addresses.push_back(known_addresses("127.0.0.1", good.port()).at(0));
  std::optional<Result<Connection>> outcome;
  Connector connector(loop, settings);
  connector.start(addresses, [&](Result<Connection> result) {
    outcome = std::move(result);
    loop.stop();
  });
  REQUIRE(loop.run_until(loop.now() + patience));
  REQUIRE(outcome->has_value());
  CHECK((*outcome)->stream->facts().peer == addresses.back().text);
}

TEST_CASE("no answer is told with its time and stage") {
  Loop loop;
  FullListener full;
  auto settings = to("127.0.0.1", full.port());
  settings.timeouts.connect = 20ms;
  Time before = loop.now();
  auto connection = connect(loop, settings);
  REQUIRE_FALSE(connection.has_value());
  CHECK(connection.error().text == reach(full.port()) + ": no answer within 20 ms (TCP)");
  CHECK(connection.error().code == ExitCode::unreachable);
  CHECK(loop.now() - before >= 20ms);
}

TEST_CASE("a name that does not exist") {
  Loop loop;
  auto settings = to("no such host", 1883);
  auto connection = connect(loop, settings);
  REQUIRE_FALSE(connection.has_value());
  CHECK(connection.error().code == ExitCode::unreachable);
  CHECK(connection.error().text.rfind("cannot reach no such host:1883: ", 0) == 0);
  CHECK_FALSE(resolve("no such host", 1883).has_value());
}

TEST_CASE("a name of the hosts file goes through the system") {
  char name[256];
  REQUIRE(gethostname(name, sizeof name) == 0);
  auto addresses = resolve(name, 1883);
  if (!addresses) return;  // a machine that does not know itself
  CHECK(!addresses->empty());
  Loop loop;
  auto settings = to(name, closed_port());
  auto connection = connect(loop, settings);
  REQUIRE_FALSE(connection.has_value());
  CHECK(connection.error().text.rfind(reach(settings.port, name), 0) == 0);
}

TEST_CASE("a connector destroyed while it looks a name up") {
  Loop loop;
  auto settings = to("no such host", 1883);
  bool called = false;
  {
    Connector connector(loop, settings);
    connector.start([&](Result<Connection>) { called = true; });
  }
  loop.run_until(loop.now() + 20ms);
  CHECK_FALSE(called);
}

TEST_CASE("a connector destroyed before the outcome, and inside it") {
  Loop loop;
  Listener listener;
  auto settings = to("127.0.0.1", listener.port());
  auto refused = to("127.0.0.1", closed_port());
  auto bad = to("", 1);
  bad.unix_path = std::string(200, 'x');
  for (const auto* target : {&settings, &refused, &bad}) {
    bool called = false;
    {
      Connector connector(loop, *target);
      connector.start([&](Result<Connection>) { called = true; });
    }
    loop.run_until(loop.now() + 5ms);
    CHECK_FALSE(called);

    auto connector = std::make_unique<Connector>(loop, *target);
    connector->start([&](Result<Connection>) {
      connector.reset();
      loop.stop();
    });
    CHECK(loop.run_until(loop.now() + patience));
    CHECK(connector == nullptr);
  }
}

TEST_CASE("Unix sockets") {
  TemporaryFolder folder;
  Loop loop;
  ConnectSettings settings;
  settings.unix_path = folder / "broker.sock";
  SUBCASE("connects") {
    Listener listener(settings.unix_path);
    auto connection = connect(loop, settings);
    REQUIRE(connection.has_value());
    CHECK(connection->stream->facts().peer == settings.unix_path);
    auto peer = listener.accept();
    REQUIRE(write_all(loop, *connection->stream, "hello"));
    CHECK(receive(peer.get()) == "hello");
    connection->stream->end(Ending::fin);
    CHECK(receive(peer.get()) == "");
  }
  SUBCASE("missing") {
    auto connection = connect(loop, settings);
    REQUIRE_FALSE(connection.has_value());
    CHECK(connection.error().text ==
          "cannot reach " + settings.unix_path + ": no such file or directory");
    CHECK(connection.error().code == ExitCode::unreachable);
  }
  SUBCASE("too long") {
    settings.unix_path = "/" + std::string(107, 'x');
    auto connection = connect(loop, settings);
    REQUIRE_FALSE(connection.has_value());
    CHECK(connection.error().text ==
          "cannot reach " + settings.unix_path +
              ": the path has 108 bytes, a Unix socket takes at most 107");
  }
}

TEST_CASE("the bind address") {
  Loop loop;
  Listener listener;
  auto settings = to("127.0.0.1", listener.port());
  auto local_address = [&](Stream& stream) {
    sockaddr_in local{};
    socklen_t size = sizeof local;
    getsockname(stream.descriptor(), reinterpret_cast<sockaddr*>(&local), &size);
    char text[64];
    return std::string(inet_ntop(AF_INET, &local.sin_addr, text, sizeof text));
  };
  SUBCASE("an address") {
    settings.bind_address = "127.0.0.5";
    auto connection = connect(loop, settings);
    REQUIRE(connection.has_value());
    CHECK(local_address(*connection->stream) == "127.0.0.5");
  }
  SUBCASE("an interface") {
    settings.bind_address = "lo";
    auto connection = connect(loop, settings);
    REQUIRE(connection.has_value());
    CHECK(local_address(*connection->stream) == "127.0.0.1");
  }
  SUBCASE("neither") {
    settings.bind_address = "nonsense0";
    auto connection = connect(loop, settings);
    REQUIRE_FALSE(connection.has_value());
    CHECK(connection.error().text ==
          reach(listener.port()) +
              ": cannot bind to nonsense0: neither an address nor an interface of this machine");
  }
  SUBCASE("an address that is not ours") {
    settings.bind_address = "192.0.2.1";
    auto connection = connect(loop, settings);
    REQUIRE_FALSE(connection.has_value());
    CHECK(connection.error().text ==
          reach(listener.port()) + ": cannot bind to 192.0.2.1: cannot assign requested address");
  }
  SUBCASE("of the other IP version") {
    settings.bind_address = "::1";
    auto connection = connect(loop, settings);
    REQUIRE_FALSE(connection.has_value());
    CHECK(connection.error().text ==
          reach(listener.port()) + ": cannot bind to ::1: an address of the other IP version");
    settings.host = "localhost";
    settings.bind_address = "127.0.0.5";
    CHECK(connect(loop, settings).has_value());
  }
}

TEST_CASE("the names of targets") {
  CHECK(target_name(to("broker.example", 1883)) == "broker.example:1883");
  CHECK(target_name(to("::1", 8883)) == "[::1]:8883");
  ConnectSettings settings;
  settings.unix_path = "/run/broker.sock";
  CHECK(target_name(settings) == "/run/broker.sock");
}

TEST_CASE("addresses that need no look-up") {
  auto scoped = known_addresses("fe80::1%lo", 1883);
  REQUIRE(scoped.size() == 1);
  CHECK(reinterpret_cast<const sockaddr_in6*>(scoped[0].bytes.data())->sin6_scope_id != 0);
  CHECK(scoped[0].text == "[fe80::1%lo]:1883");
  auto local = known_addresses("localhost", 1);
  REQUIRE(local.size() == 2);
  CHECK(local[0].text == "[::1]:1");
  CHECK(local[1].text == "127.0.0.1:1");
  CHECK(known_addresses("broker.example", 1).empty());
}

}  // namespace
