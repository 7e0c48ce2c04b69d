#pragma once

#include "base/random.hpp"
#include "protocol/packet.hpp"
#include "sub/plan.hpp"

namespace mqtt_toolbox::sub {

/// Which messages count, and which of those are shown. Each copy that the broker delivers counts: a
/// client can't tell a second copy from a second message.
class Selector {
 public:
  Selector(const Plan& plan, Random& random) : plan_(plan), random_(random) {}

  // Asked for each message, most often with none of these options.
  bool counts(const protocol::Publish& message) const {
    if (message.retain ? plan_.hide_retained : plan_.retained_only) return false;
    return plan_.filters_out.empty() || !is_filtered_out(message.topic);
  }
  /// --remove-retained: also what -R keeps from counting.
  bool is_to_be_cleared(const protocol::Publish& message) const {
    return plan_.remove_retained && message.retain && !is_filtered_out(message.topic);
  }
  /// --random-filter: for a message that counts.
  bool is_shown() { return plan_.random_percent >= 100 || is_drawn(); }

 private:
  bool is_filtered_out(protocol::Bytes topic) const;
  bool is_drawn();

  const Plan& plan_;
  Random& random_;
};

}  // namespace mqtt_toolbox::sub
