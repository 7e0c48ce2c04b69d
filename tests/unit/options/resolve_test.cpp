#include <doctest/doctest.h>

#include "unit/options/fixture.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::options;

TEST_CASE("defaults") {
  Run run;
  run({});
  CHECK(run.error == "");
  CHECK(transport_of(run).host == "localhost");
  CHECK(transport_of(run).port == 1883);
  CHECK_FALSE(transport_of(run).tls.has_value());
  CHECK_FALSE(transport_of(run).websocket.has_value());
  CHECK_FALSE(run.settings.plan.version.has_value());
  CHECK(run.settings.plan.fall_back_after_silence);
  CHECK(run.settings.plan.session.clean_start);
  CHECK_FALSE(run.settings.plan.session.resume);
  CHECK(run.settings.record.empty());
}

TEST_CASE("each layer wins over those below it") {
  struct Case {
    bool top, tool, profile, tool_profile, environment, flag;
    std::string_view wanted;
  };
  for (const Case& layers : {
           Case{true, false, false, false, false, false, "top"},
           Case{true, true, false, false, false, false, "tool"},
           Case{true, true, true, false, false, false, "profile"},
           Case{true, true, true, true, false, false, "tool-profile"},
           Case{true, true, true, true, true, false, "environment"},
           Case{true, true, true, true, true, true, "flag"},
           Case{false, true, false, false, true, false, "environment"},
           Case{true, false, false, false, false, true, "flag"},
           Case{false, false, true, false, false, false, "profile"},
       }) {
    INFO(layers.wanted);
    std::string toml;
    if (layers.top) toml += "bind-address = 'top'\n";
    if (layers.tool) toml += "[mqtt-probe]\nbind-address = 'tool'\n";
    toml += "[profile.lab]\n";
    if (layers.profile) toml += "bind-address = 'profile'\n";
    if (layers.tool_profile) toml += "[profile.lab.mqtt-probe]\nbind-address = 'tool-profile'\n";
    Run run;
    run.with_configuration(toml).with_environment("MQTT_TOOLBOX_PROFILE=lab");
    if (layers.environment) run.with_environment("MQTT_TOOLBOX_BIND_ADDRESS=environment");
    layers.flag ? run({"-A", "flag"}) : run({});
    CHECK(run.error == "");
    CHECK(transport_of(run).bind_address == layers.wanted);
  }
}

TEST_CASE("a URL ranks in its layer, below single options of that layer") {
  SUBCASE("flag") {
    Run run;
    run({"-h", "single", "-L", "mqtt://ann:pw@url:77/t"});
    CHECK(transport_of(run).host == "single");
    CHECK(transport_of(run).port == 77);
    CHECK(run.settings.plan.username == "ann");
    CHECK(run.settings.topics == std::vector<std::string>{"t"});
  }
  SUBCASE("environment") {
    Run run;
    run.with_environment("MQTT_TOOLBOX_PORT=99").with_environment("MQTT_URL=mqtt://url:77");
    run({});
    CHECK(transport_of(run).host == "url");
    CHECK(transport_of(run).port == 99);
  }
  SUBCASE("configuration") {
    Run run;
    run.with_configuration("url = 'mqtts://ann@url:77'\nusername = 'bob'\n");
    run({});
    CHECK(transport_of(run).port == 77);
    CHECK(transport_of(run).tls.has_value());
    CHECK(run.settings.plan.username == "bob");
  }
  SUBCASE("a URL in a flag wins over single options in the environment") {
    Run run;
    run.with_environment("MQTT_TOOLBOX_HOST=lower").with_environment("MQTT_TOOLBOX_PORT=99");
    run({"-L", "mqtt://higher"});
    CHECK(transport_of(run).host == "higher");
    CHECK(transport_of(run).port == 1883);
  }
  SUBCASE("single flags do not undo the rest of an environment's URL") {
    Run run;
    run.with_environment("MQTT_URL=mqtts://ann:pw@url:77/t");
    run({"-p", "78"});
    CHECK(transport_of(run).host == "url");
    CHECK(transport_of(run).port == 78);
    CHECK(transport_of(run).tls.has_value());
    CHECK(run.settings.plan.password == "pw");
  }
}

