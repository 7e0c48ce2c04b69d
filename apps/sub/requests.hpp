#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "client/client.hpp"
#include "sub/plan.hpp"

namespace mqtt_toolbox::sub {

/// Properties of the packets that mqtt-sub sends, from -D.
struct Properties {
  const protocol::PropertyList& subscribe;
  const protocol::PropertyList& unsubscribe;
  const protocol::PropertyList& disconnect;
};

/// The SUBSCRIBE and UNSUBSCRIBE packets of a run, and which of them wait for an answer.
class Requests {
 public:
  /// A filter that breaks a limit of the broker, so that it is not sent.
  using Refused = std::function<void(const Request& request, const Error& error)>;

  Requests(const Plan& plan, const Properties& properties, Refused refused);

  /// All filters, in as few packets as --subscribe-batch and the broker's Maximum Packet Size
  /// (bytes) allow.
  Status start(client::Client& client, std::size_t maximum_packet_size);
  /// Sends what there was no room for.
  Status send(client::Client& client);
  /// Subscribes once more, so that this connection brings retained messages itself.
  Status read_here(client::Client& client);
  bool reads_beside() const { return reads_beside_; }

  enum class Answer : std::uint8_t { subscription, unsubscription, repeated };
  bool is_of_these(client::Token token) const { return token < sent_.size(); }
  /// Notes an answer. `repeated`: a SUBACK after a reconnect.
  Answer answered(client::Token token);
  /// What the reason codes of a SUBACK are about, in their order.
  std::vector<const Request*> subscribed(client::Token token, Answer answer) const;
  bool all_answered() const { return open_ == 0 && unsent_.empty(); }

  /// The filter was refused: nothing comes for it.
  void drop(const std::string& filter) { left_.erase(filter); }
  bool is_left(const std::string& filter) const { return left_.count(filter) != 0; }
  bool all_dropped() const { return left_.empty(); }

 private:
  /// Neighbours in the plan's requests or unsubscribes.
  struct Batch {
    Answer kind = Answer::subscription;
    std::size_t first = 0;
    std::size_t count = 0;
    bool open = false;
  };
  void plan_batches(Answer kind, std::size_t filters, std::size_t room);
  std::size_t entry_size(Answer kind, std::size_t index) const;
  Result<client::Submission> submit(client::Client& client, const Batch& batch) const;
  void refuse_or_halve(const Batch& batch, const Error& error);
  void note_owners();

  const Plan& plan_;
  const Properties& properties_;
  Refused refused_;
  std::vector<Batch> unsent_;  ///< the next one at the end
  std::vector<Batch> sent_;    ///< the token is the index
  std::size_t open_ = 0;
  std::size_t subscription_room_ = 0;  ///< bytes of filters in a SUBSCRIBE
  bool reads_beside_ = true;
  std::unordered_set<std::string> left_;  ///< filters of the plan, not refused or unsubscribed
  /// Which packet named a filter last.
  std::unordered_map<std::string_view, client::Token> owners_;
};

}  // namespace mqtt_toolbox::sub
