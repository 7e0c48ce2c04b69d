#pragma once

#include "base/result.hpp"
#include "bench/settings.hpp"

namespace mqtt_toolbox::bench {

/// The rules that need all options: fill `Settings::work` and `Settings::objectives`, or say what
/// is impossible (ExitCode::usage) or cannot be read (ExitCode::io).
Status check_connect(options::Settings& settings);
Status check_publish(options::Settings& settings);
Status check_subscribe(options::Settings& settings);
Status check_roundtrip(options::Settings& settings);
Status check_search(options::Settings& settings);
Status check_sink(options::Settings& settings);
/// At least one result file.
Status check_files(options::Settings& settings);
Status check_compare(options::Settings& settings);

}  // namespace mqtt_toolbox::bench
