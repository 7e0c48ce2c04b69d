#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "protocol/packet.hpp"
#include "session/handler.hpp"

namespace mqtt_toolbox::client {

/// SUBSCRIBEs on their way, each in as many packets as the server's Maximum Packet Size wants, and
/// answered as one. The number of a part is its token in the session.
class SubscribeParts {
 public:
  /// What the next SUBSCRIBE holds; views live until the next call.
  struct Packet {
    session::Token number = 0;
    protocol::Properties properties;
    protocol::Bytes entries;  ///< encoded
  };
  /// To a SUBSCRIBE of the caller's.
  struct Answer {
    session::Token token = 0;
    std::string codes;
  };

  /// Of the part that comes next.
  session::Token next_number() const { return next_number_; }
  /// Sent as one packet, with the next number.
  void add_sent(session::Token token, const protocol::Subscribe& subscribe);
  void add_unsent(session::Token token, const protocol::Subscribe& subscribe);
  /// The session has given it back: it is to be sent again, cut anew.
  void withdrawn(session::Token number);
  /// The server has lost the session, and with it the parts that it has answered of those
  /// SUBSCRIBEs that are not answered as a whole.
  void start_again();

  /// What is to be sent next, none when there is nothing; `sent` follows once it was. A filter that
  /// is larger than the Maximum Packet Size (bytes) is alone in its packet.
  std::optional<Packet> next(std::size_t maximum_packet_size);
  void sent() { unsent_.pop_front(); }
  /// SUBACK for a part. The answer to the whole once it is complete.
  std::optional<Answer> answered(session::Token number, protocol::Bytes codes);

 private:
  struct Part {
    session::Token number = 0;
    std::string entries;
    std::string codes{};  ///< empty: not answered
  };
  struct Whole {
    session::Token token = 0;
    std::string properties;
    std::list<Part> parts{};
    std::size_t unanswered = 0;
  };
  struct Place {
    std::list<Whole>::iterator whole;
    std::list<Part>::iterator part;
  };

  session::Token add_part(std::list<Whole>::iterator whole, std::list<Part>::iterator before,
                          std::string entries);
  void cut(const Place& place, std::size_t room);

  std::list<Whole> wholes_;
  std::unordered_map<session::Token, Place> places_;
  std::deque<session::Token> unsent_;
  session::Token next_number_ = 0;
};

}  // namespace mqtt_toolbox::client
