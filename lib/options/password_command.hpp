#pragma once

#include <string>

#include "options/settings.hpp"

namespace mqtt_toolbox::options {

/// The shell command that has printed the password; empty when that came from elsewhere. What it
/// prints may have a short life.
inline std::string password_command(const Settings& settings) {
  const SecretSource& source = settings.draft.password;
  return source.kind == SecretSource::Kind::command ? source.text : std::string();
}

}  // namespace mqtt_toolbox::options
