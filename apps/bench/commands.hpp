#pragma once

#include "bench/settings.hpp"
#include "console/tool.hpp"

namespace mqtt_toolbox::bench {

/// Runs the command that start.argv[0] names; its exit status.
int run_command(Settings& settings, const console::Start& start);

/// The work of the commands.
console::Ended run_once(console::World& world, Settings& settings);
/// The same as one of the ranks that a launcher of MPI started; rank 0 has the result of all.
console::Ended run_ranked(console::World& world, Settings& settings);
/// What cannot be divided among ranks.
console::Ended refuse_ranks(console::World& world, Settings& settings);
console::Ended run_search(console::World& world, Settings& settings);
console::Ended run_calibrate(console::World& world, Settings& settings);
console::Ended run_sink(console::World& world, Settings& settings);
console::Ended run_report(console::World& world, Settings& settings);
console::Ended run_merge(console::World& world, Settings& settings);
console::Ended run_compare(console::World& world, Settings& settings);

}  // namespace mqtt_toolbox::bench
