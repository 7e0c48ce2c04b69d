#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "protocol/packet.hpp"
#include "session/handler.hpp"

namespace mqtt_toolbox::client {

/// One SUBSCRIBE as it was asked for.
struct KeptSubscribe {
  session::Token token = 0;
  std::string properties;  ///< encoded
  std::string entries;     ///< encoded
  enum class State : std::uint8_t {
    sent,      ///< without SUBACK; the session sends it again by itself
    answered,  ///< SUBACK has come
    due,       ///< to be sent once more
  };
  State state = State::sent;
};

/// The SUBSCRIBEs made and not undone, so that they can be made again on a connection whose server
/// has lost the session. Each keeps the filters that no later UNSUBSCRIBE or SUBSCRIBE named. Time
/// is linear in the filters, in however many packets they go.
class Subscriptions {
 public:
  void add(session::Token token, const protocol::Subscribe& subscribe);
  void remove(std::span<const protocol::Bytes> filters);
  /// A SUBACK has come for the call with this token.
  void answered(session::Token token);
  bool empty() const { return kept_.empty(); }
  bool all_answered() const;
  /// One of the filters, for people; empty when there is none.
  std::string first_filter() const;

  /// The session is lost: everything answered is due again.
  void start_again();
  /// The next one due, null when there is none. `sent_again` is called once it was sent.
  const KeptSubscribe* due();
  void sent_again();

 private:
  using Key = std::uint64_t;  ///< rises from call to call
  using Filters = std::unordered_set<protocol::Bytes>;
  void forget(const Filters& filters);

  std::map<Key, KeptSubscribe> kept_;
  std::unordered_map<std::string, Key> owners_;  ///< which SUBSCRIBE keeps the filter
  std::unordered_multimap<session::Token, Key> unanswered_;
  Key next_key_ = 0;
  Key due_from_ = 0;  ///< nothing is due before it
};

}  // namespace mqtt_toolbox::client
