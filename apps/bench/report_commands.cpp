#include <algorithm>
#include <filesystem>

#include "bench/commands.hpp"
#include "bench/files.hpp"
#include "bench/printing.hpp"
#include "report/compare.hpp"
#include "report/html.hpp"
#include "report/merge.hpp"
#include "report/summary.hpp"

namespace mqtt_toolbox::bench {
namespace {

using console::Ended;
using console::World;

/// What a file is called beside the others: its name alone where that tells it apart.
std::string short_name(const Settings& settings, const std::string& path) {
  const std::string stem = std::filesystem::path(path).stem().string();
  const auto same = std::count_if(
      settings.positionals.begin(), settings.positionals.end(),
      [&](const std::string& other) { return std::filesystem::path(other).stem() == stem; });
  return same == 1 && !stem.empty() ? stem : path;
}

/// All results of all files that were named.
Result<std::vector<report::NamedResult>> read_named(const Settings& settings) {
  std::vector<report::NamedResult> all;
  for (const std::string& path : settings.positionals) {
    auto results = read_results(path);
    if (!results) return tl::unexpected<Error>(results.error());
    for (report::RunResult& result : *results) {
      const std::string number =
          results->size() == 1 ? "" : " #" + std::to_string(&result - results->data() + 1);
      all.push_back({short_name(settings, path) + number, std::move(result)});
    }
  }
  return all;
}

std::string summaries(const std::vector<report::NamedResult>& runs) {
  std::string text;
  for (const report::NamedResult& run : runs) {
    if (runs.size() > 1) text += (text.empty() ? "" : "\n") + run.name + "\n";
    report::append_summary(text, run.result);
  }
  return text;
}

}  // namespace

Ended run_report(World& world, Settings& settings) {
  auto file = ResultFile::open(settings.outlets.file);
  if (!file) return failed(world, file.error());
  const auto runs = read_named(settings);
  if (!runs) return failed(world, runs.error());
  if (settings.outlets.file.empty()) return finished(world, print(world, summaries(*runs)));
  return finished(world, file->write(report::html_page(*runs)));
}

Ended run_merge(World& world, Settings& settings) {
  auto file = ResultFile::open(settings.outlets.file);
  if (!file) return failed(world, file.error());
  auto runs = read_named(settings);
  if (!runs) return failed(world, runs.error());
  std::vector<report::RunResult> results;
  for (report::NamedResult& run : *runs) results.push_back(std::move(run.result));
  const auto merged = report::merge(results);
  if (!merged) return failed(world, merged.error());
  std::string text;
  report::append_json(text, *merged);
  if (settings.outlets.file.empty()) return finished(world, print(world, text));
  return finished(world, file->write(text));
}

Ended run_compare(World& world, Settings& settings) {
  const auto before = read_results(settings.positionals[0]);
  if (!before) return failed(world, before.error());
  const auto after = read_results(settings.positionals[1]);
  if (!after) return failed(world, after.error());
  const auto comparison = report::compare(*before, *after);
  if (!comparison) return failed(world, comparison.error());
  std::string text;
  if (settings.json)
    report::append_comparison_json(text, *comparison);
  else
    report::append_comparison(text, *comparison);
  return finished(world, print(world, text));
}

}  // namespace mqtt_toolbox::bench
