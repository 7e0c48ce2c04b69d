#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "protocol/packet.hpp"

namespace mqtt_toolbox::support {

/// A message that the broker has taken over, once for each time its QoS lets it count.
struct Accepted {
  std::string topic;
  std::string payload;
  protocol::Qos qos = protocol::Qos::at_most_once;
};

/// What a small broker with one client answers by itself: it keeps a session, acknowledges, and
/// sends each message back to who subscribed to it.
class AutomaticAnswers {
 public:
  /// The bytes to send.
  std::string answer(const protocol::Packet& packet, protocol::Version version);
  /// Loses the session.
  void forget();

  const std::vector<Accepted>& accepted() const { return accepted_; }

 private:
  struct Filter {
    std::string filter;
    protocol::Qos qos = protocol::Qos::at_most_once;
  };

  std::string on(const protocol::Connect& connect);
  std::string on(const protocol::Publish& publish);
  std::string on(const protocol::PubRec& pubrec);
  std::string on(const protocol::PubRel& pubrel);
  std::string on(const protocol::Subscribe& subscribe);
  std::string on(const protocol::Unsubscribe& unsubscribe);
  std::string on(const protocol::PingReq& pingreq);
  template <typename Other>
  std::string on(const Other&) {
    return {};
  }
  std::string deliver(const protocol::Publish& publish);

  protocol::Version version_ = protocol::Version::v311;
  bool session_kept_ = false;
  std::string client_identifier_;
  std::vector<Filter> filters_;
  std::set<protocol::PacketIdentifier> received_;  ///< QoS 2, before PUBREL
  protocol::PacketIdentifier last_id_ = 0;
  std::vector<Accepted> accepted_;
};

}  // namespace mqtt_toolbox::support
