#include "bench/commands.hpp"

#include <array>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "bench/ranks.hpp"
#include "console/reporter.hpp"

namespace mqtt_toolbox::bench {
namespace {

struct Row {
  const options::Tool* tool;
  console::Ended (*work)(console::World& world, Settings& settings);
  console::Ended (*as_rank)(console::World& world, Settings& settings);
};

constexpr std::array<Row, 10> rows{{
    {&connect_tool, run_once, run_ranked},
    {&publish_tool, run_once, run_ranked},
    {&subscribe_tool, run_once, run_ranked},
    {&roundtrip_tool, run_once, run_ranked},
    {&search_tool, run_search, refuse_ranks},
    {&calibrate_tool, run_calibrate, refuse_ranks},
    {&sink_tool, run_sink, run_sink},
    {&report_tool, run_report, run_report},
    {&merge_tool, run_merge, run_merge},
    {&compare_tool, run_compare, run_compare},
}};

int unknown_command(std::string_view word) {
  std::vector<std::string_view> words;
  for (const Row& row : rows) words.push_back(options::command_word(*row.tool));
  std::string text = "there is no command \"" + printable(word, 100) + "\"";
  if (const auto near = nearest(word, words))
    text += "; did you mean " + std::string(*near) + "?";
  else
    text += "; mqtt-bench --help lists them";
  console::Reporter(tool.name).error(text);
  return static_cast<int>(ExitCode::usage);
}

}  // namespace

int run_command(Settings& settings, const console::Start& start) {
  for (const Row& row : rows) {
    if (options::command_word(*row.tool) != start.argv[0]) continue;
    const auto work = is_ranked(start.environment) ? row.as_rank : row.work;
    return console::run_tool(*row.tool, settings, start,
                             [&](console::World& world) { return work(world, settings); });
  }
  return unknown_command(start.argv[0]);
}

}  // namespace mqtt_toolbox::bench
