#include "options/show.hpp"

#include <doctest/doctest.h>

#include "unit/options/fixture.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::options;

namespace {

/// The line of one option, blanks squeezed.
std::string line_of(const std::string& table, const std::string& option) {
  std::size_t start = table.starts_with(option + " ") ? 0 : table.find("\n" + option + " ");
  if (start == std::string::npos) return {};
  if (table[start] == '\n') ++start;
  std::string squeezed;
  for (char letter : table.substr(start, table.find('\n', start) - start))
    if (letter != ' ' || !squeezed.ends_with(' ')) squeezed += letter;
  return squeezed;
}

}  // namespace

TEST_CASE("every setting with its origin") {
  Run run;
  run.with_configuration("keepalive = 7\n[profile.lab]\nbind-address = '10.0.0.1'\n")
      .with_environment("MQTT_URL=mqtts://ann:hunter2@h:99/t")
      .with_environment("MQTT_TOOLBOX_CIPHERS=HIGH");
  run({"--profile", "lab", "--show-settings", "-t", "a", "-t", "b\x1b", "--no-nodelay", "-D",
       "connect", "authentication-data", "hunter2", "-D", "publish", "content-type", "x",
       "--trace"});
  CHECK(run.error == "");
  const std::string file = "configuration /home/ann/.config/mqtt-toolbox/config.toml, ";
  CHECK(line_of(run.answer, "keepalive") == "keepalive 7 " + file + "keepalive");
  CHECK(line_of(run.answer, "bind-address") ==
        "bind-address 10.0.0.1 " + file + "[profile.lab] bind-address");
  CHECK(line_of(run.answer, "host") == "host h environment URL in MQTT_URL");
  CHECK(line_of(run.answer, "port") == "port 99 environment URL in MQTT_URL");
  CHECK(line_of(run.answer, "tls") == "tls on environment URL in MQTT_URL");
  CHECK(line_of(run.answer, "password") == "password *** environment URL in MQTT_URL");
  CHECK(line_of(run.answer, "url") == "url mqtts://ann:***@h:99/t environment MQTT_URL");
  CHECK(line_of(run.answer, "ciphers") == "ciphers HIGH environment MQTT_TOOLBOX_CIPHERS");
  CHECK(line_of(run.answer, "topic") == "topic a, b\\x1b flag --topic");
  CHECK(line_of(run.answer, "nodelay") == "nodelay off flag --nodelay");
  CHECK(line_of(run.answer, "trace") == "trace text flag --trace");
  CHECK(line_of(run.answer, "property") ==
        "property connect authentication-data ***, "
        "publish content-type x flag --property");
  CHECK(line_of(run.answer, "engine") == "engine native default");
  CHECK(line_of(run.answer, "retain") == "retain off default");
  CHECK(line_of(run.answer, "cert") == "cert - default");
  CHECK(run.answer.find("hunter2") == std::string::npos);
}

TEST_CASE("no secret of any kind is shown") {
  Run run;
  run({"--show-settings", "-P", "hunter2", "--psk", "aabb", "--psk-identity", "i", "--key-password",
       "hunter2", "--ws-header", "A: hunter2", "--proxy", "http://a:hunter2@h",
       "--authentication-data", "hunter2"});
  CHECK(run.error == "");
  CHECK(run.answer.find("hunter2") == std::string::npos);
  CHECK(run.answer.find("aabb") == std::string::npos);
}

TEST_CASE("a credential in the path of a WebSocket is not shown, wherever it comes from") {
  Run url;
  url.with_environment("MQTT_URL=wss://h/mqtt?token=hunter2");
  url({"--show-settings"});
  CHECK(line_of(url.answer, "ws-path") == "ws-path /mqtt?token=*** environment URL in MQTT_URL");
  CHECK(line_of(url.answer, "url") == "url wss://h/mqtt?token=*** environment MQTT_URL");
  Run path;
  path({"--show-settings", "--ws-path", "/mqtt?token=hunter2"});
  CHECK(line_of(path.answer, "ws-path") == "ws-path /mqtt?token=*** flag --ws-path");
  CHECK((url.answer + path.answer).find("hunter2") == std::string::npos);
}

TEST_CASE("as JSON, one object a line") {
  Run run;
  run({"--show-settings", "--json", "-m", "say \"x\\y\""});
  CHECK(run.answer.find(R"({"type":"setting","option":"message","value":"say \"x\\y\"",)"
                        R"("origin":"flag --message"})"
                        "\n") != std::string::npos);
  CHECK(run.answer.find(R"({"type":"setting","option":"engine","value":"native",)"
                        R"("origin":"default"})") != std::string::npos);
}

TEST_CASE("settings are shown without asking for a password") {
  Run run;
  run({"--show-settings", "--password-prompt"});
  CHECK(run.outside.asked.empty());
  CHECK(line_of(run.answer, "password-prompt") == "password-prompt on flag --password-prompt");
}
