#include "sandbox/sandbox.hpp"

#include <doctest/doctest.h>

using namespace mqtt_toolbox;

namespace {

/// The error of a sandbox that cannot start.
Error error_of(const sandbox::Settings& settings) {
  Random random(1);
  const auto sandbox = sandbox::start(settings, random);
  REQUIRE_FALSE(sandbox);
  return sandbox.error();
}

}  // namespace

TEST_CASE("sandbox: wrong settings are refused before anything is made") {
  sandbox::Settings settings;
  settings.limits.maximum_qos = 3;
  CHECK(error_of(settings).code == ExitCode::usage);
}

TEST_CASE("sandbox: a folder that Mosquitto's configuration or a socket cannot bear is refused") {
  sandbox::Settings settings;
  settings.broker = "/bin/false";
  settings.temporary_folder = "/tmp/with \"quotes\"";
  CHECK(error_of(settings).code == ExitCode::usage);
  settings.temporary_folder = "/" + std::string(100, 'x');
  const Error error = error_of(settings);
  CHECK(error.code == ExitCode::usage);
  CHECK(error.text.find("Unix socket") != std::string::npos);
}

TEST_CASE("sandbox: a temporary folder that is not there is an error that names it") {
  sandbox::Settings settings;
  settings.broker = "/bin/false";
  settings.temporary_folder = "/no/such/folder";
  const Error error = error_of(settings);
  CHECK(error.code == ExitCode::io);
  CHECK(error.text.find("/no/such/folder/mqtt-sandbox-") != std::string::npos);
  CHECK(error.text.find("no such file or directory") != std::string::npos);
}
