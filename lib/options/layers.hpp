#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "options/origin.hpp"
#include "options/tool.hpp"

namespace mqtt_toolbox::options {

/// One occurrence of an option in one layer.
struct Candidate {
  const Spec* spec = nullptr;
  Origin origin;
  std::vector<std::string> values;  ///< as Occurrence::values
};

/// In the order in which they were found within a layer.
using Candidates = std::vector<Candidate>;

/// A switch turned off: as if it had not been named, but that it overrides lower layers. Toggles
/// are never off in this sense: they have a third state.
bool is_off(const Candidate& candidate);

/// Takes each layer's URL apart into candidates for the options it stands for, and puts these in
/// front.
Status expand_urls(const Tool& tool, Candidates& candidates);

/// Reduces candidates to the winners: discards what a higher layer overrides, what belongs to
/// another broker than the one named highest, and alternatives in lower layers. The winners are in
/// the order in which they are to be assigned.
Status merge(Candidates& candidates);

/// What reading a layer needs.
struct Source {
  const Tool& tool;
  Outside& outside;
};

/// The layer of argv, with the files of options in front.
Status read_arguments(const Source& source, const Arguments& arguments, Settings& settings,
                      Candidates& candidates);
/// MQTT_URL and MQTT_TOOLBOX_<OPTION>.
Status read_environment(const Tool& tool, const char* const* environment, Candidates& candidates);
/// The configuration file, which the candidates so far may name.
Status read_configuration(const Source& source, const char* const* environment, Settings& settings,
                          Candidates& candidates);

/// The value of an environment variable, or an empty text.
std::string_view environment_value(const char* const* environment, std::string_view name);

}  // namespace mqtt_toolbox::options
