#pragma once

#include <string>
#include <vector>

#include "base/export.hpp"
#include "options/outside.hpp"
#include "options/settings.hpp"
#include "options/spec.hpp"

namespace mqtt_toolbox::options {

/// Whether one occurrence of an option holds a secret.
bool holds_secret(const Spec& spec, const std::vector<std::string>& values);

/// For a file with a secret: warns when others than its owner may read it.
MQTT_TOOLBOX_API void warn_of_readers(Outside& outside, const std::string& path,
                                      Settings& settings);

}  // namespace mqtt_toolbox::options
