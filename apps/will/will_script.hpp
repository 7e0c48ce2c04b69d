#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "check/case_context.hpp"
#include "will/observers.hpp"
#include "will/will_fixture.hpp"

namespace mqtt_toolbox::will {

/// What the scripts about wills are made of.

WillFixture& company(check::CaseContext& context);

/// Aborts the case (unsupported) where the broker has announced that it has no such wills: Maximum
/// QoS, Retain Available (MQTT 5.0 section 3.2.2.3).
void check_limits(check::CaseContext& context, const session::WillSettings& will);

/// A plan with a will to `topic`, as the variant says, whose payload names the case.
client::ConnectPlan mortal(check::CaseContext& context, const std::string& topic);
/// The same with a will delay and a session that outlives the connection, in seconds.
client::ConnectPlan delayed(check::CaseContext& context, const std::string& topic,
                            std::uint32_t delay, std::uint32_t session_expiry);

/// Timers of whole seconds may run out so much early.
inline constexpr Duration timers_are_coarse = std::chrono::milliseconds(100);

/// When the will has to come, from the cut.
struct Window {
  Duration earliest{};                         ///< before it: `early`
  Duration latest = std::chrono::seconds(2);   ///< after it: deviates
  Duration timeout = std::chrono::seconds(5);  ///< from then on it is looked for as what is late
  Verdict early = Verdict::fail;
};

/// What of a will's delivery a case is about; each case judges its own promise.
enum class Judged : std::uint8_t {
  arrival,    ///< that it comes, and when
  payload,    ///< that its payload is the one that was sent
  qos,        ///< that it comes at its QoS
  retention,  ///< that it stays retained exactly when it is to be, and is marked so
  once,       ///< that no copy follows
  everything,
};

/// Watches a will come, and looks at what it leaves behind, which is then cleared.
check::Finding expect_will(check::CaseContext& context, Observation& observation,
                           const session::WillSettings& will, Time cut, const Window& window = {},
                           Judged judged = Judged::arrival);
/// `finding` of a case about a property of wills: when nothing came, whether the property is to
/// blame shows a plain will after a reset.
check::Finding against_control(check::CaseContext& context, Observation& observation,
                               check::Finding finding);
/// No will comes within `quiet` of now.
check::Finding expect_no_will(check::CaseContext& context, Observation& observation,
                              const std::string& topic, Duration quiet);

}  // namespace mqtt_toolbox::will
