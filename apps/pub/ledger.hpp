#pragma once

#include <cstdint>
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
class Ledger {
 public:
  /// The token for the next message.
  client::Token next_token() const { return tail_; }

  /// `token` is at least `next_token()`; those left out have no message.
  Entry& open(client::Token token, Time now);
  /// The entry of an outcome; null for a token that is not open.
  Entry* settle(const client::PublishOutcome& outcome, Time now);
  /// The oldest entry when it is done, and takes it off; null otherwise. Valid until `open`.
  Entry* take_done();

  std::uint64_t unsettled() const { return unsettled_; }

 private:
  Entry& push();
  void grow();

  std::vector<Entry> ring_;
  client::Token head_ = 0;
  client::Token tail_ = 0;
  std::uint64_t unsettled_ = 0;
};

}  // namespace mqtt_toolbox::pub
