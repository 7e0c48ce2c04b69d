#include "sandbox/settings.hpp"

#include <set>
#include <string_view>

#include "base/utf8.hpp"

namespace mqtt_toolbox::sandbox {
namespace {

constexpr std::uint32_t smallest_packet_size = 20;
constexpr std::uint16_t smallest_keep_alive = 10;

Status check_user(const User& user) {
  const auto unfit = [](const std::string& text) {
    return text.empty() || text.find_first_of(":\n\r") != std::string::npos;
  };
  if (!unfit(user.name) && !unfit(user.password)) return {};
  return fail(ExitCode::usage,
              "user name and password: Mosquitto's password file takes no empty ones, no colon and "
              "no newline in them");
}

Status check_credentials(const Settings& settings) {
  if (!settings.username && !settings.password.empty())
    return fail(ExitCode::usage, "a password needs a user name");
  std::set<std::string> names;
  for (const User& user : users_of(settings)) {
    if (auto checked = check_user(user); !checked) return checked;
    if (!names.insert(user.name).second)
      return fail(ExitCode::usage, "the user \"" + printable(user.name) + "\" is given twice");
  }
  return {};
}

Status check_limits(const Limits& limits) {
  if (limits.maximum_qos.value_or(0) > 2) {
    return fail(ExitCode::usage, "the maximum QoS is 0, 1 or 2");
  }
  if (limits.receive_maximum == 0) {
    return fail(ExitCode::usage, "the receive maximum is at least 1 (MQTT 5.0 section 3.2.2.3.3)");
  }
  if (limits.maximum_packet_size.value_or(smallest_packet_size) < smallest_packet_size) {
    return fail(ExitCode::usage, "Mosquitto takes no maximum packet size below 20 bytes");
  }
  if (limits.maximum_keep_alive.value_or(smallest_keep_alive) < smallest_keep_alive) {
    return fail(ExitCode::usage, "Mosquitto takes no maximum keep-alive below 10 seconds");
  }
  return {};
}

Status check_lines(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    if (line.find_first_of("\n\r") == std::string::npos) continue;
    return fail(ExitCode::usage, "a configuration line with a newline: " + printable(line));
  }
  return {};
}

}  // namespace

std::vector<User> users_of(const Settings& settings) {
  std::vector<User> users;
  if (settings.username) users.push_back({*settings.username, settings.password});
  users.insert(users.end(), settings.further_users.begin(), settings.further_users.end());
  return users;
}

Status check(const Settings& settings) {
  return check_credentials(settings)
      .and_then([&] { return check_limits(settings.limits); })
      .and_then([&] { return check_lines(settings.config_lines); })
      .and_then([&] { return check_lines(settings.listener_lines); })
      .and_then([&] { return check_lines(settings.acl_lines); });
}

}  // namespace mqtt_toolbox::sandbox
