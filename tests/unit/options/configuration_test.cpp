#include "options/configuration.hpp"

#include <doctest/doctest.h>

#include "unit/options/fixture.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::options;

namespace {

/// The error without the file's name; "" when there is none.
std::string error_of(std::string_view toml, std::string_view profile = "") {
  Candidates candidates;
  auto status = read_configuration_text(probe_tool, toml, "f", profile, candidates);
  return status ? "" : status.error().text;
}

}  // namespace

TEST_CASE("values of every type") {
  Run run;
  run.with_configuration(R"(
host = "h"
port = 99
insecure = true
connect-timeout = 1.5
tls-alpn = ["a", "b"]
user-property = "one=1"
property = [["publish", "user-property", "k", "v"], ["will", "content-type", "x"]]
will-topic = "w"
password = "a\u0000b"
username = "u"
trace = true
[mqtt-probe]
topic = ["x", "y"]
retain = true
)");
  run({});
  CHECK(run.error == "");
  CHECK(transport_of(run).host == "h");
  CHECK(transport_of(run).port == 99);
  CHECK(run.settings.draft.tls.insecure);
  CHECK(transport_of(run).timeouts.connect == std::chrono::milliseconds(1500));
  CHECK(run.settings.draft.tls.alpn == std::vector<std::string>{"a", "b"});
  CHECK(run.settings.topics == std::vector<std::string>{"x", "y"});
  CHECK(run.settings.retain);
  CHECK(run.settings.trace == Trace::text);
  CHECK(run.settings.plan.password == std::string("a\0b", 3));
  CHECK(run.settings.plan.session.will->properties.view().text(
            protocol::PropertyId::content_type) == "x");
}

TEST_CASE("unknown keys are errors with a suggestion") {
  CHECK(error_of("hots = 'h'") == "f, hots: unknown key; did you mean host?");
  CHECK(error_of("[mqtt-probe]\ntopik = 't'") ==
        "f, [mqtt-probe] topik: unknown key; did you mean topic?");
  CHECK(error_of("[profile.a]\nprot = 1", "a") ==
        "f, [profile.a] prot: unknown key; did you mean port?");
  CHECK(error_of("[profile.a.mqtt-probe]\nretian = true", "a") ==
        "f, [profile.a.mqtt-probe] retian: unknown key; did you mean retain?");
  CHECK(error_of("[profil.a]\nhost = 'x'") == "f, profil: unknown key; did you mean profile?");
  CHECK(error_of("[mqtt-sbu]\nhost = 'x'") == "f, mqtt-sbu: unknown key; did you mean mqtt-sub?");
  CHECK(error_of("zzzzzzzz = 1") == "f, zzzzzzzz: unknown key");
  CHECK(error_of("\"a\\u001bb\" = 1") == "f, a\\x1bb: unknown key");
}

TEST_CASE("tables of other tools and other profiles are not looked into") {
  CHECK(error_of("[mqtt-sub]\nnonsense = 1\n[profile.b]\nnonsense = 1\n[profile.a]\n"
                 "[profile.a.mqtt-pub]\nnonsense = 1",
                 "a") == "");
}

TEST_CASE("a tool's key at the top level says where it belongs") {
  CHECK(error_of("topic = 't'") == "f, topic: belongs in the table of a tool, such as [mqtt-sub]");
  CHECK(error_of("count = 1") == "f, count: belongs in the table of a tool, such as [mqtt-sub]");
}

TEST_CASE("what cannot stand in a configuration") {
  CHECK(error_of("help = true") == "f, help: cannot stand in a configuration file");
  CHECK(error_of("config = 'x'") == "f, config: cannot stand in a configuration file");
  CHECK(error_of("profile = 'x'") == "f, profile: cannot stand in a configuration file");
}

