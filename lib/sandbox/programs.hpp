#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "sandbox/settings.hpp"

namespace mqtt_toolbox::sandbox {

/// The first executable file `name` in the folders of `search_path` (as PATH), then in the system's
/// folders for servers, which PATH of ordinary users lacks.
std::optional<std::string> find_program(const std::string& search_path, const std::string& name);

/// The broker's program; ExitCode::io with the package to install when there is none.
Result<std::string> find_broker(const Settings& settings);

/// Writes Mosquitto's password file with the users, hashed by mosquitto_passwd; no password is in
/// an argument list.
Status write_password_file(const Settings& settings, const std::string& path);

/// Writes Mosquitto's acl_file of the lines.
Status write_acl_file(const Settings& settings, const std::string& path);

/// A new private file with `content`, or the old one replaced.
Status write_private_file(const std::string& path, const std::string& content);

}  // namespace mqtt_toolbox::sandbox
