#pragma once

#include <functional>
#include <string>

#include "bench/files.hpp"
#include "bench/settings.hpp"
#include "console/tool.hpp"
#include "report/result.hpp"

/// What becomes of a run's result.
namespace mqtt_toolbox::bench {

/// The files of a run, opened before it.
struct Files {
  ResultFile result;
  ResultFile hdr_log;

  /// ExitCode::io.
  static Result<Files> open(const Outlets& outlets);
};

/// Writes to standard output.
using Printer = std::function<Status(const std::string& text)>;

/// Files first, then standard output; says what cannot be written and returns the first of it.
ExitCode write_all(console::World& world, const Settings& settings, Files& files,
                   const report::RunResult& result, const Printer& print_text);

/// What the run came to: objectives and promises first, then what connections and messages met.
ExitCode found_in(const Settings& settings, const report::RunResult& result);

}  // namespace mqtt_toolbox::bench
