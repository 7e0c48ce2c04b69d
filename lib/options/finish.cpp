#include "options/finish.hpp"

#include "options/implied.hpp"
#include "protocol/topic.hpp"

namespace mqtt_toolbox::options {
namespace {

tl::unexpected<Error> wrong(std::string text) {
  return fail(ExitCode::usage, std::move(text));
}

std::string missing(std::string_view option, std::string_view partner) {
  return "--" + std::string(option) + " needs --" + std::string(partner);
}

/// Two options that are of use together only.
Status check_pair(const Settings& settings, std::string_view one, std::string_view other) {
  if (settings.given(one) && !settings.given(other)) return wrong(missing(one, other));
  if (settings.given(other) && !settings.given(one)) return wrong(missing(other, one));
  return {};
}

/// A pre-shared key takes the place of certificates; the higher layer wins.
Status settle_psk(Settings& settings) {
  transport::TlsSettings& tls = settings.draft.tls;
  const Layer psk = layer_of(settings, "psk");
  const Layer ca = std::max(layer_of(settings, "cafile"), layer_of(settings, "capath"));
  if (psk == Layer::fallback || ca == Layer::fallback) return {};
  if (psk == ca) return wrong("--psk and --cafile or --capath exclude each other");
  if (psk < ca) {
    tls.psk.clear();
    tls.psk_identity.clear();
  } else {
    tls.ca_file.clear();
    tls.ca_path.clear();
  }
  return {};
}

Status finish_transport(Settings& settings) {
  Draft& draft = settings.draft;
  transport::ConnectSettings& transport = settings.plan.transport;
  if (auto status = check_pair(settings, "cert", "key"); !status) return status;
  if (auto status = check_pair(settings, "psk", "psk-identity"); !status) return status;
  if (auto status = settle_psk(settings); !status) return status;
  const bool websocket = uses_websocket(settings);
  const auto tls = uses_tls(settings);
  if (!tls) return tl::unexpected<Error>(tls.error());
  if (*tls) transport.tls = draft.tls;
  if (*tls && draft.tls.insecure)
    settings.warnings.emplace_back(
        "--insecure: whether the certificate is for the broker's name is not verified");
  if (websocket) transport.websocket = draft.websocket;
  const int default_port = websocket ? (*tls ? 443 : 80) : (*tls ? 8883 : 1883);
  transport.port = draft.port.value_or(static_cast<std::uint16_t>(default_port));
  return {};
}

const Given* first_v5_option(const Settings& settings) {
  for (const Given& given : settings.record)
    if (given.spec->v5) return &given;
  return nullptr;
}

/// An option that only 5.0 has chooses 5.0, unless its own layer named an older version.
Status finish_version(Settings& settings) {
  client::ConnectPlan& plan = settings.plan;
  const bool older = plan.version && *plan.version != protocol::Version::v5;
  const Given* v5 = first_v5_option(settings);
  if (v5 != nullptr && older && v5->origin.layer <= layer_of(settings, "protocol-version"))
    return wrong("--" + std::string(v5->spec->name) + " needs MQTT 5.0, but --protocol-version " +
                 "says " + std::string(protocol::name(*plan.version)));
  if (v5 != nullptr) plan.version = protocol::Version::v5;
  const bool has_password =
      plan.password || settings.draft.password.kind == SecretSource::Kind::command;
  if (!has_password || plan.username) return {};
  // Before 5.0 a password needs a user name (MQTT 3.1.1 section 3.1.2.9).
  if (older)
    return wrong("a password without --username needs MQTT 5.0, but --protocol-version says " +
                 std::string(protocol::name(*plan.version)));
  plan.version = protocol::Version::v5;
  return {};
}

/// MQTT 5.0 section 3.1.2.11.2: the session does not expire.
constexpr std::uint32_t endless_session = 0xFFFFFFFF;

std::optional<std::uint32_t> session_expiry(const protocol::PropertyList& properties) {
  return properties.view().number(protocol::PropertyId::session_expiry_interval);
}

/// Under a client identifier that changes with each run nobody would find the session again. The
/// store of mqtt-pub remembers its own.
Status check_session_is_found(const Settings& settings) {
  const client::ConnectPlan& plan = settings.plan;
  if (!plan.client_identifier.empty() && !settings.given("id-prefix")) return {};
  if (settings.draft.kept_session)
    return wrong("--disable-clean-session needs --id, to find the session again");
  const bool never_expires = session_expiry(plan.session.connect_properties) == endless_session ||
                             session_expiry(plan.disconnect_properties) == endless_session;
  if (never_expires && !settings.given("store"))
    return wrong(
        "a session that never expires needs --id, to find it again; give it, or a number "
        "of seconds to --session-expiry-interval");
  return {};
}

Status finish_session(Settings& settings, Outside& outside) {
  client::ConnectPlan& plan = settings.plan;
  const Draft& draft = settings.draft;
  if (settings.given("id-prefix"))
    plan.client_identifier = draft.client_identifier_prefix + std::to_string(outside.process_id());
  if (auto checked = protocol::check_string(plan.client_identifier); !checked)
    return wrong("the client identifier: " + protocol::describe(checked.error()));
  if (auto status = check_session_is_found(settings); !status) return status;
  plan.session.clean_start = !draft.kept_session;
  protocol::PropertyList& properties = plan.session.connect_properties;
  const auto size = protocol::PropertyId::maximum_packet_size;
  if (settings.given("max-message-size") && !properties.view().number(size))
    properties.set(size, plan.session.largest_packet);
  if (draft.kept_session && !session_expiry(properties))
    properties.set(protocol::PropertyId::session_expiry_interval, endless_session);
  plan.session.resume = draft.kept_session || session_expiry(properties).value_or(0) > 0;
  return {};
}

Status finish_will(Settings& settings) {
  session::WillSettings& will = settings.draft.will;
  if (!settings.given("will-topic")) {
    for (const Given& given : settings.record)
      if (given.spec->group == Group::will) return wrong(missing(given.spec->name, "will-topic"));
    if (!will.properties.empty()) return wrong(missing("property will", "will-topic"));
    return {};
  }
  if (auto checked = protocol::check_topic_name(will.topic); !checked)
    return wrong("--will-topic: " + protocol::describe(checked.error()));
  if (will.payload.size() > protocol::maximum_string_bytes)
    return wrong("--will-payload: a will has at most 65535 bytes");
  settings.plan.session.will = will;
  return {};
}

Status finish_reconnect(Settings& settings) {
  session::BackoffSettings& backoff = settings.plan.reconnect;
  if (settings.draft.no_reconnect) backoff.attempts = 0;
  // Who says how often to try wants it tried so often, whatever the connections end at.
  if (settings.given("reconnect-attempts"))
    settings.plan.ends_at_same_packet = session::BackoffSettings::unlimited;
  if (backoff.initial <= backoff.maximum) return {};
  if (settings.given("reconnect-delay") && settings.given("reconnect-delay-max"))
    return wrong("--reconnect-delay is longer than --reconnect-delay-max");
  if (settings.given("reconnect-delay"))
    backoff.maximum = backoff.initial;
  else
    backoff.initial = backoff.maximum;
  return {};
}

/// Silence may be a broker that does not know 5.0; but when something depends on this connection, a
/// second one in another version could do harm.
void finish_fallback(Settings& settings) {
  client::ConnectPlan& plan = settings.plan;
  plan.fall_back_after_silence = !plan.version && !plan.session.will &&
                                 plan.client_identifier.empty() && plan.session.clean_start;
}

}  // namespace

Status finish(Settings& settings, Outside& outside) {
  return finish_transport(settings)
      .and_then([&] { return finish_version(settings); })
      .and_then([&] { return finish_session(settings, outside); })
      .and_then([&] { return finish_will(settings); })
      .and_then([&] { return finish_reconnect(settings); })
      .map([&] { finish_fallback(settings); });
}

}  // namespace mqtt_toolbox::options