TEST_CASE("naming another broker discards what lower layers said about theirs") {
  constexpr std::string_view toml =
      "host = 'lower'\nport = 99\nusername = 'ann'\npassword = 'pw'\ntls = true\n"
      "cert = 'c'\nkey = 'k'\nserver-name = 'n'\nkeepalive = 7\n";
  for (const auto& arguments : {std::vector<std::string_view>{"-h", "higher"},
                                {"--unix", "/higher"},
                                {"-L", "mqtt://higher"}}) {
    Run run;
    run.with_configuration(std::string(toml));
    run({arguments[0], arguments[1]});
    CHECK(run.error == "");
    CHECK(transport_of(run).port == 1883);
    CHECK_FALSE(run.settings.plan.username.has_value());
    CHECK_FALSE(run.settings.plan.password.has_value());
    CHECK_FALSE(transport_of(run).tls.has_value());
    CHECK(run.settings.plan.session.keep_alive == 7);
  }
  Run same;
  same.with_configuration(std::string(toml));
  same({"-k", "8"});
  CHECK(transport_of(same).host == "lower");
  CHECK(transport_of(same).tls->server_name == "n");
  CHECK(same.settings.plan.password == "pw");
}

TEST_CASE("a profile that names a broker discards the top level's password") {
  Run run;
  run.with_configuration(
      "host = 'home'\npassword = 'pw'\nusername = 'u'\n"
      "[profile.lab]\nhost = 'lab'\n");
  run({"--profile", "lab"});
  CHECK(transport_of(run).host == "lab");
  CHECK_FALSE(run.settings.plan.password.has_value());
}

TEST_CASE("the topic of a lower URL goes with its broker") {
  Run run;
  run.with_environment("MQTT_URL=mqtt://lower/t");
  run({"-h", "higher"});
  CHECK(run.settings.topics.empty());
}

