#pragma once

#include <functional>
#include <string>

#include "bench/files.hpp"
#include "bench/recorder.hpp"
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

/// The texts that are made of a result; each gives out its parts. What they refer to has to live.
struct Texts {
  std::function<Status(const TextSink& sink)> document;
  std::function<Status(const TextSink& sink)> summary;
  std::function<Status(const TextSink& sink)> hdr_log;
};
/// With the intervals that the result has.
Texts texts_of(const report::RunResult& result);
/// With those that the recorder has.
Texts texts_of(const report::RunResult& result, const Recorder& recorder);

/// Files first, then standard output by `print_text`; says what cannot be written and returns the
/// gravest of it.
ExitCode write_all(console::World& world, const Settings& settings, Files& files,
                   const Texts& texts, const TextSink& print_text);

/// What the run came to: objectives and promises first, then what connections and messages met.
ExitCode found_in(const Settings& settings, const report::RunResult& result);

}  // namespace mqtt_toolbox::bench
