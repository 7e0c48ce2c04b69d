#include "record/trace_sink.hpp"

namespace mqtt_toolbox::record {
namespace {

using protocol::PacketType;
using protocol::Version;

std::uint64_t number_of(protocol::Qos qos) {
  return static_cast<std::uint64_t>(qos);
}

/// One overload a packet.
class Walker {
 public:
  Walker(TraceSink& sink, Version version) : sink_(sink), version_(version) {}

  void operator()(const protocol::Connect& packet) {
    sink_.text("protocol_version", name(packet.version));
    sink_.text("client_identifier", packet.client_identifier);
    sink_.flag("clean_start", packet.clean_start);
    sink_.number("keep_alive", packet.keep_alive, "s");
    if (packet.username) sink_.text("username", *packet.username);
    if (packet.password) sink_.secret("password");
    if (packet.will) will(*packet.will);
    sink_.properties(packet.properties);
  }

  void operator()(const protocol::ConnAck& packet) {
    sink_.flag("session_present", packet.session_present);
    sink_.reason(packet.code, name(packet.reason(version_), PacketType::connack));
    sink_.properties(packet.properties);
  }

  void operator()(const protocol::Publish& packet) {
    identifier(packet.packet_identifier);
    sink_.text("topic", packet.topic);
    sink_.number("qos", number_of(packet.qos), "");
    sink_.flag("retain", packet.retain);
    sink_.flag("dup", packet.dup);
    sink_.payload(packet.payload);
    sink_.properties(packet.properties);
  }

  template <PacketType Type>
  void operator()(const protocol::Acknowledgement<Type>& packet) {
    identifier(packet.packet_identifier);
    if (version_ == Version::v5) reason(packet.reason, Type);
    sink_.properties(packet.properties);
  }

  void operator()(const protocol::Subscribe& packet) {
    identifier(packet.packet_identifier);
    sink_.open_list("subscriptions");
    protocol::Bytes rest = packet.entries;
    while (const auto subscription = protocol::next_subscription(rest)) entry(*subscription);
    sink_.close_list();
    sink_.properties(packet.properties);
  }

  void operator()(const protocol::Unsubscribe& packet) {
    identifier(packet.packet_identifier);
    sink_.open_list("filters");
    protocol::Bytes rest = packet.entries;
    while (const auto filter = protocol::next_filter(rest)) {
      sink_.open("");
      sink_.text("filter", *filter);
      sink_.close();
    }
    sink_.close_list();
    sink_.properties(packet.properties);
  }

  void operator()(const protocol::SubAck& packet) { outcomes(packet, PacketType::suback); }
  void operator()(const protocol::UnsubAck& packet) { outcomes(packet, PacketType::unsuback); }

  void operator()(const protocol::PingReq&) {}
  void operator()(const protocol::PingResp&) {}

  void operator()(const protocol::Disconnect& packet) {
    if (version_ == Version::v5) reason(packet.reason, PacketType::disconnect);
    sink_.properties(packet.properties);
  }

  void operator()(const protocol::Auth& packet) {
    reason(packet.reason, PacketType::auth);
    sink_.properties(packet.properties);
  }

 private:
  void identifier(protocol::PacketIdentifier identifier) {
    if (identifier != 0) sink_.number("packet_identifier", identifier, "");
  }

  void reason(protocol::ReasonCode code, PacketType packet) {
    sink_.reason(static_cast<std::uint8_t>(code), name(code, packet));
  }

  void will(const protocol::Will& will) {
    sink_.open("will");
    sink_.text("topic", will.topic);
    sink_.number("qos", number_of(will.qos), "");
    sink_.flag("retain", will.retain);
    sink_.payload(will.payload);
    sink_.properties(will.properties);
    sink_.close();
  }

  void entry(const protocol::Subscription& subscription) {
    sink_.open("");
    sink_.text("filter", subscription.filter);
    sink_.number("qos", number_of(subscription.qos), "");
    if (version_ == Version::v5) options(subscription);
    sink_.close();
  }

  void options(const protocol::Subscription& subscription) {
    sink_.flag("no_local", subscription.no_local);
    sink_.flag("retain_as_published", subscription.retain_as_published);
    sink_.number("retain_handling", static_cast<std::uint64_t>(subscription.retain_handling), "");
  }

  template <typename Packet>
  void outcomes(const Packet& packet, PacketType type) {
    identifier(packet.packet_identifier);
    sink_.open_list("reasons");
    for (std::size_t i = 0; i < packet.codes.size(); ++i) {
      sink_.open("");
      reason(packet.code(i), type);
      sink_.close();
    }
    sink_.close_list();
    sink_.properties(packet.properties);
  }

  TraceSink& sink_;
  Version version_;
};

}  // namespace

void trace_packet(TraceSink& sink, const protocol::Packet& packet, protocol::Version version) {
  std::visit(Walker(sink, version), packet);
}

}  // namespace mqtt_toolbox::record
