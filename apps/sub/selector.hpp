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

  bool counts(const protocol::Publish& message) const;
  /// --remove-retained: also what -R keeps from counting.
  bool is_to_be_cleared(const protocol::Publish& message) const;
  /// --random-filter: for a message that counts.
  bool is_shown();

 private:
  bool is_filtered_out(protocol::Bytes topic) const;

  const Plan& plan_;
  Random& random_;
};

}  // namespace mqtt_toolbox::sub
