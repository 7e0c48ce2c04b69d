#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "transport/plugin.hpp"
#include "unit/transport/memory_peer.hpp"
#include "unit/transport/tls_files.hpp"
#include "unit/transport/tls_peer.hpp"
#include "unit/transport/websocket_server.hpp"

// A peer that makes work without end must leave the loop its timers and signals: what one event
// takes is bounded, and what is left is taken by later ones.

namespace {

using namespace transport_test;
using namespace websocket_peer;

/// Somewhat more than the operations of one turn can read, and the flood twice as much.
constexpr std::size_t most_of_websocket = 100u << 10;
constexpr std::size_t most_of_tls = 300u << 10;

/// The other side of a WebSocket, which answers the handshake.
class WebSocketPeer final : public MemoryPeer {
 public:
  void take(std::string_view bytes) override {
    if (accepted_) return frames_.append(bytes), void();
    request_ += bytes;
    if (!request_.ends_with("\r\n\r\n")) return;
    accepted_ = true;
    give(accepting(request_));
  }
  /// What the client wrote after the handshake.
  const std::string& frames() const { return frames_; }

 private:
  std::string request_;
  std::string frames_;
  bool accepted_ = false;
};

std::unique_ptr<Layer> open_websocket(MemoryStream* lower) {
  auto open = reinterpret_cast<OpenWebSocket>(*plugin_symbol("websocket", open_websocket_symbol));
  const WebSocketSettings settings;
  const std::string host = "localhost";
  Layer* layer = nullptr;
  Error error;
  REQUIRE(open(&settings, &host, lower, &layer, &error) == 0);
  return std::unique_ptr<Layer>(layer);
}

std::unique_ptr<Layer> open_tls(MemoryStream* lower, const TlsSettings& settings) {
  auto open = reinterpret_cast<OpenTls>(*plugin_symbol("tls", open_tls_symbol));
  const std::string host = "localhost";
  Layer* layer = nullptr;
  Error error;
  REQUIRE(open(&settings, &host, lower, &layer, &error) == 0);
  return std::unique_ptr<Layer>(layer);
}

/// Reads as the contract of StreamEvents says, and notes how much one event took from below.
struct CountingReader : StreamEvents {
  CountingReader(Stream& its_stream, MemoryStream& its_lower)
      : stream(its_stream), lower(its_lower) {
    stream.set_events(this);
    stream.want(Interest::read);
  }
  ~CountingReader() override { stream.set_events(nullptr); }
  void on_readable() override {
    char buffer[65536];
    for (Io io; (io = stream.read(buffer)).kind == Io::Kind::done;) {
      received.append(buffer, io.size);
      if (io.drained) break;
    }
  }
  void on_writable() override {}

  /// Until `size` bytes are there, as a loop would; false when nobody waits for anything any more.
  bool run_until_size(std::size_t size) {
    for (int turns = 0; received.size() < size && turns < 100000; ++turns) {
      const std::size_t before = lower.given();
      if (!lower.dispatch()) return false;
      largest_step = std::max(largest_step, lower.given() - before);
    }
    return received.size() >= size;
  }

  Stream& stream;
  MemoryStream& lower;
  std::string received;
  std::size_t largest_step = 0;
};

void begin(Layer& layer, MemoryStream& lower) {
  std::optional<Error> outcome;
  layer.begin([&](const Error& error) { outcome = error; });
  while (!outcome && lower.dispatch()) {
  }
  REQUIRE(outcome.has_value());
  REQUIRE_MESSAGE(outcome->text.empty(), outcome->text);
}

std::string repeated(const std::string& piece) {
  std::string all;
  while (all.size() < 2 * most_of_websocket) all += piece;
  return all;
}

TEST_CASE("WebSocket: frames that bring nothing leave the loop its turn") {
  const std::string fragment = frame(binary, "first", false);
  const std::pair<std::string, std::string> floods[] = {
      {repeated(frame(binary, "")), frame(binary, "first last")},
      {fragment + repeated(frame(continuation, "", false)), frame(continuation, " last")},
      {repeated(frame(ping, std::string(100, 'p'))), frame(binary, "first last")},
      {repeated(frame(pong, "unasked")), frame(binary, "first last")},
  };
  for (const auto& [flood, end] : floods) {
    WebSocketPeer peer;
    auto* lower = new MemoryStream(peer);
    const auto layer = open_websocket(lower);
    begin(*layer, *lower);
    peer.give(flood + end);
    CountingReader reader(*layer, *lower);
    CHECK(reader.run_until_size(10));
    CHECK(reader.received == "first last");
    CHECK(reader.largest_step < most_of_websocket);
  }
}

TEST_CASE("WebSocket: a second graceful end starts no second close") {
  WebSocketPeer peer;
  auto* lower = new MemoryStream(peer);
  const auto layer = open_websocket(lower);
  begin(*layer, *lower);
  layer->end(Ending::graceful);
  const std::string said = peer.frames();
  CHECK(static_cast<unsigned char>(said.at(0)) == 0x88);
  layer->end(Ending::graceful);
  CHECK(peer.frames() == said);
  peer.give(frame(closing, "\x03\xE8"));
  CountingReader reader(*layer, *lower);
  lower->dispatch();
  layer->end(Ending::graceful);
  CHECK(peer.frames() == said);
}

TEST_CASE("TLS: records that bring no application data leave the loop its turn") {
  const TlsFiles files;
  TlsPeer peer(files);
  auto* lower = new MemoryStream(peer);
  TlsSettings settings;
  settings.ca_file = files / "ca.crt";
  const auto layer = open_tls(lower, settings);
  begin(*layer, *lower);
  while (peer.waiting() < 2 * most_of_tls) peer.give_session_ticket();
  peer.give_application_data("at last");
  CountingReader reader(*layer, *lower);
  CHECK(reader.run_until_size(7));
  CHECK(reader.received == "at last");
  CHECK(reader.largest_step < most_of_tls);
}

TEST_CASE("TLS: half a record is waited for without asking whether the socket takes bytes") {
  const TlsFiles files;
  TlsPeer peer(files);
  auto* lower = new MemoryStream(peer);
  TlsSettings settings;
  settings.ca_file = files / "ca.crt";
  const auto layer = open_tls(lower, settings);
  begin(*layer, *lower);
  peer.give_application_data(std::string(1000, 'x'));
  CountingReader reader(*layer, *lower);
  const std::string rest = peer.keep_back(500);
  while (lower->dispatch()) {
  }
  CHECK(reader.received.empty());
  layer->want(Interest::read);
  CHECK(lower->wanted() == Interest::read);
  peer.give(rest);
  CHECK(reader.run_until_size(1000));
}

}  // namespace
