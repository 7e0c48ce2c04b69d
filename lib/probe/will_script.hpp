#pragma once

#include <optional>
#include <string>

#include "probe/jury.hpp"
#include "probe/scene.hpp"
#include "probe/will.hpp"

namespace mqtt_toolbox::probe {

/// What the scripts about wills are made of.

WillCompany& company(Scene& scene);

/// A plan with a will to `topic`, as the variant says, whose payload names the case.
client::ConnectPlan mortal(Scene& scene, const std::string& topic);
/// The same with a will delay and a session that outlives the connection, in seconds.
client::ConnectPlan delayed(Scene& scene, const std::string& topic, std::uint32_t delay,
                            std::uint32_t session_expiry);

/// When the will has to come, from the cut.
struct Window {
  Duration earliest{};                          ///< before it: fail
  Duration latest = std::chrono::seconds(2);    ///< after it: deviates
  Duration patience = std::chrono::seconds(5);  ///< not by then: fail
};

/// The will of `plan` comes once, in time, with its QoS and contents, and stays retained exactly
/// when it is to be; what it leaves behind is cleared.
Finding expect_will(Scene& scene, Hearing& hearing, const session::WillSettings& will, Time cut,
                    const Window& window = {});
/// No will comes within `quiet` of now.
Finding expect_no_will(Scene& scene, Hearing& hearing, const std::string& topic, Duration quiet);

}  // namespace mqtt_toolbox::probe
