#include <doctest/doctest.h>

#include "unit/options/fixture.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::options;
using protocol::PropertyId;
using protocol::Version;

namespace {

std::string error_of(std::initializer_list<std::string_view> arguments) {
  Run run;
  run(arguments);
  CHECK((run.error.empty() || run.code == ExitCode::usage));
  return run.error;
}

bool uses_tls(std::initializer_list<std::string_view> arguments,
              std::vector<std::string> environment = {}) {
  Run run;
  run.environment = std::move(environment);
  run(arguments);
  CHECK(run.error == "");
  return transport_of(run).tls.has_value();
}

std::optional<Version> version_of(std::initializer_list<std::string_view> arguments) {
  Run run;
  run(arguments);
  CHECK(run.error == "");
  return run.settings.plan.version;
}

int port_of(std::initializer_list<std::string_view> arguments) {
  Run run;
  run(arguments);
  CHECK(run.error == "");
  return transport_of(run).port;
}

}  // namespace

TEST_CASE("default ports") {
  CHECK(port_of({}) == 1883);
  CHECK(port_of({"--tls"}) == 8883);
  CHECK(port_of({"--cafile", "f"}) == 8883);
  CHECK(port_of({"--ws"}) == 80);
  CHECK(port_of({"--ws", "--tls"}) == 443);
  CHECK(port_of({"-L", "mqtt://h"}) == 1883);
  CHECK(port_of({"-L", "mqtts://h"}) == 8883);
  CHECK(port_of({"-L", "ws://h"}) == 80);
  CHECK(port_of({"-L", "wss://h"}) == 443);
  CHECK(port_of({"-L", "wss://h", "-p", "7"}) == 7);
}

TEST_CASE("what implies TLS on the command line") {
  CHECK_FALSE(uses_tls({}));
  CHECK(uses_tls({"--tls"}));
  CHECK(uses_tls({"--cafile", "f"}));
  CHECK(uses_tls({"--capath", "d"}));
  CHECK(uses_tls({"--cert", "c", "--key", "k"}));
  CHECK(uses_tls({"--psk", "ab", "--psk-identity", "i"}));
  CHECK(uses_tls({"--tls-use-os-certs"}));
  CHECK(uses_tls({"-p", "8883"}));
  CHECK(uses_tls({"-L", "mqtt://h", "--cafile", "f"}));
  CHECK_FALSE(uses_tls({"--no-tls", "--cafile", "f"}));
  CHECK_FALSE(uses_tls({"--no-tls", "-p", "8883"}));
  CHECK_FALSE(uses_tls({"--no-tls", "-L", "mqtts://h"}));
}

TEST_CASE("port 8883 is TLS whatever the scheme, but for --no-tls beside or above it") {
  CHECK(uses_tls({"-L", "mqtt://u:p@h:8883"}));
  CHECK(uses_tls({"-p", "8883"}, {"MQTT_URL=mqtt://u:p@h"}));
  CHECK(uses_tls({"-L", "mqtt://h", "-p", "8883"}));
  CHECK(uses_tls({}, {"MQTT_TOOLBOX_PORT=8883", "MQTT_URL=mqtt://h"}));
  CHECK_FALSE(uses_tls({"-L", "mqtt://h", "-p", "8884"}));
  CHECK_FALSE(uses_tls({"-L", "mqtt://h:8883", "-p", "1883"}));
  CHECK_FALSE(uses_tls({"-L", "mqtt://h:8883", "--no-tls"}));
  CHECK_FALSE(uses_tls({"--no-tls"}, {"MQTT_URL=mqtt://h:8883"}));
  CHECK_FALSE(uses_tls({}, {"MQTT_URL=mqtt://h:8883", "MQTT_TOOLBOX_TLS=no"}));
  CHECK(uses_tls({"-p", "8883"}, {"MQTT_URL=mqtt://h", "MQTT_TOOLBOX_TLS=no"}));
  CHECK(port_of({"-L", "mqtt://h:8883"}) == 8883);
}

TEST_CASE("ws:// on port 8883 is refused, and what makes it sound is not") {
  const std::string refusal = error_of({"-L", "ws://u:p@h:8883/mqtt"});
  CHECK(refusal ==
        "port 8883 is for TLS, and ws:// is without it; write wss://, or give --no-tls when the "
        "broker has no TLS there");
  CHECK(error_of({"-L", "ws://h", "-p", "8883"}) == refusal);
  CHECK_FALSE(uses_tls({"-L", "ws://h:8883", "--no-tls"}));
  CHECK(uses_tls({"-L", "ws://h:8883", "--tls"}));
  CHECK(uses_tls({"-L", "wss://h:8883"}));
  CHECK(uses_tls({"--ws", "-p", "8883"}));
}

