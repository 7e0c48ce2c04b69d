#pragma once

#include <functional>

#include "base/export.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "console/reporter.hpp"
#include "console/trace.hpp"
#include "options/tool.hpp"
#include "record/wall_time.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::console {

/// What a tool takes from the world.
struct World {
  transport::Loop& loop;
  Random& random;
  record::WallClock& wall_clock;
  Reporter& reporter;
  Trace* trace;  ///< null without --trace and -d
};

/// How a run ended: an exit status, or the signal that ended it (0: none).
struct Ended {
  ExitCode code = ExitCode::done;
  int signal = 0;
};

/// The arguments of main.
struct Start {
  int argc;
  char** argv;
  char** environment;
};

/// The whole of a tool's main: resolves the settings, answers --help and the like, runs `work`, and
/// returns the exit status (or ends by the signal). Nothing is thrown.
MQTT_TOOLBOX_API int run_tool(const options::Tool& tool, options::Settings& settings,
                              const Start& start, const std::function<Ended(World&)>& work);

}  // namespace mqtt_toolbox::console