TEST_CASE("a repeatable option takes all of the highest layer, the URL's part included") {
  Run run;
  run.with_environment("MQTT_TOOLBOX_TOPIC=x\ny");
  run({});
  CHECK(run.settings.topics == std::vector<std::string>{"x", "y"});
  Run flags;
  flags.with_environment("MQTT_TOOLBOX_TOPIC=x");
  flags({"-L", "mqtt://h/a", "-t", "b", "-t", "c"});
  CHECK(flags.settings.topics == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("any other option takes its last occurrence") {
  Run run;
  run({"-p", "1", "-p", "2", "-L", "mqtt://a", "-L", "mqtt://b"});
  CHECK(transport_of(run).port == 2);
  CHECK(transport_of(run).host == "b");
}

TEST_CASE("alternatives exclude each other in a layer, and override in a higher one") {
  Run both;
  both({"-m", "a", "-F", "b"});
  CHECK(both.error == "--message and --format exclude each other");
  CHECK(both.code == ExitCode::usage);

  Run higher;
  higher.with_environment("MQTT_TOOLBOX_PASSWORD=lower").with_file("pw", "higher\nrest");
  higher({"-u", "ann", "--password-file", "pw"});
  CHECK(higher.error == "");
  CHECK(higher.settings.plan.password == "higher");

  Run url;
  url.with_file("pw", "file\r\n");
  url({"-L", "mqtt://ann:url@h", "--password-file", "pw"});
  CHECK(url.settings.plan.password == "file");

  Run ids;
  ids({"-i", "a", "-I", "b"});
  CHECK(ids.error == "--id and --id-prefix exclude each other");

  Run off;
  off({"-m", "a", "--no-password-prompt", "-P", "x", "-u", "u"});
  CHECK(off.error == "");
  CHECK(off.settings.plan.password == "x");
}

TEST_CASE("a switch of a lower layer is turned off") {
  Run on;
  on.with_environment("MQTT_TOOLBOX_RETAIN=yes");
  on({});
  CHECK(on.settings.retain);
  Run off;
  off.with_environment("MQTT_TOOLBOX_RETAIN=yes");
  off({"--no-retain"});
  CHECK_FALSE(off.settings.retain);
  CHECK_FALSE(off.settings.given("retain"));
}

TEST_CASE("secrets: file, command, prompt, environment") {
  Run command;
  command({"-u", "u", "--password-command", "pass show mqtt"});
  CHECK(command.settings.plan.password == "output of pass show mqtt");

  Run prompt;
  prompt({"-u", "u", "--password-prompt"});
  CHECK(prompt.settings.plan.password == "typed");
  CHECK(prompt.outside.asked == std::vector<std::string>{"Password: "});

  Run environment;
  environment.with_environment("SECRET=word");
  environment({"-u", "u", "--password-env", "SECRET"});
  CHECK(environment.settings.plan.password == "word");

  Run unset;
  unset({"--password-env", "SECRET"});
  CHECK(unset.error == "password: the environment variable SECRET is not set");

  Run missing;
  missing({"--password-file", "gone"});
  CHECK(missing.error == "password: cannot read gone");
  CHECK(missing.code == ExitCode::io);

  Run key;
  key.with_file("pw", "k");
  key({"--cert", "c", "--key", "k", "--key-password-file", "pw"});
  REQUIRE(transport_of(key).tls.has_value());
  CHECK(transport_of(key).tls->key_password == "k");
}

TEST_CASE("a byte order mark is no part of a password, nor of a file of options") {
  Run password;
  password.with_file("pw", "\xEF\xBB\xBFword\n");
  password({"-u", "u", "--password-file", "pw"});
  CHECK(password.settings.plan.password == "word");
  Run options;
  options.with_file("f", "\xEF\xBB\xBF-t a\n");
  options({"-o", "f"});
  CHECK(options.error == "");
  CHECK(options.settings.topics == std::vector<std::string>{"a"});
}

TEST_CASE("files with a secret that others may read are warned of") {
  const auto warnings = [](std::string name, std::string text,
                           std::vector<std::string_view> arguments) {
    Run run;
    run.with_file(name, std::move(text));
    run.outside.open_files[name] = true;
    run.with_arguments(arguments);
    CHECK(run.error == "");
    return run.settings.warnings;
  };
  const std::vector<std::string> one{
      "f holds a secret and others may read it; chmod 600 mends that"};
  CHECK(warnings("f", "-P pw\n", {"-o", "f"}) == one);
  CHECK(warnings("f", "-L mqtt://u:pw@h\n", {"-o", "f"}) == one);
  CHECK(warnings("f", "--ws-path /mqtt?token=x\n", {"-o", "f"}) == one);
  CHECK(warnings("f", "-D connect authentication-data x\n-t a\n", {"-o", "f"}) == one);
  CHECK(warnings("f", "-h host\n", {"-o", "f"}).empty());
  CHECK(warnings("f", "pw", {"-u", "u", "--password-file", "f"}) == one);
  CHECK(warnings("f", "pw", {"--cert", "c", "--key", "k", "--key-password-file", "f"}) == one);
  Run closed;
  closed.with_file("f", "-P pw\n");
  closed({"-o", "f"});
  CHECK(closed.settings.warnings.empty());
}

TEST_CASE("errors name the option and where it stands") {
  Run flag;
  flag({"-p", "x"});
  CHECK(flag.error.starts_with("--port: "));
  CHECK(flag.code == ExitCode::usage);
  Run environment;
  environment.with_environment("MQTT_TOOLBOX_PORT=x");
  environment({});
  CHECK(environment.error.starts_with("MQTT_TOOLBOX_PORT: "));
  Run configuration;
  configuration.with_configuration("[profile.a]\nport = 'x'\n");
  configuration({"--profile", "a"});
  CHECK(configuration.error.starts_with(
      "/home/ann/.config/mqtt-toolbox/config.toml, [profile.a] port: "));
  Run url;
  url.with_environment("MQTT_URL=mqtt://u:secret@h:x");
  url({});
  CHECK(url.error.starts_with("MQTT_URL: the port"));
  CHECK(url.error.find("secret") == std::string::npos);
  Run choice;
  choice({"-V", "4"});
  CHECK(choice.error ==
        "--protocol-version: \"4\" is not auto, 31, mqttv31, 311, mqttv311, 5 or mqttv5");
}

TEST_CASE("options that are refused by name") {
  for (std::string_view option : {"--tls-engine", "--tls-engine-kpass-sha1"}) {
    Run run;
    run({option, "x"});
    CHECK(run.error.find("OpenSSL 3 has left engines behind") != std::string::npos);
  }
  Run form;
  form({"--keyform", "engine"});
  CHECK(form.error.find("OpenSSL 3 has left engines behind") != std::string::npos);
  Run pem;
  pem({"--keyform", "pem"});
  CHECK(pem.error == "");
  Run old;
  old({"--tls-version", "tlsv1.1"});
  CHECK(old.error.find("RFC 8996") != std::string::npos);
}

TEST_CASE("a file of options comes before the flags") {
  Run run;
  run.with_file("f",
                "# comment\n-h filed\n\n--port 99\r\n-t a b\n-D publish user-property k v w\n-r");
  run({"-p", "98", "-t", "c", "-o", "f"});
  CHECK(run.error == "");
  CHECK(transport_of(run).host == "filed");
  CHECK(transport_of(run).port == 98);
  CHECK(run.settings.retain);
  CHECK(run.settings.topics == std::vector<std::string>{"a b", "c"});
  const auto property = *run.settings.publish_properties.view().begin();
  CHECK(property.key == "k");
  CHECK(property.text == "v w");
  CHECK(run.origin("host") == "f, line 2, --host");
}

TEST_CASE("blanks in a file of options: in front they do not count, in a value they do") {
  Run run;
  run.with_file("f", "  \n   -h filed \n-r \n-t  a \r\r\n\n");
  run({"-o", "f"});
  CHECK(run.error == "");
  CHECK(transport_of(run).host == "filed ");
  CHECK(run.settings.retain);
  CHECK(run.settings.topics == std::vector<std::string>{" a "});
}

TEST_CASE("mistakes in a file of options name the line") {
  const auto error = [](std::string text) {
    Run run;
    run.with_file("f", std::move(text));
    run({"-o", "f"});
    return run.error;
  };
  CHECK(error("-r\n--hots a\n") == "f, line 2: unknown option --hots; did you mean --host?");
  CHECK(error("-h\n") == "f, line 1: -h needs a value");
  CHECK(error("stray\n") == "f, line 1: unexpected argument \"stray\"");
  CHECK(error("-o f\n") == "f, line 1: a file of options names no other");
  CHECK(error("-D publish\n").starts_with("f, line 1: --property needs PACKET"));
  Run gone;
  gone({"-o", "gone"});
  CHECK(gone.error == "--options-file: cannot read gone");
  CHECK(gone.code == ExitCode::io);
}

TEST_CASE("--help and --version answer also where the rest is broken") {
  Run help;
  help.with_environment("MQTT_TOOLBOX_BROKEN=1").with_configuration("broken =");
  help({"--help"});
  CHECK(help.error == "");
  CHECK(help.answer.starts_with("usage: mqtt-probe [OPTIONS] -t TOPIC\n"));
  Run version;
  version({"--version"});
  CHECK(version.answer == "mqtt-probe " MQTT_TOOLBOX_VERSION "\n");
}

TEST_CASE("the tool's own rules see the finished plan, and their error is the answer") {
  Tool tool = probe_tool;
  tool.positionals = "COMMAND";
  tool.check = [](Settings& settings) -> Status {
    CHECK(settings.plan.transport.port == 8883);
    CHECK(settings.positionals == std::vector<std::string>{"make", "-h"});
    return fail(ExitCode::no, "no");
  };
  std::string texts[] = {"mqtt-probe", "--tls", "make", "-h"};
  char* argv[] = {texts[0].data(), texts[1].data(), texts[2].data(), texts[3].data()};
  const char* const environment[] = {nullptr};
  const Arguments arguments(4, argv, tool);
  ProbeSettings settings;
  FakeOutside outside;
  auto resolved = resolve(tool, settings, {arguments, environment, outside});
  REQUIRE_FALSE(resolved.has_value());
  CHECK(resolved.error().text == "no");
}
