#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/export.hpp"
#include "base/result.hpp"
#include "load/plan.hpp"

/// Several processes ("ranks"), perhaps on several machines, that run one plan together.
namespace mqtt_toolbox::load {

/// What a message of a rank to rank 0 holds.
enum class RankWord : std::uint8_t {
  part = 1,  ///< what was measured since the last part
  whole,     ///< the rank's result; the parts are void then
  failure,   ///< why there is no result
};

struct RankMessage {
  std::uint32_t rank = 0;
  RankWord word = RankWord::part;
  std::string text;
};

/// The other processes as seen from this one. Used from one thread; nothing waits, but `leave`.
/// Errors have ExitCode::io. An implementation may live in a module of its own: nothing is thrown.
class Ranks {
 public:
  virtual ~Ranks() = default;

  virtual std::uint32_t rank() const noexcept = 0;
  virtual std::uint32_t size() const noexcept = 0;
  /// How many ranks share this machine, this one included.
  virtual std::uint32_t on_this_machine() const noexcept = 0;

  /// The start barrier: entered with the first call, true once all have entered it.
  virtual Result<bool> all_here() noexcept = 0;
  /// To rank 0, of at most 2 GiB.
  virtual Status send(RankWord word, const std::string& text) noexcept = 0;
  /// Whether everything sent is on its way; called regularly, since sending goes on in here.
  virtual Result<bool> all_sent() noexcept = 0;
  /// At rank 0: a message that has come, if any. Messages of one rank may come in another order.
  virtual Result<std::optional<RankMessage>> poll() noexcept = 0;
  /// The orderly end, waits for all others to do the same.
  virtual void leave() noexcept = 0;
};

/// Opens the module that speaks MPI and joins the ranks that the launcher started; ExitCode::io
/// when there is no such module.
MQTT_TOOLBOX_API Result<std::unique_ptr<Ranks>> open_ranks();

/// The part of `whole` that falls to rank `rank` of `size`. Clients, rates, messages and pending
/// connects are divided, and every name stays unique: `{n}` has the rank's number as its last
/// digits, the run's number and the seed are the rank's own. The publishers and subscribers of a
/// roundtrip keep to their rank, because only clocks of one process are compared: its topics have
/// the level `rank-N` in front. ExitCode::usage when a rank would have nothing to do.
MQTT_TOOLBOX_API Result<Plan> share_of(const Plan& whole, std::uint32_t rank, std::uint32_t size);

/// The entry point of the module: 0, or 1 with `error` set.
extern "C" {
using OpenRanks = int (*)(Ranks** ranks, Error* error) noexcept;
}
inline constexpr const char* open_ranks_symbol = "mqtt_toolbox_open_ranks";

}  // namespace mqtt_toolbox::load
