#pragma once

#include <memory>

#include "console/tool.hpp"
#include "pub/settings.hpp"
#include "store/queue.hpp"

namespace mqtt_toolbox::pub {

/// Opens the store of --store, and makes the plan that of a connection that goes on with what is in
/// it: client identifier and, while messages are in flight, the version. ExitCode::usage when the
/// settings contradict what is in flight.
Result<std::unique_ptr<store::Queue>> open_store(Settings& settings, console::World& world);

/// --store-list: what is in the store, as a table or as JSON lines.
console::Ended list_store(const Plan& plan, console::World& world);

/// --store-drop: takes messages out, without a broker. ExitCode::no when one is not there.
console::Ended drop_from_store(const Plan& plan, console::World& world);

struct Left {
  std::string
      text;  ///< "3 messages wait in DIR, 2 of them sent without ..."; empty: nothing is left
  ExitCode code = ExitCode::done;
};
/// What a run leaves in the store.
Result<Left> what_is_left(store::Queue& queue, const std::string& directory);

}  // namespace mqtt_toolbox::pub
