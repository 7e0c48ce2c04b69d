#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "client/client.hpp"

namespace mqtt_toolbox::pub {

/// What became of one message.
struct Entry {
  client::Token token = 0;
  std::string topic;
  std::string id;
  Time started{};
  Time ended{};
  bool done = false;
  bool is_gap = false;  ///< a token without a message
  client::PublishOutcome outcome;
  std::string properties;  ///< of the acknowledgement, encoded
};

/// The messages without outcome, in the order of publishing, so that results come out in that order
/// although acknowledgements may not. Entries are reused: no allocation once the window is warm.
/// One that thousands of later ones have overtaken is set aside, so that those are not kept for it:
/// its result comes when its outcome does.
class Ledger {
 public:
  /// The token for the next message.
  client::Token next_token() const { return tail_; }

  /// `token` is at least `next_token()`; those left out have no message.
  Entry& open(client::Token token, Time now);
  /// The entry of an outcome; null for a token that is not open.
  Entry* settle(const client::PublishOutcome& outcome, Time now);
  /// The oldest entry without outcome but that of `left_out`; null when there is none.
  const Entry* oldest_open(std::optional<client::Token> left_out) const;
  /// An open entry will have no outcome: takes it out and gives it, null when it is not open. Valid
  /// until `open`.
  const Entry* forget(client::Token token);
  /// The oldest entry when it is done, and takes it off; null otherwise. Valid until `open`.
  Entry* take_done();

  std::uint64_t unsettled() const { return unsettled_; }

 private:
  static constexpr std::uint64_t overtaking_kept = 4096;

  Entry& push();
  Entry* find_open(client::Token token);
  void grow();
  void set_aside_overtaken();
  void settle(Entry& entry, const client::PublishOutcome& outcome, Time now);
  Entry* settle_overtaken(const client::PublishOutcome& outcome, Time now);

  std::vector<Entry> ring_;
  std::map<client::Token, Entry> overtaken_;  ///< unsettled, before the ring
  std::list<Entry> overtaken_done_;           ///< settled, and not taken off
  Entry taken_;
  client::Token head_ = 0;
  client::Token tail_ = 0;
  std::uint64_t unsettled_ = 0;
};

}  // namespace mqtt_toolbox::pub