TEST_CASE("values of the wrong type") {
  CHECK(error_of("host = ['a', 'b']") == "f, host: takes one value");
  CHECK(error_of("host = 1979-05-27") == "f, host: takes a text, a number or a boolean");
  CHECK(error_of("[host]\na = 1") == "f, host: takes a text, a number or a boolean");
  CHECK(error_of("tls-alpn = [['a']]") == "f, tls-alpn: takes a list of single values");
  CHECK(error_of("insecure = 'maybe'").starts_with("f, insecure: "));
  CHECK(error_of("mqtt-probe = 1") == "f, mqtt-probe: is a table");
  for (std::string_view value :
       {"['publish', 'content-type', 'x']", "[['publish', 'user-property', 'k']]",
        "[['publish', 'content-type', ['x']]]", "[[]]"}) {
    INFO(value);
    CHECK_FALSE(error_of("property = " + std::string(value)).empty());
  }
}

TEST_CASE("a malformed file names the line") {
  CHECK(error_of("host = 'a'\nport =\n").starts_with("f, line 2: "));
  CHECK(error_of("a = 1\na = 2\n").starts_with("f, line 2: "));
  CHECK_FALSE(error_of("\xff\xfe").empty());
}

TEST_CASE("a letter outside ASCII where whitespace may stand is named, too") {
  for (const char* letter : {"\u00a1", "\u00e9", "\u03c0", "\u0416"}) {
    CAPTURE(letter);
    CHECK(
        error_of(std::string("qos = 1\nquiet = true ") + letter + "\n").starts_with("f, line 2: "));
    CHECK(error_of(std::string("qos = 1\n") + letter + " = 1\n").starts_with("f, line 2: "));
  }
}

TEST_CASE("profiles that are not there") {
  CHECK(error_of("[profile.lab]\n", "lba") == "f has no [profile.lba]; did you mean lab?");
  CHECK(error_of("", "lab") == "f has no [profile.lab]");
  CHECK(error_of("profile = {lab = 1}", "lab") == "f has no [profile.lab]");
  Run none;
  none({"--profile", "lab"});
  CHECK(none.error == "--profile: there is no configuration file");
}

TEST_CASE("which file is read") {
  Run xdg;
  xdg.with_configuration("host = 'home'")
      .with_environment("XDG_CONFIG_HOME=/xdg")
      .with_file("/xdg/mqtt-toolbox/config.toml", "host = 'xdg'");
  xdg({});
  CHECK(transport_of(xdg).host == "xdg");

  Run relative;
  relative.with_configuration("host = 'home'").with_environment("XDG_CONFIG_HOME=xdg");
  relative({});
  CHECK(transport_of(relative).host == "home");

  Run named;
  named.with_configuration("host = 'home'").with_file("other", "host = 'other'");
  named({"--config", "other"});
  CHECK(transport_of(named).host == "other");

  Run none;
  none.with_configuration("host = 'home'");
  none({"--no-config"});
  CHECK(transport_of(none).host == "localhost");

  Run none_below;
  none_below.with_environment("MQTT_TOOLBOX_NO_CONFIG=1").with_file("other", "host = 'other'");
  none_below({"--config", "other"});
  CHECK(transport_of(none_below).host == "other");

  Run gone;
  gone({"--config", "gone"});
  CHECK(gone.error == "configuration: cannot read gone");
  CHECK(gone.code == ExitCode::io);
}

TEST_CASE("a file with a secret that others may read is warned of") {
  constexpr const char* path = "/home/ann/.config/mqtt-toolbox/config.toml";
  const auto warnings = [&](std::string text, bool readable) {
    Run run;
    run.with_configuration(std::move(text));
    if (readable) run.outside.open_files[path] = true;
    run({});
    CHECK(run.error == "");
    return run.settings.warnings.size();
  };
  CHECK(warnings("username = 'u'\npassword = 'x'", true) == 1);
  CHECK(warnings("url = 'mqtt://u:x@h'", true) == 1);
  CHECK(warnings("username = 'u'\npassword = 'x'", false) == 0);
  CHECK(warnings("url = 'mqtt://h'", true) == 0);
}
