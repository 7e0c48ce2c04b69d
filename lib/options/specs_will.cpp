#include <array>

#include "base/system.hpp"
#include "options/named_property.hpp"
#include "options/settings.hpp"
#include "options/specs.hpp"

namespace mqtt_toolbox::options {
namespace {

constexpr auto group = Group::will;
constexpr auto place = protocol::PropertyPlace::will;
using Id = protocol::PropertyId;

constexpr std::array<std::string_view, 3> qos_values{"0", "1", "2"};

constexpr std::array<Spec, 12> specs{{
    {.name = "will-topic",
     .kind = Kind::text,
     .value_name = "TOPIC",
     .group = group,
     .help = "topic of the will, which the broker publishes when the connection is lost",
     .assign = [](Settings& settings, Values values) -> Status {
       settings.draft.will.topic = values[0];
       return {};
     }},
    {.name = "will-payload",
     .kind = Kind::text,
     .value_name = "TEXT",
     .group = group,
     .slot = "will payload",
     .help = "payload of the will",
     .assign = [](Settings& settings, Values values) -> Status {
       settings.draft.will.payload = values[0];
       return {};
     }},
    {.name = "will-payload-file",
     .kind = Kind::file,
     .value_name = "FILE",
     .group = group,
     .slot = "will payload",
     .help = "file that is the payload of the will",
     .assign = [](Settings& settings, Values values) -> Status {
       auto bytes = read_file(std::string(values[0]), protocol::maximum_string_bytes);
       if (!bytes) return tl::unexpected<Error>(std::move(bytes.error()));
       settings.draft.will.payload = std::move(*bytes);
       return {};
     }},
    {.name = "will-qos",
     .kind = Kind::choice,
     .value_name = "QOS",
     .group = group,
     .choices = qos_values,
     .fallback = "0",
     .help = "QoS of the will",
     .assign = [](Settings& settings, Values values) -> Status {
       settings.draft.will.qos = static_cast<protocol::Qos>(values[0][0] - '0');
       return {};
     }},
    {.name = "will-retain",
     .group = group,
     .help = "have the will retained",
     .assign = [](Settings& settings, Values) -> Status {
       settings.draft.will.retain = true;
       return {};
     }},
    {.name = "will-delay-interval",
     .kind = Kind::number,
     .value_name = "SECONDS",
     .group = group,
     .v5 = true,
     .help = "time the broker waits before it publishes the will",
     .assign = assign_property<place, Id::will_delay_interval>},
    {.name = "will-message-expiry-interval",
     .kind = Kind::number,
     .value_name = "SECONDS",
     .group = group,
     .v5 = true,
     .help = "lifetime of the will once it is published",
     .assign = assign_property<place, Id::message_expiry_interval>},
    {.name = "will-content-type",
     .kind = Kind::text,
     .value_name = "TYPE",
     .group = group,
     .v5 = true,
     .help = "content type of the will",
     .assign = assign_property<place, Id::content_type>},
    {.name = "will-payload-format-indicator",
     .kind = Kind::choice,
     .value_name = "N",
     .group = group,
     .choices = payload_formats,
     .v5 = true,
     .help = "1 when the payload of the will is UTF-8",
     .assign = assign_property<place, Id::payload_format_indicator>},
    {.name = "will-response-topic",
     .kind = Kind::text,
     .value_name = "TOPIC",
     .group = group,
     .v5 = true,
     .help = "response topic of the will",
     .assign = assign_property<place, Id::response_topic>},
    {.name = "will-correlation-data",
     .kind = Kind::text,
     .value_name = "DATA",
     .group = group,
     .v5 = true,
     .help = "correlation data of the will",
     .assign = assign_property<place, Id::correlation_data>},
    {.name = "will-user-property",
     .kind = Kind::text,
     .value_name = "KEY=VALUE",
     .group = group,
     .repeatable = true,
     .v5 = true,
     .help = "user property of the will",
     .assign = assign_property<place, Id::user_property>},
}};

}  // namespace

Specs will_specs() {
  return specs;
}

}  // namespace mqtt_toolbox::options
