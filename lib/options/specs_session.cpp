#include <array>

#include "options/assign.hpp"
#include "options/property_value.hpp"
#include "options/settings.hpp"
#include "options/specs.hpp"

namespace mqtt_toolbox::options {
namespace {

constexpr std::uint64_t never_expires = 0xFFFFFFFF;

Status assign_session_expiry(Settings& settings, Values values) {
  auto seconds = parse_session_expiry(values[0]);
  if (!seconds) return tl::unexpected<Error>(std::move(seconds.error()));
  return set_property(settings.plan.session.connect_properties,
                      protocol::PropertyId::session_expiry_interval, *seconds);
}

Status assign_inflight(Settings& settings, Values values) {
  return detail::store(parse_unsigned(values[0], 1, 65535),
                       settings.plan.session.inflight_messages);
}

Status assign_inflight_bytes(Settings& settings, Values values) {
  auto size = parse_size(values[0]);
  if (!size) return tl::unexpected<Error>(std::move(size.error()));
  if (*size == 0) return fail(ExitCode::usage, "at least one byte");
  settings.plan.session.inflight_bytes = *size;
  return {};
}

constexpr std::array<Spec, 5> session_table{{
    {.name = "disable-clean-session",
     .letter = 'c',
     .group = Group::session,
     .help = "use the session the broker has kept, and have it kept",
     .manual = "Needs --id. Under MQTT 5.0 the session then never expires, unless "
               "--session-expiry-interval says otherwise.",
     .assign = [](Settings& settings, Values) -> Status {
       settings.draft.kept_session = true;
       return {};
     }},
    {.name = "session-expiry-interval",
     .letter = 'x',
     .kind = Kind::text,
     .value_name = "SECONDS",
     .group = Group::session,
     .fallback = "0, with --disable-clean-session never",
     .v5 = true,
     .help = "how long the broker keeps the session after the connection",
     .manual =
         "0 to 4294967294; -1, infinity or \xE2\x88\x9E is never, which needs --id: nobody would "
         "find the session again under another name.",
     .assign = assign_session_expiry},
    {.name = "inflight",
     .letter = 'M',
     .alias = "max-inflight",
     .kind = Kind::number,
     .value_name = "N",
     .group = Group::session,
     .fallback = "MQTT 5.0: what the broker allows, at most 1000; before: 20",
     .help = "QoS 1 and 2 messages unacknowledged at once",
     .assign = assign_inflight},
    {.name = "inflight-bytes",
     .kind = Kind::size,
     .value_name = "SIZE",
     .group = Group::session,
     .fallback = "16MiB",
     .help = "memory for messages not yet acknowledged",
     .manual = "One message that is larger goes alone.",
     .assign = assign_inflight_bytes},
    {.name = "topic-aliases",
     .group = Group::session,
     .help = "send repeated topics as numbers when the broker allows it (MQTT 5.0)",
     .assign = [](Settings& settings, Values) -> Status {
       settings.plan.session.use_topic_aliases = true;
       return {};
     }},
}};

template <auto member>
Status assign_delay(Settings& settings, Values values) {
  auto delay = parse_duration(values[0]);
  if (!delay) return tl::unexpected<Error>(std::move(delay.error()));
  settings.plan.reconnect.*member = *delay;
  return {};
}

Status assign_attempts(Settings& settings, Values values) {
  if (values[0] == "unlimited") {
    settings.plan.reconnect.attempts = session::BackoffSettings::unlimited;
    return {};
  }
  return detail::store(parse_unsigned(values[0], 0, never_expires - 1),
                       settings.plan.reconnect.attempts);
}

constexpr std::array<Spec, 5> reconnect_table{{
    {.name = "reconnect",
     .kind = Kind::toggle,
     .group = Group::reconnect,
     .fallback = "on",
     .help = "connect again after a lost connection",
     .assign = [](Settings& settings, Values values) -> Status {
       settings.draft.no_reconnect = values[0] != "true";
       return {};
     }},
    {.name = "reconnect-delay",
     .kind = Kind::duration,
     .value_name = "DURATION",
     .group = Group::reconnect,
     .fallback = "500ms",
     .help = "wait before the first attempt; it doubles after each",
     .manual = "Each wait is drawn from the upper half, so that many clients do not come back in "
               "step. It goes back to this one after a connection that lived for 60 s with every "
               "subscription acknowledged.",
     .assign = assign_delay<&session::BackoffSettings::initial>},
    {.name = "reconnect-delay-max",
     .kind = Kind::duration,
     .value_name = "DURATION",
     .group = Group::reconnect,
     .fallback = "30s",
     .help = "longest wait between attempts",
     .assign = assign_delay<&session::BackoffSettings::maximum>},
    {.name = "reconnect-attempts",
     .kind = Kind::text,
     .value_name = "N",
     .group = Group::reconnect,
     .fallback = "unlimited",
     .help = "attempts in a row before giving up",
     .manual =
         "A connection that ended before it had lived for 60 s with every subscription "
         "acknowledged counts as an attempt that failed. Without this option the tool ends when "
         "five connections in a row were closed at the same SUBSCRIBE or PUBLISH (exit status 6), "
         "or ended by it over the same wrong packet of the broker's (7), and the broker has "
         "answered no SUBSCRIBE and no PUBLISH before; with it, \"unlimited\" too, the attempts go "
         "on.",
     .assign = assign_attempts},
    {.name = "retry-connect",
     .group = Group::reconnect,
     .help = "repeat a first connection that failed, too",
     .assign = [](Settings& settings, Values) -> Status {
       settings.plan.retry_first_connect = true;
       return {};
     }},
}};

}  // namespace

Specs session_specs() {
  return session_table;
}
Specs reconnect_specs() {
  return reconnect_table;
}

}  // namespace mqtt_toolbox::options
