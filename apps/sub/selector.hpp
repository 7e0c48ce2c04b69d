#pragma once

#include <cstdint>
#include <vector>

#include "base/random.hpp"
#include "protocol/packet.hpp"
#include "sub/plan.hpp"

namespace mqtt_toolbox::sub {

/// Whether some topic name can match both filters. Never wrongly false.
bool may_overlap(protocol::Bytes one, protocol::Bytes other);

/// Which messages count, and which of those are shown.
class Selector {
 public:
  Selector(const Plan& plan, Random& random);

  /// With 5.0 a broker may send one copy for each filter that matches. When filters overlap each
  /// SUBSCRIBE carries an identifier, its place in the plan plus one, and of several copies only
  /// the one for the first matching filter counts, as before 5.0.
  bool needs_identifiers() const { return overlap_; }
  void use_identifiers(bool used) { identified_ = used; }
  /// The filter was refused or unsubscribed: no copies come for it.
  void drop(protocol::Bytes filter);
  bool all_dropped() const;

  bool counts(const protocol::Publish& message) const;
  /// --remove-retained: also what -R keeps from counting.
  bool is_to_be_cleared(const protocol::Publish& message) const;
  /// --random-filter: for a message that counts.
  bool is_shown();

 private:
  bool concerns(const protocol::Publish& message) const;
  bool is_other_copy(const protocol::Publish& message) const;
  bool is_first_match(const protocol::Publish& message, std::uint32_t identifier) const;
  bool takes_part(std::size_t index) const;

  const Plan& plan_;
  Random& random_;
  std::vector<bool> dropped_;  ///< for each request of the plan
  bool overlap_ = false;
  bool identified_ = false;
};

}  // namespace mqtt_toolbox::sub
