#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string_view>

#include "base/random.hpp"
#include "base/result.hpp"
#include "protocol/types.hpp"
#include "support/rule_breaker/connection.hpp"

namespace mqtt_toolbox::rule_breaker {

/// How the whole broker fails, beyond any rule.
enum class FaultKind : std::uint8_t {
  kill,
  freeze,
  garbage,
  flood,
  flood_subscribers,
  flood_unread,
  close,
  truncate,
  huge,
};

struct FaultPlan {
  FaultKind kind = FaultKind::kill;
  std::uint64_t at = 1;  ///< the packet received, counted from 1 over all connections
};

/// "KIND@N".
Result<FaultPlan> parse_fault(std::string_view text);

struct FaultRow {
  FaultKind kind;
  std::string_view name;
  std::string_view what;
};
std::span<const FaultRow> fault_kinds();

/// What the broker sends beside everything else, to show how a client takes it.
struct Injection {
  std::string filter_part;  ///< to connections that subscribe to a filter which contains this
  std::string bytes;
};

/// "PART=BYTES", the bytes in hexadecimal.
Result<Injection> parse_injection(std::string_view text);

/// Makes the broker fail when its packet comes.
class Faults {
 public:
  Faults(transport::Loop& loop, std::optional<FaultPlan> plan, Injection injection,
         std::uint64_t seed);

  void add(Connection& connection);
  void remove(Connection& connection);

  /// Counts; false when the packet is not to be handled. `version` is the sender's.
  bool admits_packet(Connection& connection, protocol::Version version);
  /// The connection has subscribed to the filter, which is without $share.
  void subscribed(Connection& connection, protocol::Version version, std::string_view filter);
  /// The process ends and resets its connections.
  [[noreturn]] void kill();
  bool admits_connection() const { return !happened_ || plan_->kind != FaultKind::close; }

 private:
  void happen(Connection& connection, protocol::Version version);
  bool floods_subscribers() const;
  void send_garbage(Connection& connection);

  transport::Loop& loop_;
  std::optional<FaultPlan> plan_;
  Injection injection_;
  Random random_;
  std::uint64_t packets_ = 0;
  bool happened_ = false;
  std::set<Connection*> connections_;
  Connection* slow_ = nullptr;  ///< gets a byte now and then
  transport::Loop::Timer next_byte_;
};

}  // namespace mqtt_toolbox::rule_breaker
