#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "protocol/codec.hpp"
#include "session/session.hpp"

namespace mqtt_toolbox::session {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A packet in one line: "PUBLISH q1 dup #3 topic=t payload", "PUBACK #3", "DISCONNECT 0x82", ...
std::string show(const protocol::Packet& packet);

/// The packets in `bytes`, one line each, separated by " | "; "..." stands for an incomplete one.
std::string show_all(Bytes bytes, protocol::Version version);

std::string encoded(const protocol::Packet& packet,
                    protocol::Version version = protocol::Version::v5);

/// A small property list in one expression.
class With {
 public:
  explicit With(protocol::PacketType type) : list_(protocol::place_of(type)) {}
  With& operator()(protocol::PropertyId id, std::uint32_t number);
  With& operator()(protocol::PropertyId id, Bytes text);
  protocol::PropertyList list() const { return list_; }
  operator protocol::Properties() const { return list_.view(); }  // NOLINT: for one expression

 private:
  protocol::PropertyList list_;
};

/// Writes down what a session tells.
class Recorder : public Handler {
 public:
  void on_connected(const Connected& connected) override;
  void on_refused(const protocol::ConnAck& connack) override;
  bool on_message(const protocol::Publish& message) override;
  void on_published(const PublishOutcome& outcome) override;
  void on_subscribed(Token token, const protocol::SubAck& suback) override;
  void on_unsubscribed(Token token, const protocol::UnsubAck& unsuback) override;
  void on_disconnect(const protocol::Disconnect& disconnect) override;
  void on_auth(const protocol::Auth& auth) override;
  void on_ready() override;
  void on_packet(Direction direction, const protocol::Frame& frame,
                 protocol::Version version) override;

  /// Everything since the last call, separated by " | ".
  std::string take();

  std::size_t messages_wanted = SIZE_MAX;
  protocol::Qos published_at = protocol::Qos::at_most_once;  ///< of the last outcome
  ServerLimits limits;

 private:
  void note(std::string line);
  std::string lines_;
};

/// A session with its surroundings, and the server's side played by hand.
class Bench {
 public:
  explicit Bench(protocol::Version version_given = protocol::Version::v5)
      : version(version_given) {}

  /// Everything the session has queued, as written to the transport.
  std::string take_bytes();
  std::string take() { return show_all(take_bytes(), version); }

  void open();
  /// Opens, takes CONNECT and answers it.
  void connect(bool session_present = false, protocol::Properties properties = {});
  void lose() { session.transport_closed(); }

  void receive(const protocol::Packet& packet) { session.receive(encoded(packet, version), now); }
  void receive_bytes(Bytes bytes) { session.receive(bytes, now); }

  Result<Submission> publish(Bytes topic, Bytes payload, int qos, Token token = 0);
  Result<Submission> publish(const protocol::Publish& message, Token token = 0) {
    return session.publish(message, token, Payload::copied, now);
  }
  bool accepted(Bytes topic, Bytes payload, int qos, Token token = 0);

  protocol::Version version;
  Time now = seconds(1000);
  Settings settings;
  Recorder handler;
  Output output;
  Session session{settings, handler, output};
};

protocol::Publish message(Bytes topic, Bytes payload, int qos, protocol::PacketIdentifier id = 0);
std::string hex(std::string_view digits);

}  // namespace mqtt_toolbox::session
