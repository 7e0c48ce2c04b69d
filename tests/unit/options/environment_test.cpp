#include <doctest/doctest.h>

#include "options/lookup.hpp"
#include "unit/options/fixture.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::options;

namespace {

std::string error_of(std::string entry) {
  Run run;
  run.with_environment(std::move(entry))({});
  return run.error;
}

}  // namespace

TEST_CASE("every option but those of the command line has a variable") {
  each_spec(probe_tool, [](const Spec& spec) {
    INFO(spec.name);
    const std::string name = environment_name(spec.name);
    CHECK(name.starts_with("MQTT_TOOLBOX_"));
    const std::string error = error_of(name + "=no");
    CHECK(error.starts_with("unknown environment variable") == spec.argv_only);
  });
}

TEST_CASE("names, aliases and values") {
  Run run;
  run.with_environment("MQTT_TOOLBOX_HOST=h")
      .with_environment("MQTT_TOOLBOX_PW=a=b")
      .with_environment("MQTT_TOOLBOX_USERNAME=u")
      .with_environment("MQTT_TOOLBOX_TLS=off")
      .with_environment("MQTT_TOOLBOX_TRACE=json")
      .with_environment(
          "MQTT_TOOLBOX_PROPERTY=publish content-type text/plain\n"
          "publish user-property k a b");
  run({});
  CHECK(run.error == "");
  CHECK(transport_of(run).host == "h");
  CHECK(run.settings.plan.password == "a=b");
  CHECK(run.settings.draft.use_tls == false);
  CHECK(run.settings.trace == Trace::json);
  const auto properties = run.settings.publish_properties.view();
  CHECK(properties.text(protocol::PropertyId::content_type) == "text/plain");
  CHECK(properties.find(protocol::PropertyId::user_property)->text == "a b");
  CHECK(run.origin("host") == "MQTT_TOOLBOX_HOST");
}

TEST_CASE("no other variable is read, and an empty one counts as not set") {
  Run run;
  run.with_environment("MQTT_PORT=tcp://10.0.0.1:1883")
      .with_environment("MQTT_HOST=wrong")
      .with_environment("MQTT_URL=")
      .with_environment("MQTT_TOOLBOX_PORT=")
      .with_environment("MQTT_TOOLBOX_UNHEARD_OF=");
  run({});
  CHECK(run.error == "");
  CHECK(run.settings.record.empty());
}

TEST_CASE("unknown variables are errors with a suggestion") {
  CHECK(error_of("MQTT_TOOLBOX_HOTS=x") ==
        "unknown environment variable MQTT_TOOLBOX_HOTS; did you mean MQTT_TOOLBOX_HOST?");
  CHECK(error_of("MQTT_TOOLBOX_HELP=1") == "unknown environment variable MQTT_TOOLBOX_HELP");
  CHECK(error_of("MQTT_TOOLBOX_=1") == "unknown environment variable MQTT_TOOLBOX_");
}

TEST_CASE("what another tool reads is no mistake") {
  CHECK(error_of("MQTT_TOOLBOX_IDLE_TIMEOUT=5") == "");
  CHECK(error_of("MQTT_TOOLBOX_DELIMITER=x") == "");
}
