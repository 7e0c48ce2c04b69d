#include "client/session_use.hpp"

namespace mqtt_toolbox::client {

using protocol::PropertyId;
using protocol::Version;

namespace {
/// Seconds: long enough for a broker to restart, short enough to burden nobody after a crash.
constexpr std::uint32_t stream_session_expiry = 300;
/// MQTT 5.0 section 3.1.2.11.2.
constexpr std::uint32_t never_expires = 0xFFFFFFFF;
}  // namespace

session::Settings settings_for(const ConnectPlan& plan, Version version) {
  session::Settings settings = plan.session;
  if (plan.session_use == SessionUse::as_given) return settings;
  const bool is_durable = plan.session_use == SessionUse::durable;
  settings.resume = true;
  settings.clean_start = version == Version::v5 && !is_durable;
  // The interval is a valid value for CONNECT, so that setting it cannot fail.
  (void)settings.connect_properties.set(PropertyId::session_expiry_interval,
                                        is_durable ? never_expires : stream_session_expiry);
  return settings;
}

session::Settings settings_to_clear(const ConnectPlan& plan) {
  session::Settings settings = plan.session;
  settings.clean_start = true;
  settings.resume = false;
  settings.will.reset();
  return settings;
}

bool needs_identifier(Version version, const session::Settings& settings) {
  return version == Version::v31 || (version == Version::v311 && !settings.clean_start);
}

std::string make_identifier(Random& random) {
  return "mqtt-toolbox-" + random_name(random, 10);
}

bool session_ends(const ConnectPlan& plan, std::size_t inflight) {
  switch (plan.session_use) {
    case SessionUse::as_given: return false;
    case SessionUse::for_stream: return true;
    case SessionUse::durable: return inflight == 0;
  }
  return false;
}

protocol::PropertyList disconnect_properties(bool ends_session, const protocol::Properties& given) {
  protocol::PropertyList list(protocol::PropertyPlace::disconnect);
  // Properties have been validated when they were made.
  for (const protocol::Property& property : given) (void)list.add(property);
  if (ends_session) (void)list.set(PropertyId::session_expiry_interval, 0);
  return list;
}

}  // namespace mqtt_toolbox::client
