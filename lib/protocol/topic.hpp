#pragma once

#include <optional>
#include <string_view>

#include <tl/expected.hpp>

#include "base/export.hpp"
#include "protocol/fault.hpp"
#include "protocol/types.hpp"

namespace mqtt_toolbox::protocol {

/// An MQTT UTF-8 string: at most 65,535 bytes, well-formed, no NUL (MQTT 5.0 section 1.5.4).
MQTT_TOOLBOX_API tl::expected<void, Fault> check_string(Bytes text);

/// A topic name one can publish to: not empty, no wildcard (MQTT 5.0 section 4.7).
MQTT_TOOLBOX_API tl::expected<void, Fault> check_topic_name(Bytes topic);

/// A topic filter: wildcards alone in their level, # last; `$share/NAME/FILTER` has a share name
/// without / + # and a filter (MQTT 5.0 sections 4.7 and 4.8.2). Before 5.0 the standard knows no
/// shared subscriptions, so there `$share` is a level like any other.
MQTT_TOOLBOX_API tl::expected<void, Fault> check_topic_filter(Bytes filter,
                                                              Version version = Version::v5);

/// The parts of `$share/NAME/FILTER`; nullopt for any other filter, also for a malformed one.
struct SharedSubscription {
  Bytes share_name;
  Bytes filter;
};
MQTT_TOOLBOX_API std::optional<SharedSubscription> shared_subscription(Bytes filter);

/// Whether the filter (without $share) matches the topic name: + one level, # the rest and its
/// parent, neither at the first level when the topic starts with $ (MQTT 5.0 section 4.7.2).
MQTT_TOOLBOX_API bool matches(Bytes filter, Bytes topic);

/// Whether the filter contains a wildcard.
MQTT_TOOLBOX_API bool has_wildcard(Bytes filter);

}  // namespace mqtt_toolbox::protocol
