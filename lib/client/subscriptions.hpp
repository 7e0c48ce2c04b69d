#pragma once

#include <span>
#include <string>
#include <vector>

#include "protocol/packet.hpp"
#include "session/handler.hpp"

namespace mqtt_toolbox::client {

/// One SUBSCRIBE as it was asked for.
struct KeptSubscribe {
  session::Token token = 0;
  std::string properties;  ///< encoded
  std::string entries;     ///< encoded
  bool answered = false;   ///< SUBACK has come
};

/// The SUBSCRIBEs made and not undone, so that they can be made again on a connection whose server
/// has lost the session. Each keeps the filters that no later UNSUBSCRIBE or SUBSCRIBE named.
class Subscriptions {
 public:
  void add(session::Token token, const protocol::Subscribe& subscribe);
  void remove(std::span<const protocol::Bytes> filters);
  /// A SUBACK has come for the call with this token.
  void answered(session::Token token);

  bool empty() const { return kept_.empty(); }
  const std::vector<KeptSubscribe>& kept() const { return kept_; }

 private:
  std::vector<KeptSubscribe> kept_;
};

}  // namespace mqtt_toolbox::client
