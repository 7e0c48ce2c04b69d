#include "options/finish.hpp"

#include <array>
#include <initializer_list>

#include "protocol/topic.hpp"

namespace mqtt_toolbox::options {
namespace {

tl::unexpected<Error> wrong(std::string text) {
  return fail(ExitCode::usage, std::move(text));
}

Layer layer_of(const Settings& settings, std::string_view name) {
  const Given* given = settings.find(name);
  return given == nullptr ? Layer::fallback : given->origin.layer;
}

Layer broker_layer(const Settings& settings) {
  return std::max(layer_of(settings, "host"), layer_of(settings, "unix"));
}

/// A switch that other options imply. Said singly, it decides; then come the implications of argv,
/// as in mosquitto; then the URL's scheme; then the implications of the layer that named the
/// broker, or a higher one: a certificate authority in the environment does not turn another
/// broker's TLS on.
bool decide(const Settings& settings, std::string_view name, std::optional<bool> said,
            std::initializer_list<std::string_view> implying) {
  const Given* given = settings.find(name);
  if (given != nullptr && !given->origin.from_url) return *said;
  Layer implied = Layer::fallback;
  for (std::string_view option : implying) {
    const Given* found = settings.find(option);
    if (found != nullptr && !found->origin.from_url)
      implied = std::max(implied, found->origin.layer);
  }
  if (implied == Layer::flag) return true;
  if (given != nullptr) return *said;
  return implied != Layer::fallback && implied >= broker_layer(settings);
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
  const bool websocket =
      decide(settings, "ws", draft.use_websocket, {"ws-path", "ws-header", "ws-subprotocol"});
  bool tls = decide(settings, "tls", draft.use_tls,
                    {"cafile", "capath", "cert", "psk", "tls-use-os-certs"});
  if (!settings.given("tls") && draft.port == 8883) tls = true;
  if (tls) transport.tls = draft.tls;
  if (websocket) transport.websocket = draft.websocket;
  const int default_port = websocket ? (tls ? 443 : 80) : (tls ? 8883 : 1883);
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
  if (!plan.password || plan.username) return {};
  // Before 5.0 a password needs a user name (MQTT 3.1.1 section 3.1.2.9).
  if (older)
    return wrong("a password without --username needs MQTT 5.0, but --protocol-version says " +
                 std::string(protocol::name(*plan.version)));
  plan.version = protocol::Version::v5;
  return {};
}

std::optional<std::uint32_t> session_expiry(const Settings& settings) {
  return settings.plan.session.connect_properties.view().number(
      protocol::PropertyId::session_expiry_interval);
}

Status finish_session(Settings& settings, Outside& outside) {
  client::ConnectPlan& plan = settings.plan;
  const Draft& draft = settings.draft;
  if (settings.given("id-prefix"))
    plan.client_identifier = draft.client_identifier_prefix + std::to_string(outside.process_id());
  if (auto checked = protocol::check_string(plan.client_identifier); !checked)
    return wrong("the client identifier: " + protocol::describe(checked.error()));
  if (draft.kept_session && (plan.client_identifier.empty() || settings.given("id-prefix")))
    return wrong("--disable-clean-session needs --id, to find the session again");
  plan.session.clean_start = !draft.kept_session;
  if (draft.kept_session && !session_expiry(settings)) {
    constexpr std::uint32_t never_expires = 0xFFFFFFFF;
    plan.session.connect_properties.set(protocol::PropertyId::session_expiry_interval,
                                        never_expires);
  }
  plan.session.resume = draft.kept_session || session_expiry(settings).value_or(0) > 0;
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
