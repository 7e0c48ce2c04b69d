#include "load/arrival.hpp"

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>

#include <doctest/doctest.h>

#include "base/system.hpp"
#include "load/bench.hpp"
#include "load/null_broker.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::load;

namespace {

/// Two ends of a TCP connection.
struct Pair {
  Pair() {
    const FileDescriptor listener(socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    REQUIRE(bind(listener.get(), any, size) == 0);
    REQUIRE(listen(listener.get(), 1) == 0);
    REQUIRE(getsockname(listener.get(), any, &size) == 0);
    sender = FileDescriptor(socket(AF_INET, SOCK_STREAM, 0));
    REQUIRE(connect(sender.get(), any, size) == 0);
    receiver = FileDescriptor(accept(listener.get(), nullptr, nullptr));
    REQUIRE(receiver);
  }
  void send(std::string_view text) const { REQUIRE(write_all(sender.get(), text)); }

  FileDescriptor sender, receiver;
  std::array<char, 100> buffer{};
};

}  // namespace

TEST_CASE("a read says for how long its last byte had been there") {
  constexpr Duration pause = std::chrono::milliseconds(50);
  SystemClock clock;
  Pair pair;
  REQUIRE(ask_for_arrival_times(pair.receiver.get()));
  // Whether notes are taken is decided for the whole system; the first packets may come too early.
  std::optional<Duration> waited;
  for (int attempt = 0; attempt < 100 && !waited; ++attempt) {
    const Time before = clock.now();
    pair.send("text");
    const Time sent = clock.now();
    // The wait is what is measured.
    std::this_thread::sleep_for(pause);
    const Time began = clock.now();
    const TimedRead read = read_with_arrival(pair.receiver.get(), pair.buffer);
    const Time after = clock.now();
    CHECK(read.size == 4);
    waited = read.waited;
    if (!waited) continue;
    CHECK(*waited >= began - sent - std::chrono::milliseconds(1));
    CHECK(*waited <= after - before + std::chrono::milliseconds(1));
  }
  CHECK(waited);
}

TEST_CASE("the end and nothing to read are as of any socket") {
  Pair pair;
  REQUIRE(ask_for_arrival_times(pair.receiver.get()));
  REQUIRE(shutdown(pair.sender.get(), SHUT_WR) == 0);
  const TimedRead read = read_with_arrival(pair.receiver.get(), pair.buffer);
  CHECK(read.size == 0);
  CHECK_FALSE(read.waited);
}

TEST_CASE("a run over TCP reports how long what came waited to be read") {
  transport::Loop loop;
  NullBrokerSettings settings;
  settings.route = true;
  const auto broker = std::move(*NullBroker::start(loop, settings));
  Plan plan;
  plan.scenario = Scenario::roundtrip;
  plan.clients.transport.host = "127.0.0.1";
  plan.clients.transport.port = broker->port();
  plan.publishing.payloads = {std::string(64, 'p')};
  plan.publishing.rate = 1000;
  plan.publishing.messages = 500;
  plan.subscribing.subscribers = 1;
  plan.subscribing.filters = {"bench/0"};
  plan.duration = Duration(0);
  auto bench = Bench::prepare(plan);
  REQUIRE(bench);
  const auto measured = (*bench)->run(loop, {});
  REQUIRE(measured);
  CHECK(measured->delivery.lost == 0);
  CHECK(measured->latencies.arrival_to_read.count() > 0);
  CHECK(measured->latencies.received_from_due.count() == 500);
}
