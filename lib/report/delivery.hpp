#pragma once

#include <optional>
#include <string_view>

#include "base/export.hpp"
#include "report/result.hpp"

namespace mqtt_toolbox::report {

/// The QoS that a run's messages had: of a roundtrip the lower of what was published and what was
/// subscribed (MQTT 5.0 section 3.8.4), else that of the one side there was; at most what the
/// broker offers.
protocol::Qos delivered_qos(const RunResult& result);

/// What the QoS promises of a roundtrip (MQTT 5.0 section 4.3), held against what became of its
/// messages: QoS 0 at most once, loss allowed, duplicates not; QoS 1 at least once; QoS 2 exactly
/// once. Order is counted but not judged: among the members of a shared group, and where a message
/// was sent again, nobody promises it. Nullopt where no stream was matched.
MQTT_TOOLBOX_API std::optional<Verdict> promise(const RunResult& result);

}  // namespace mqtt_toolbox::report