TEST_CASE("options that are of use with TLS only imply it") {
  const std::vector<std::vector<std::string_view>> options{
      {"--tls-alpn", "mqtt"},          {"--insecure"},
      {"--server-name", "n"},          {"--tls-version", "1.3"},
      {"--ciphers", "HIGH"},           {"--tls-keylog", "f"},
      {"--key-password", "k"},         {"--key-password-env", "KEY"},
      {"--key-password-command", "c"}, {"--key-password-prompt"}};
  for (const auto& option : options) {
    INFO(option[0]);
    const auto tls_with = [&](std::vector<std::string_view> rest, bool& refused) {
      rest.insert(rest.end(), option.begin(), option.end());
      Run run;
      run.environment = {"KEY=k"};
      run.with_arguments(rest);
      refused = run.code == ExitCode::usage &&
                run.error.starts_with(std::string(option[0]) + " is of use with TLS only, ");
      CHECK((refused || run.error.empty()));
      return transport_of(run).tls.has_value();
    };
    bool refused = false;
    CHECK(tls_with({}, refused));
    CHECK(tls_with({"-h", "h"}, refused));
    CHECK(tls_with({"-L", "mqtts://h"}, refused));
    CHECK(tls_with({"-L", "mqtt://h:8883"}, refused));
    CHECK(tls_with({"-L", "mqtt://h", "--cafile", "f"}, refused));
    for (std::vector<std::string_view> plain :
         {std::vector<std::string_view>{"-L", "mqtt://h"}, {"-L", "ws://h"}, {"--no-tls"}}) {
      CHECK_FALSE(tls_with(plain, refused));
      CHECK(refused);
    }
  }
}

TEST_CASE("such an option counts in the layer that names the broker, and above it") {
  const std::string insecure = "MQTT_TOOLBOX_INSECURE=yes";
  CHECK(uses_tls({}, {insecure}));
  CHECK(uses_tls({}, {insecure, "MQTT_TOOLBOX_HOST=h"}));
  CHECK_FALSE(uses_tls({"-h", "other"}, {insecure}));
  CHECK_FALSE(uses_tls({"-L", "mqtt://other"}, {insecure}));
  CHECK_FALSE(uses_tls({"--no-tls"}, {insecure, "MQTT_TOOLBOX_HOST=h"}));
  CHECK(uses_tls({"--insecure"}, {"MQTT_TOOLBOX_HOST=h"}));
  Run above;
  above.with_environment("MQTT_URL=mqtt://u:p@h")({"--insecure"});
  CHECK(above.error ==
        "--insecure is of use with TLS only, and mqtt:// is without; write mqtts://, or leave out "
        "the option");
  Run beside;
  beside.with_environment("MQTT_URL=ws://u:p@h").with_environment(insecure)({});
  CHECK(beside.error ==
        "MQTT_TOOLBOX_INSECURE is of use with TLS only, and ws:// is without; write wss://, or "
        "leave out the option");
  Run configuration;
  configuration.with_configuration("host = 'h'\ninsecure = true\n[profile.lab]\nhost = 'lab'\n");
  configuration({"--profile", "lab"});
  CHECK_FALSE(transport_of(configuration).tls.has_value());
}

TEST_CASE("a certificate authority above --no-tls turns TLS on again") {
  CHECK(uses_tls({"--cafile", "f"}, {"MQTT_TOOLBOX_TLS=no"}));
  CHECK_FALSE(uses_tls({}, {"MQTT_TOOLBOX_TLS=no", "MQTT_TOOLBOX_CAFILE=f"}));
  CHECK_FALSE(uses_tls({"--no-tls"}, {"MQTT_TOOLBOX_CAFILE=f"}));
}

TEST_CASE("a certificate authority in the environment does not decide for another layer's broker") {
  const std::string ca = "MQTT_TOOLBOX_CAFILE=f";
  CHECK(uses_tls({}, {ca}));
  CHECK_FALSE(uses_tls({"-h", "other"}, {ca}));
  CHECK_FALSE(uses_tls({}, {ca, "MQTT_URL=mqtt://h"}));
  CHECK(uses_tls({}, {ca, "MQTT_URL=mqtts://h"}));
  CHECK(uses_tls({}, {ca, "MQTT_TOOLBOX_HOST=h"}));
  CHECK(uses_tls({"--cafile", "f"}, {"MQTT_URL=mqtt://h"}));
  Run run;
  run.with_environment(ca)({"-L", "mqtts://other"});
  CHECK(transport_of(run).tls->ca_file == "f");
}

