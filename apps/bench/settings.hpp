#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "load/null_broker.hpp"
#include "load/plan.hpp"
#include "options/tool.hpp"
#include "report/objective.hpp"

namespace mqtt_toolbox::bench {

/// Where results go, beside standard output.
struct Outlets {
  bool json = false;           ///< the document on standard output instead of the summary
  bool interval_json = false;  ///< each interval as a line on standard output
  std::string file;            ///< the document, for `report` the page; empty: none
  std::string hdr_log;         ///< empty: none
  std::string prometheus;      ///< ADDRESS:PORT; empty: none
};

/// What `search` does with the rate.
struct SearchPlan {
  double first_rate = 1000;  ///< messages a second
  double highest_rate = 1e8;
  double precision = 0.05;    ///< of the answer, relative
  std::uint32_t repeats = 2;  ///< confirmations at the answer
};

/// All that any command of mqtt-bench is told; each reads its part.
struct Settings : options::Settings {
  load::Plan work;
  Outlets outlets;
  SearchPlan search;
  load::NullBrokerSettings sink;

  // As given, before the rules that need all options.
  std::optional<std::uint64_t> size;
  std::vector<std::string> payload_files;
  std::optional<std::string> payload;
  std::string topics_file;
  std::string credentials_file;
  std::string calibration_file;
  std::vector<std::string> filters;
  std::string share;
  std::uint32_t clients = 1;
  bool full_rate = false;  ///< --rate max
  std::optional<double> rate_per_client;
  std::string assertions;
  std::string slo;
  std::optional<std::string> max_loss;
  std::string start_at;
  Duration hold = std::chrono::seconds(10);

  /// Of --assert (of search: --slo) and --max-loss.
  std::vector<report::Objective> objectives;
  std::optional<double> calibrated_rate;
  std::optional<std::int64_t> start_unix_ns;  ///< of --start-at
};

/// "mqtt-bench" itself, and its commands.
extern const options::Tool tool;
extern const options::Tool connect_tool;
extern const options::Tool publish_tool;
extern const options::Tool subscribe_tool;
extern const options::Tool roundtrip_tool;
extern const options::Tool search_tool;
extern const options::Tool calibrate_tool;
extern const options::Tool sink_tool;
extern const options::Tool report_tool;
extern const options::Tool merge_tool;
extern const options::Tool compare_tool;

}  // namespace mqtt_toolbox::bench
