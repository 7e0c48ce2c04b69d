#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/export.hpp"
#include "base/result.hpp"
#include "load/plan.hpp"
#include "transport/connector.hpp"

namespace mqtt_toolbox::load {

/// Streams, by number, and the place of each within this set.
class MQTT_TOOLBOX_API StreamSet {
 public:
  explicit StreamSet(std::vector<std::uint32_t> ascending);

  static constexpr std::size_t none = SIZE_MAX;
  std::size_t place_of(std::uint32_t stream) const;
  std::size_t size() const { return streams_.size(); }
  const std::vector<std::uint32_t>& streams() const { return streams_; }

 private:
  std::vector<std::uint32_t> streams_;
  bool all_ = false;  ///< 0, 1, 2, ...: each stands at its own number
};

/// A shared subscription, `$share/NAME/FILTER`.
struct Group {
  std::string filter;
  std::shared_ptr<const StreamSet> streams;
};

/// What one subscriber asks for, and the streams that it is to get.
struct Subscriptions {
  std::vector<std::string> filters;
  std::shared_ptr<const StreamSet> own;  ///< of its ordinary filters
  std::vector<std::uint32_t> groups;     ///< numbers in Prepared::groups
};

/// A plan with everything that can be found out before the first connection; workers share it.
struct Prepared {
  Plan plan;
  std::vector<transport::Address> addresses;
  Duration resolve_time{};
  std::vector<transport::ConnectSettings> transports;  ///< one a source address

  std::uint32_t publishers = 0;
  std::uint32_t clients = 0;  ///< publishers first, then subscribers or idle ones
  std::uint32_t threads = 1;
  /// Topics by stream. Stream s is of publisher s modulo their number, which takes its own in turn.
  std::vector<std::string> topics;
  std::vector<Group> groups;
  /// Deliveries that a message of each stream is to lead to.
  std::vector<std::uint32_t> fan_out;
  /// By subscriber; shared where all have the same filters.
  std::vector<std::shared_ptr<const Subscriptions>> subscriptions;
  bool matches_streams = false;  ///< Scenario::roundtrip
};

/// ExitCode::usage for what cannot be, ExitCode::unreachable when the name is not known.
MQTT_TOOLBOX_API Result<std::unique_ptr<Prepared>> prepare_plan(const Plan& plan);

}  // namespace mqtt_toolbox::load