TEST_CASE("--insecure says so once, where there is TLS") {
  Run insecure;
  insecure({"--insecure"});
  REQUIRE(insecure.settings.warnings.size() == 1);
  CHECK(insecure.settings.warnings[0].starts_with("--insecure: "));
  Run plain;
  plain.with_environment("MQTT_TOOLBOX_INSECURE=yes")({"-h", "other"});
  CHECK(plain.settings.warnings.empty());
}

TEST_CASE("a URL in the place of a host names -L, and shows no password") {
  CHECK(error_of({"-h", "mqtt://u:hunter2@h"}) ==
        "--host: this is a URL, not the name of a host; give it with -L");
}

TEST_CASE("WebSocket: by scheme, by switch, by its options") {
  Run scheme;
  scheme({"-L", "ws://h/path"});
  CHECK(transport_of(scheme).websocket->path == "/path");
  Run options;
  options({"--ws-header", "X-A:  b ", "--ws-header", "X-C: d", "--ws-subprotocol", "mqttv3.1"});
  REQUIRE(transport_of(options).websocket.has_value());
  const transport::WebSocketSettings& websocket = *transport_of(options).websocket;
  CHECK(websocket.path == "/mqtt");
  CHECK(websocket.subprotocol == "mqttv3.1");
  REQUIRE(websocket.headers.size() == 2);
  CHECK(websocket.headers[0] == std::pair<std::string, std::string>("X-A", "b"));
  CHECK(error_of({"--ws-header", "no colon"}) == "--ws-header: a header is written NAME: VALUE");
  CHECK(error_of({"--ws-header", "A: b\r\nC: d"}) == "--ws-header: a header is one line");
  CHECK(error_of({"--ws-path", "mqtt"}) == "--ws-path: a WebSocket path starts with a slash");
}

TEST_CASE("pairs and alternatives of TLS") {
  CHECK(error_of({"--cert", "c"}) == "--cert needs --key");
  CHECK(error_of({"--key", "k"}) == "--key needs --cert");
  CHECK(error_of({"--psk", "ab"}) == "--psk needs --psk-identity");
  CHECK(error_of({"--psk-identity", "i"}) == "--psk-identity needs --psk");
  CHECK(error_of({"--psk", "0xab", "--psk-identity", "i"}) ==
        "--psk: a pre-shared key is hexadecimal, without 0x");
  CHECK(error_of({"--psk", "ab", "--psk-identity", "i", "--cafile", "f"}) ==
        "--psk and --cafile or --capath exclude each other");
  Run layered;
  layered.with_environment("MQTT_TOOLBOX_CAFILE=f")({"--psk", "ab", "--psk-identity", "i"});
  CHECK(layered.error == "");
  CHECK(transport_of(layered).tls->ca_file == "");
}

TEST_CASE("ciphers go to the list of their version") {
  Run run;
  run({"--tls", "--ciphers", "TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256:HIGH"});
  CHECK(transport_of(run).tls->ciphersuites == "TLS_AES_128_GCM_SHA256");
  CHECK(transport_of(run).tls->ciphers == "ECDHE-RSA-AES128-GCM-SHA256:HIGH");
}

TEST_CASE("versions") {
  CHECK_FALSE(version_of({}).has_value());
  CHECK_FALSE(version_of({"-V", "auto"}).has_value());
  CHECK(version_of({"-V", "31"}) == Version::v31);
  CHECK(version_of({"-V", "mqttv31"}) == Version::v31);
  CHECK(version_of({"-V", "311"}) == Version::v311);
  CHECK(version_of({"-V", "mqttv311"}) == Version::v311);
  CHECK(version_of({"-V", "5"}) == Version::v5);
  CHECK(version_of({"-V", "mqttv5"}) == Version::v5);
}

