#include "sandbox/settings.hpp"

#include <functional>

#include <doctest/doctest.h>

using namespace mqtt_toolbox;
using sandbox::Settings;

namespace {

bool is_refused(const std::function<void(Settings&)>& change) {
  Settings settings;
  change(settings);
  const Status status = sandbox::check(settings);
  if (status) return false;
  CHECK(status.error().code == ExitCode::usage);
  CHECK_FALSE(status.error().text.empty());
  return true;
}

}  // namespace

TEST_CASE("sandbox settings: the defaults and Mosquitto's ranges are taken") {
  CHECK_FALSE(is_refused([](Settings&) {}));
  CHECK_FALSE(is_refused([](Settings& s) {
    s.username = "ann";
    s.password = "p@ss word";
    s.limits.maximum_qos = 0;
    s.limits.receive_maximum = 1;
    s.limits.maximum_packet_size = 20;
    s.limits.maximum_keep_alive = 10;
  }));
}

TEST_CASE("sandbox settings: what Mosquitto would misread or refuse is refused") {
  CHECK(is_refused([](Settings& s) { s.limits.maximum_qos = 3; }));
  CHECK(is_refused([](Settings& s) { s.limits.receive_maximum = 0; }));
  CHECK(is_refused([](Settings& s) { s.limits.maximum_packet_size = 19; }));
  CHECK(is_refused([](Settings& s) { s.limits.maximum_keep_alive = 9; }));
  CHECK(is_refused([](Settings& s) { s.config_lines = {"a\nb"}; }));
  CHECK(is_refused([](Settings& s) { s.listener_lines = {"a\rb"}; }));
}

TEST_CASE("sandbox settings: credentials must fit into a password file") {
  CHECK(is_refused([](Settings& s) { s.password = "without a name"; }));
  CHECK(is_refused([](Settings& s) { s.username = "without a password"; }));
  const auto with = [](const char* username, const char* password) {
    return [=](Settings& s) {
      s.username = username;
      s.password = password;
    };
  };
  CHECK(is_refused(with("", "p")));
  CHECK(is_refused(with("a:b", "p")));
  CHECK(is_refused(with("a\nb", "p")));
  CHECK(is_refused(with("a", "p:w")));
  CHECK(is_refused(with("a", "p\nw")));
  CHECK(is_refused([](Settings& s) { s.further_users = {{"a", ""}}; }));
  CHECK(is_refused([](Settings& s) { s.further_users = {{"a", "1"}, {"a", "2"}}; }));
  CHECK(is_refused([](Settings& s) { s.acl_lines = {"topic a\nuser b"}; }));
  CHECK_FALSE(is_refused([](Settings& s) { s.further_users = {{"a", "1"}, {"b", "2"}}; }));
}
