#include <algorithm>

#include "base/utf8.hpp"
#include "options/finish.hpp"
#include "options/layers.hpp"
#include "options/show.hpp"
#include "options/text.hpp"
#include "options/tool.hpp"

namespace mqtt_toolbox::options {
namespace {

bool contains(const Candidates& candidates, std::string_view name) {
  return std::any_of(candidates.begin(), candidates.end(), [&](const Candidate& candidate) {
    return candidate.spec->name == name && candidate.values[0] == "true";
  });
}

Status check_choice(const Spec& spec, Values values) {
  if (spec.choices.empty() || values.empty()) return {};
  if (std::find(spec.choices.begin(), spec.choices.end(), values[0]) != spec.choices.end())
    return {};
  return fail(ExitCode::usage,
              '"' + printable(values[0], 100) + "\" is not " + join_choices(spec.choices, " or "));
}

Status assign(const Candidate& candidate, Settings& settings) {
  const Spec& spec = *candidate.spec;
  const std::vector<std::string_view> values(candidate.values.begin(), candidate.values.end());
  if (spec.kind == Kind::flag) return spec.assign(settings, {});
  return check_choice(spec, values).and_then([&] { return spec.assign(settings, values); });
}

void remember(Candidate&& candidate, Settings& settings) {
  for (Given& given : settings.record)
    if (given.spec == candidate.spec) {
      given.occurrences.push_back(std::move(candidate.values));
      return;
    }
  settings.record.push_back(
      {candidate.spec, std::move(candidate.origin), {std::move(candidate.values)}});
}

Status apply(Candidates&& winners, Settings& settings) {
  for (Candidate& candidate : winners) {
    const Spec& spec = *candidate.spec;
    if (!spec.refusal.empty())
      return fail(ExitCode::usage, candidate.origin.where + ": " + std::string(spec.refusal));
    if (is_off(candidate)) continue;
    if (auto status = assign(candidate, settings); !status)
      return fail(status.error().code, candidate.origin.where + ": " + status.error().text);
    remember(std::move(candidate), settings);
  }
  return {};
}

std::string version_text(const Tool& tool) {
  return std::string(program_name(tool)) + " " + MQTT_TOOLBOX_VERSION + "\n";
}

/// --help and --version answer before anything else is read, so that they also work where a
/// configuration is broken.
std::optional<std::string> early_answer(const Tool& tool, const Candidates& candidates) {
  if (contains(candidates, "help")) return help(tool);
  if (contains(candidates, "version")) return version_text(tool);
  return std::nullopt;
}

}  // namespace

Result<Resolution> resolve(const Tool& tool, Settings& settings, const Invocation& invocation) {
  const Source source{tool, invocation.outside};
  Candidates candidates;
  auto status = read_arguments(source, invocation.arguments, settings, candidates);
  if (!status) return tl::unexpected<Error>(std::move(status.error()));
  if (auto answer = early_answer(tool, candidates)) return Resolution{std::move(answer)};
  status = read_environment(tool, invocation.environment, candidates)
               .and_then([&] {
                 return read_configuration(source, invocation.environment, settings, candidates);
               })
               .and_then([&] { return expand_urls(tool, candidates); })
               .and_then([&] { return merge(candidates); });
  if (!status) return tl::unexpected<Error>(std::move(status.error()));
  const bool show = contains(candidates, "show-settings");
  status = apply(std::move(candidates), settings);
  if (!status) return tl::unexpected<Error>(std::move(status.error()));
  if (show) return Resolution{show_settings(tool, settings)};
  status = read_secrets(tool, settings, invocation)
               .and_then([&] { return finish(settings, invocation.outside); })
               .and_then([&] { return tool.check == nullptr ? Status() : tool.check(settings); });
  if (!status) return tl::unexpected<Error>(std::move(status.error()));
  return Resolution{};
}

}  // namespace mqtt_toolbox::options
