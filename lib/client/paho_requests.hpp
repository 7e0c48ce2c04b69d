#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client/paho_link.hpp"
#include "protocol/packet.hpp"
#include "session/handler.hpp"

namespace mqtt_toolbox::client {

/// A QoS 1 or 2 message without outcome, kept because Paho forgets it with the session.
struct PahoMessage {
  session::Token token = 0;
  protocol::PacketIdentifier packet_identifier = 0;
  protocol::Qos qos = protocol::Qos::at_least_once;
  bool retain = false;
  bool forgotten = false;
  bool may_be_duplicate = false;
  std::size_t size = 0;  ///< bytes as a packet
  std::string topic;
  std::string payload;
  std::string properties;  ///< encoded

  protocol::Publish view() const;
};

class PahoMessages {
 public:
  void add(PahoTicket ticket, PahoMessage message);
  /// The message that this ticket stood for, which is then no longer here.
  std::optional<PahoMessage> take(PahoTicket ticket);
  /// Paho has dropped it.
  void forget(PahoTicket ticket);
  void forget_all();
  /// The oldest that Paho has dropped; null when there is none.
  PahoMessage* forgotten();
  /// The one that `forgotten` names is with Paho again.
  void handed_over(PahoTicket ticket, protocol::PacketIdentifier packet_identifier);

  std::size_t count() const { return messages_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  using Map = std::map<PahoTicket, PahoMessage>;
  Map::iterator find_forgotten();

  Map messages_;
  std::size_t bytes_ = 0;
  std::size_t forgotten_ = 0;
};

/// One SUBSCRIBE or UNSUBSCRIBE of the caller's, which goes to Paho filter by filter.
struct PahoRequest {
  /// In `tickets`: not with Paho, and answered.
  static constexpr PahoTicket due = 0;
  static constexpr PahoTicket done = ~PahoTicket{0};

  session::Token token = 0;
  bool unsubscribes = false;
  std::string properties;           ///< encoded
  std::string entries;              ///< encoded
  std::vector<PahoTicket> tickets;  ///< one for each entry
  std::size_t unanswered = 0;
  std::string codes;              ///< one byte for each entry
  std::string answer_properties;  ///< encoded
};

class PahoRequests {
 public:
  void add(PahoRequest request) { requests_.push_back(std::move(request)); }
  /// The request that is complete with this answer, which is then no longer here.
  std::optional<PahoRequest> answer(const PahoEvent& event);
  /// The connection on which they were sent is gone.
  void make_due();
  std::list<PahoRequest>& all() { return requests_; }
  std::size_t count() const { return requests_.size(); }

 private:
  std::list<PahoRequest> requests_;
};

}  // namespace mqtt_toolbox::client
