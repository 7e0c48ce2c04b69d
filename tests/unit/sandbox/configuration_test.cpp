#include "sandbox/configuration.hpp"

#include <algorithm>
#include <sstream>
#include <vector>

#include <doctest/doctest.h>

using namespace mqtt_toolbox::sandbox;

namespace {

Place place() {
  return {"/run/box", {1001, 1002, 1003, 1004, 0}};
}

std::vector<std::string> lines(const Settings& settings, bool as_root = false) {
  std::istringstream text(broker_configuration(settings, place(), as_root));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

long count(const std::vector<std::string>& lines, const std::string& line) {
  return std::count(lines.begin(), lines.end(), line);
}

}  // namespace

TEST_CASE("mosquitto.conf: a listener for each door, the Unix socket last") {
  const auto text = lines({});
  CHECK(count(text, "listener 1001 127.0.0.1") == 1);
  CHECK(count(text, "listener 1002 127.0.0.1") == 1);
  CHECK(count(text, "listener 1003 127.0.0.1") == 1);
  CHECK(count(text, "listener 1004 127.0.0.1") == 1);
  CHECK(count(text, "socket_domain ipv4") == 4);
  CHECK(count(text, "protocol websockets") == 2);
  CHECK(count(text, "certfile /run/box/server.crt") == 2);
  CHECK(count(text, "require_certificate false") == 2);
  CHECK(text.back() == "listener 0 /run/box/broker.sock");
}

TEST_CASE("mosquitto.conf: no message is dropped or delayed by default, and anybody may come") {
  const auto text = lines({});
  CHECK(count(text, "set_tcp_nodelay true") == 1);
  CHECK(count(text, "max_queued_messages 1000000000") == 1);  // 0 closes clients of 3.1.1
  CHECK(count(text, "allow_anonymous true") == 1);
  CHECK(count(text, "persistence false") == 1);
  CHECK(count(text, "log_type debug") == 0);
  CHECK(count(text, "user root") == 0);
  CHECK(count(lines({}, true), "user root") == 1);
}

TEST_CASE("mosquitto.conf: every setting has its line") {
  Settings settings;
  settings.username = "ann";
  settings.password = "secret";
  settings.require_client_certificate = true;
  settings.certificate = ServerCertificate::wrong_name;
  settings.persistence = true;
  settings.debug_log = true;
  settings.config_lines = {"sys_interval 1"};
  settings.listener_lines = {"use_username_as_clientid true"};
  const auto text = lines(settings);
  CHECK(count(text, "allow_anonymous false") == 1);
  CHECK(count(text, "password_file /run/box/passwords") == 1);
  CHECK(count(text, "require_certificate true") == 2);
  CHECK(count(text, "certfile /run/box/wrong-name.crt") == 2);
  CHECK(count(text, "keyfile /run/box/wrong-name.key") == 2);
  CHECK(count(text, "persistence_location /run/box/") == 1);
  CHECK(count(text, "log_type debug") == 1);
  CHECK(count(text, "sys_interval 1") == 1);
  CHECK(count(text, "use_username_as_clientid true") == 5);
  for (const auto& line : text) CHECK(line.find("secret") == std::string::npos);
}

TEST_CASE("mosquitto.conf: realistic means Mosquitto's own defaults, but for what is asked for") {
  Settings settings;
  settings.realistic = true;
  for (const auto& line : lines(settings)) {
    CHECK(line.find("nodelay") == std::string::npos);
    CHECK(line.find("max_queued") == std::string::npos);
  }
  settings.limits.maximum_queued_messages = 100;
  CHECK(count(lines(settings), "max_queued_messages 100") == 1);
}

TEST_CASE("mosquitto.conf: who is let in, and who may do what") {
  Settings settings;
  CHECK(count(lines(settings), "acl_file /run/box/acl") == 0);
  CHECK(count(lines(settings), "allow_zero_length_clientid false") == 0);
  settings.further_users = {{"bob", "b"}};
  settings.acl_lines = {"topic read a/#"};
  settings.require_client_identifier = true;
  const auto text = lines(settings);
  CHECK(count(text, "allow_anonymous false") == 1);
  CHECK(count(text, "password_file /run/box/passwords") == 1);
  CHECK(count(text, "acl_file /run/box/acl") == 1);
  CHECK(count(text, "allow_zero_length_clientid false") == 1);
}

TEST_CASE("mosquitto.conf: limits of the broker once, limits of a listener in each") {
  Settings settings;
  settings.limits = {1, false, 2, 300, 0, 40, 5, 6};
  const auto text = lines(settings);
  CHECK(count(text, "retain_available false") == 1);
  CHECK(count(text, "max_inflight_messages 2") == 1);
  CHECK(count(text, "max_packet_size 300") == 1);
  CHECK(count(text, "max_keepalive 40") == 1);
  CHECK(count(text, "max_queued_messages 6") == 1);
  CHECK(count(text, "max_qos 1") == 5);
  CHECK(count(text, "max_topic_alias 0") == 5);
  CHECK(count(text, "max_connections 5") == 5);
}
