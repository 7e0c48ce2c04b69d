#include "client/session_use.hpp"

namespace mqtt_toolbox::client {

using protocol::PropertyId;
using protocol::Version;

namespace {
/// Seconds: long enough for a broker to restart, short enough to burden nobody after a crash.
constexpr std::uint32_t stream_session_expiry = 300;
}  // namespace

session::Settings settings_for(const ConnectPlan& plan, Version version) {
  session::Settings settings = plan.session;
  if (plan.session_use != SessionUse::for_stream) return settings;
  settings.resume = true;
  settings.clean_start = version == Version::v5;
  // The interval is a valid value for CONNECT, so that setting it cannot fail.
  (void)settings.connect_properties.set(PropertyId::session_expiry_interval, stream_session_expiry);
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
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz234567";
  std::string identifier = "mqtt-toolbox-";
  std::uint64_t bits = random();
  for (int i = 0; i < 10; ++i, bits >>= 5) identifier += letters[bits % letters.size()];
  return identifier;
}

protocol::PropertyList disconnect_properties(const ConnectPlan& plan,
                                             const protocol::Properties& given) {
  protocol::PropertyList list(protocol::PropertyPlace::disconnect);
  // Properties have been validated when they were made.
  for (const protocol::Property& property : given) (void)list.add(property);
  if (plan.session_use == SessionUse::for_stream) {
    (void)list.set(PropertyId::session_expiry_interval, 0);
  }
  return list;
}

bool must_be_cleared(const ConnectPlan& plan, Version version) {
  return plan.session_use == SessionUse::for_stream && version != Version::v5;
}

}  // namespace mqtt_toolbox::client