TEST_CASE("an option that only 5.0 has chooses 5.0") {
  each_spec(probe_tool, [](const Spec& spec) {
    if (!spec.v5) return;
    INFO(spec.name);
    if (spec.kind == Kind::property) return;
    const std::string option = "--" + std::string(spec.name);
    const std::string value = spec.value_name == "KEY=VALUE" ? "a=b" : "1";
    CHECK(version_of({option, value, "--will-topic", "t"}) == Version::v5);
    const std::string error = error_of({option, value, "--will-topic", "t", "-V", "311"});
    CHECK(error == option + " needs MQTT 5.0, but --protocol-version says 3.1.1");
  });
  CHECK(version_of({"-D", "publish", "content-type", "x"}) == Version::v5);
}

TEST_CASE("version and 5.0 options in different layers: the higher one decides") {
  Run option_above;
  option_above.with_environment("MQTT_TOOLBOX_PROTOCOL_VERSION=311")({"--content-type", "x"});
  CHECK(option_above.settings.plan.version == Version::v5);
  Run version_above;
  version_above.with_environment("MQTT_TOOLBOX_CONTENT_TYPE=x")({"-V", "311"});
  CHECK(version_above.error == "");
  CHECK(version_above.settings.plan.version == Version::v311);
  CHECK(version_above.settings.publish_properties.empty());
}

TEST_CASE("a password without a user") {
  CHECK(error_of({"-P", "x", "-V", "311"}) ==
        "a password without --username needs MQTT 5.0, but --protocol-version says 3.1.1");
  Run automatic;
  automatic({"-P", "x"});
  CHECK(automatic.settings.plan.password == "x");
  CHECK(automatic.settings.plan.version == Version::v5);
}

TEST_CASE("client identifiers") {
  Run prefix;
  prefix({"-I", "pre-"});
  CHECK(prefix.settings.plan.client_identifier == "pre-4711");
  Run id;
  id({"-i", "me"});
  CHECK(id.settings.plan.client_identifier == "me");
  CHECK(error_of({"-i", "a\xff"}).starts_with("the client identifier: "));
}

TEST_CASE("a session that never expires has a name to find it by") {
  const std::string refusal =
      "a session that never expires needs --id, to find it again; give it, or a number of seconds "
      "to --session-expiry-interval";
  for (std::string_view never : {"-1", "4294967295", "infinity", "\xE2\x88\x9E"}) {
    INFO(never);
    CHECK(error_of({"-x", never}) == refusal);
    CHECK(error_of({"-x", never, "-i", ""}) == refusal);
    CHECK(error_of({"-x", never, "-I", "pre-"}) == refusal);
    CHECK(error_of({"-D", "connect", "session-expiry-interval", never}) == refusal);
    CHECK(error_of({"-x", "60", "-D", "disconnect", "session-expiry-interval", never}) == refusal);
    CHECK(error_of({"-x", never, "-i", "me"}) == "");
  }
  CHECK(error_of({"-x", "4294967294"}) == "");
  Run environment;
  environment.with_environment("MQTT_TOOLBOX_SESSION_EXPIRY_INTERVAL=-1")({});
  CHECK(environment.error == refusal);
}

TEST_CASE("kept sessions") {
  CHECK(error_of({"-c"}) == "--disable-clean-session needs --id, to find the session again");
  CHECK(error_of({"-c", "-I", "pre-"}) == error_of({"-c"}));
  const auto expiry = [](const Run& run) {
    return run.settings.plan.session.connect_properties.view().number(
        PropertyId::session_expiry_interval);
  };
  Run kept;
  kept({"-c", "-i", "me"});
  CHECK_FALSE(kept.settings.plan.session.clean_start);
  CHECK(kept.settings.plan.session.resume);
  CHECK(expiry(kept) == 0xFFFFFFFF);
  CHECK_FALSE(kept.settings.plan.version.has_value());
  Run limited;
  limited({"-c", "-i", "me", "-x", "60"});
  CHECK(expiry(limited) == 60);
  CHECK(limited.settings.plan.version == Version::v5);
  Run resumed;
  resumed({"-x", "60"});
  CHECK(resumed.settings.plan.session.clean_start);
  CHECK(resumed.settings.plan.session.resume);
  for (std::string_view never : {"-1", "\xE2\x88\x9E", "infinity", "4294967295"}) {
    Run run;
    run({"-x", never});
    CHECK(expiry(run) == 0xFFFFFFFF);
  }
  CHECK_FALSE(error_of({"-x", "-2"}).empty());
  CHECK_FALSE(error_of({"-x", "4294967296"}).empty());
}

