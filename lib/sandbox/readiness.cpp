#include "sandbox/readiness.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "protocol/codec.hpp"
#include "transport/connector.hpp"

namespace mqtt_toolbox::sandbox {
namespace {

using protocol::Version;
using transport::Interest;
using transport::Io;

/// The one return code that says more of the broker than of the client (MQTT 3.1.1
/// section 3.2.2.3).
constexpr std::uint8_t server_unavailable = 3;

/// One conversation: CONNECT, CONNACK, DISCONNECT.
class Probe final : public transport::StreamEvents {
 public:
  Probe(transport::Loop& loop, const Settings& settings) : loop_(loop), settings_(settings) {}

  void opened(Result<transport::Connection> connection) {
    if (!connection) return finish(tl::unexpected(connection.error()));
    stream_ = std::move(connection->stream);
    stream_->set_events(this);
    protocol::Connect connect;
    connect.version = Version::v311;
    connect.client_identifier = "mqtt-sandbox-readiness";  // the broker may want one
    const auto users = users_of(settings_);
    if (!users.empty()) {
      connect.username = users.front().name;
      connect.password = users.front().password;
    }
    send(connect);
    stream_->want(Interest::read);
  }

  void on_writable() override {}  // a few bytes into an empty socket never block

  void on_readable() override {
    std::array<char, 64> buffer{};
    const Io io = stream_->read(buffer);
    if (io.kind == Io::Kind::would_block) return;
    if (io.kind != Io::Kind::done) {
      return finish(fail(ExitCode::unreachable, "the broker closed the connection"));
    }
    received_.append(buffer.data(), io.size);
    const auto found = protocol::next_frame(received_);
    if (!found) return finish(fail(ExitCode::refused, "the broker's answer is no MQTT packet"));
    if (found->frame) judge(*found->frame);
  }

  const std::optional<Status>& outcome() const { return outcome_; }

 private:
  void send(const protocol::Packet& packet) {
    std::string bytes(protocol::encoded_size(packet, Version::v311).value_or(0), '\0');
    if (!protocol::encode(packet, Version::v311, bytes)) {
      return finish(fail(ExitCode::usage, "user name or password do not fit into CONNECT"));
    }
    const std::string_view piece = bytes;
    stream_->write({&piece, 1});
  }

  void judge(const protocol::Frame& frame) {
    const auto packet = protocol::decode(frame, Version::v311);
    const auto* connack = packet ? std::get_if<protocol::ConnAck>(&*packet) : nullptr;
    if (connack == nullptr) {
      return finish(fail(ExitCode::refused, "the broker did not answer with CONNACK"));
    }
    if (connack->code == server_unavailable)
      return finish(fail(ExitCode::refused, "the broker says that it is not available"));
    if (connack->code == 0) send(protocol::Disconnect{});
    stream_->end(transport::Ending::graceful);
    finish({});
  }

  void finish(Status status) {
    if (!outcome_) outcome_ = std::move(status);
    loop_.stop();
  }

  transport::Loop& loop_;
  const Settings& settings_;
  std::unique_ptr<transport::Stream> stream_;
  std::string received_;
  std::optional<Status> outcome_;
};

transport::ConnectSettings way_in(const Settings& settings, const Place& place,
                                  const DoorRow& door) {
  transport::ConnectSettings way;
  way.host = loopback;
  way.port = place.port(door.door);
  if (door.door == Door::unix_socket) way.unix_path = place.socket();
  if (door.websocket) way.websocket.emplace();
  if (!door.secure) return way;
  transport::TlsSettings& tls = way.tls.emplace();
  tls.insecure = tls.any_chain = true;  // the certificate may be a bad one on purpose
  if (settings.require_client_certificate) {
    tls.certificate_file = place.file("client.crt");
    tls.key_file = place.file("client.key");
  }
  return way;
}

}  // namespace

Status probe(transport::Loop& loop, const Settings& settings, const Place& place,
             const DoorRow& door, Duration patience) {
  const transport::ConnectSettings way = way_in(settings, place, door);
  Probe conversation(loop, settings);
  transport::Connector connector(loop, way);
  connector.start([&](Result<transport::Connection> connection) {
    conversation.opened(std::move(connection));
  });
  const Time deadline = loop.now() + patience;
  while (!conversation.outcome() && loop.run_until(deadline)) {
  }
  if (conversation.outcome()) return *conversation.outcome();
  return fail(ExitCode::unreachable, "the broker did not answer in time");
}

}  // namespace mqtt_toolbox::sandbox
