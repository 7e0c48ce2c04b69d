#pragma once

#include <cstdint>
#include <functional>
#include <string>
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
  Requests(const Plan& plan, const Properties& properties);

  /// One SUBSCRIBE for all filters.
  Status subscribe(client::Client& client);
  Status unsubscribe(client::Client& client);
  /// An UNSUBSCRIBE for a filter that nobody has: when it is answered, so is everything before it.
  Status send_barrier(client::Client& client);

  enum class Answer : std::uint8_t { subscription, unsubscription, barrier, repeated };
  /// Notes an answer. `repeated`: a SUBACK after a reconnect.
  Answer answered(client::Token token);
  /// The filters of a SUBSCRIBE, in the order of the reason codes.
  const std::vector<std::string>& filters(client::Token token) const;
  bool all_answered() const { return open_ == 0; }

  /// The filter was refused or unsubscribed: nothing comes for it any more.
  void drop(const std::string& filter) { left_.erase(filter); }
  bool all_dropped() const { return left_.empty(); }

 private:
  struct Request {
    Answer kind = Answer::subscription;
    bool open = true;
    std::vector<std::string> filters;
  };
  client::Token open(Answer kind, std::vector<std::string> filters);

  const Plan& plan_;
  const Properties& properties_;
  std::vector<Request> requests_;
  std::unordered_set<std::string> left_;  ///< filters of the plan, not refused or unsubscribed
  std::size_t open_ = 0;
};

}  // namespace mqtt_toolbox::sub