TEST_CASE("falling back after silence is off where a second connection could do harm") {
  const auto falls_back = [](std::initializer_list<std::string_view> arguments) {
    Run run;
    run(arguments);
    CHECK(run.error == "");
    return run.settings.plan.fall_back_after_silence;
  };
  CHECK(falls_back({"-k", "5"}));
  CHECK_FALSE(falls_back({"-i", "a"}));
  CHECK_FALSE(falls_back({"-I", "a"}));
  CHECK_FALSE(falls_back({"-i", "a", "-c"}));
  CHECK_FALSE(falls_back({"--will-topic", "t"}));
  CHECK_FALSE(falls_back({"--content-type", "t"}));
}

TEST_CASE("wills") {
  CHECK(error_of({"--will-payload", "x"}) == "--will-payload needs --will-topic");
  CHECK(error_of({"--will-qos", "1"}) == "--will-qos needs --will-topic");
  CHECK(error_of({"--will-retain"}) == "--will-retain needs --will-topic");
  CHECK(error_of({"--will-delay-interval", "1"}) == "--will-delay-interval needs --will-topic");
  CHECK(error_of({"-D", "will", "content-type", "x"}) == "--property will needs --will-topic");
  CHECK(error_of({"--will-topic", "a/#"}).starts_with("--will-topic: "));
  CHECK_FALSE(error_of({"--will-topic", "t", "--will-qos", "3"}).empty());
  CHECK_FALSE(error_of({"--will-topic", "t", "--will-payload", std::string(65536, 'x')}).empty());
  Run run;
  run({"--will-topic", "t", "--will-payload", "p", "--will-qos", "2", "--will-retain",
       "--will-delay-interval", "5"});
  REQUIRE(run.settings.plan.session.will.has_value());
  const session::WillSettings& will = *run.settings.plan.session.will;
  CHECK(will.topic == "t");
  CHECK(will.payload == "p");
  CHECK(will.qos == protocol::Qos::exactly_once);
  CHECK(will.retain);
  CHECK(will.properties.view().number(PropertyId::will_delay_interval) == 5);
}

TEST_CASE("reconnecting") {
  Run off;
  off({"--no-reconnect"});
  CHECK(off.settings.plan.reconnect.attempts == 0);
  Run some;
  some({"--reconnect-attempts", "3", "--reconnect-delay", "1m"});
  CHECK(some.settings.plan.reconnect.attempts == 3);
  CHECK(some.settings.plan.reconnect.initial == std::chrono::minutes(1));
  CHECK(some.settings.plan.reconnect.maximum == std::chrono::minutes(1));
  CHECK(error_of({"--reconnect-delay", "2", "--reconnect-delay-max", "1"}) ==
        "--reconnect-delay is longer than --reconnect-delay-max");
  CHECK(error_of({"--reconnect-attempts", "unlimited"}) == "");
}

TEST_CASE("connection") {
  Run run;
  run({"--proxy", "socks5h://ann:pw@p", "--connect-timeout", "2", "-k", "0", "-M", "5", "-A",
       "10.0.0.1", "--no-nodelay", "--inflight-bytes", "1M", "--unix", "/s"});
  CHECK(run.error == "");
  CHECK(transport_of(run).proxy->password == "pw");
  CHECK(transport_of(run).timeouts.tls == std::chrono::seconds(2));
  CHECK(run.settings.plan.connack_timeout == std::chrono::seconds(2));
  CHECK(run.settings.plan.session.keep_alive == 0);
  CHECK(run.settings.plan.session.inflight_messages == 5);
  CHECK(run.settings.plan.session.inflight_bytes == 1u << 20);
  CHECK(transport_of(run).bind_address == "10.0.0.1");
  CHECK_FALSE(transport_of(run).no_delay);
  CHECK(transport_of(run).unix_path == "/s");
  Run brackets;
  brackets({"-h", "[::1]"});
  CHECK(transport_of(brackets).host == "::1");
  CHECK_FALSE(error_of({"--connect-timeout", "0"}).empty());
  CHECK_FALSE(error_of({"-M", "0"}).empty());
  CHECK_FALSE(error_of({"-k", "65536"}).empty());
  CHECK_FALSE(error_of({"-h", ""}).empty());
  CHECK_FALSE(error_of({"--engine", "other"}).empty());
  Run engine;
  CHECK(engine.settings.plan.engine == client::Engine::native);
  engine({"--engine", "paho"});
  CHECK(engine.settings.plan.engine == client::Engine::paho);
}
