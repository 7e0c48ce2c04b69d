#include <atomic>
#include <cstdlib>
#include <new>

#include <doctest/doctest.h>

#include "unit/session/bench.hpp"

// The whole test program counts what it allocates.

namespace {

std::atomic<std::size_t> bytes_in_use{0};
std::atomic<std::size_t> most_bytes{0};
std::atomic<std::size_t> allocations{0};

constexpr std::size_t before = alignof(std::max_align_t);

void* counted(std::size_t size) {
  auto* block = static_cast<char*>(std::malloc(size + before));
  if (block == nullptr) throw std::bad_alloc();
  *reinterpret_cast<std::size_t*>(block) = size;
  allocations.fetch_add(1, std::memory_order_relaxed);
  const auto used = bytes_in_use.fetch_add(size, std::memory_order_relaxed) + size;
  if (used > most_bytes.load(std::memory_order_relaxed)) most_bytes = used;
  return block + before;
}

void uncounted(void* pointer) noexcept {
  if (pointer == nullptr) return;
  auto* block = static_cast<char*>(pointer) - before;
  bytes_in_use.fetch_sub(*reinterpret_cast<std::size_t*>(block), std::memory_order_relaxed);
  std::free(block);
}

}  // namespace

void* operator new(std::size_t size) {
  return counted(size);
}
void* operator new[](std::size_t size) {
  return counted(size);
}
void operator delete(void* pointer) noexcept {
  uncounted(pointer);
}
void operator delete[](void* pointer) noexcept {
  uncounted(pointer);
}
void operator delete(void* pointer, std::size_t) noexcept {
  uncounted(pointer);
}
void operator delete[](void* pointer, std::size_t) noexcept {
  uncounted(pointer);
}

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::session;
using protocol::Version;

namespace {

constexpr std::size_t idle_limit = 1024;

struct Silent final : Handler {
  void on_connected(const Connected&) override {}
  void on_refused(const protocol::ConnAck&) override {}
  bool on_message(const protocol::Publish&) override { return true; }
  void on_published(const PublishOutcome&) override {}
  void on_subscribed(Token, const protocol::SubAck&) override {}
  void on_unsubscribed(Token, const protocol::UnsubAck&) override {}
  void on_disconnect(const protocol::Disconnect&) override {}
  void on_auth(const protocol::Auth&) override {}
};

void write_all(Output& output) {
  output.consume(output.pending());
}

struct Client {
  Settings settings;
  Silent handler;
  Output output;
  Session session{settings, handler, output};
  Time now = seconds(1);

  void connect() {
    REQUIRE(session.transport_opened(Version::v5, {"client", "user", "password"}, now));
    write_all(output);
    static const std::string connack = encoded(protocol::ConnAck{});
    session.receive(connack, now);
  }
};

}  // namespace

TEST_CASE("an idle session costs at most 1 KiB, heap, session and output together") {
  static const std::string connack = encoded(protocol::ConnAck{});
  const auto start = bytes_in_use.load();
  Client connected;
  const auto own = sizeof(Session) + sizeof(Output);
  connected.connect();
  const auto idle = bytes_in_use - start + own;
  CHECK(idle <= idle_limit);

  SUBCASE("and again at its first PINGREQ after it was busy") {
    const std::string payload(500, 'x');
    const std::string message_1 = encoded(message("some/topic", payload, 2, 7));
    std::string acknowledgements;
    for (protocol::PacketIdentifier id = 1; id <= 500; ++id) {
      REQUIRE(connected.session.publish(message("topic", payload, 1), 0, Payload::copied,
                                        connected.now));
      acknowledgements += encoded(protocol::PubAck{id, {}, {}});
    }
    write_all(connected.output);
    connected.session.receive(acknowledgements, connected.now);
    connected.session.receive(Bytes(message_1).substr(0, 300), connected.now);
    connected.session.receive(Bytes(message_1).substr(300), connected.now);
    connected.session.receive(encoded(protocol::PubRel{7, {}, {}}), connected.now);
    write_all(connected.output);
    const auto busy = bytes_in_use - start;
    CHECK(busy > 200'000);
    connected.now += seconds(60);
    connected.session.advance(connected.now);
    write_all(connected.output);
    std::string().swap(acknowledgements);
    const auto strings = payload.capacity() + message_1.capacity() + 2;
    CHECK(bytes_in_use - start - strings + own <= idle_limit);
  }
}

TEST_CASE("no allocation in steady publishing and receiving") {
  Client connected;
  connected.connect();
  const std::string payload(64, 'x');
  const std::string zero = encoded(message("topic", payload, 0));
  const std::string one = encoded(message("topic", payload, 1, 3));
  const std::string two = encoded(message("topic", payload, 2, 4));
  const std::string release = encoded(protocol::PubRel{4, {}, {}});
  const auto round = [&] {
    for (const int qos : {0, 1, 2}) {
      const auto submission = connected.session.publish(message("topic", payload, qos), 1,
                                                        Payload::copied, connected.now);
      const auto id = submission->packet_identifier;
      write_all(connected.output);
      if (qos == 0) continue;
      char answer[4];
      protocol::encode_plain_acknowledgement(
          qos == 1 ? protocol::PacketType::puback : protocol::PacketType::pubrec, id, answer);
      connected.session.receive({answer, 4}, connected.now);
      if (qos == 1) continue;
      protocol::encode_plain_acknowledgement(protocol::PacketType::pubcomp, id, answer);
      connected.session.receive({answer, 4}, connected.now);
    }
    for (const auto* packet : {&zero, &one, &two, &release}) {
      connected.session.receive(Bytes(*packet).substr(0, 3), connected.now);
      connected.session.receive(Bytes(*packet).substr(3), connected.now);
      write_all(connected.output);
    }
  };
  for (int i = 0; i < 100; ++i) round();
  const auto start = allocations.load();
  for (int i = 0; i < 10'000; ++i) round();
  CHECK(allocations - start == 0);
  CHECK(connected.session.inflight() == 0);
}

TEST_CASE("a length is not believed before its bytes are there") {
  Client connected;
  connected.connect();
  const std::string some(1000, 'x');
  const std::string first = hex("30 FFFFFF7F 0001 74");
  const auto start = bytes_in_use.load();
  most_bytes = start;
  connected.session.receive(first, connected.now);
  CHECK(most_bytes - start < 1024);
  for (int i = 0; i < 1000; ++i) connected.session.receive(some, connected.now);
  CHECK(most_bytes - start < 4'000'000);
  connected.session.transport_closed();
  CHECK(bytes_in_use.load() <= start);
}

TEST_CASE("a large packet in pieces takes two copies at most, and gives them back when complete") {
  Client connected;
  connected.connect();
  const std::string payload(1'000'000, 'x');
  const std::string packet = encoded(message("topic", payload, 0));
  const auto start = bytes_in_use.load();
  most_bytes = start;
  for (std::size_t at = 0; at < packet.size(); at += 10'000)
    connected.session.receive(Bytes(packet).substr(at, 10'000), connected.now);
  CHECK(most_bytes - start <= 2 * packet.size());
  CHECK(bytes_in_use.load() <= start);
}
