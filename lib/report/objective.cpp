#include "report/objective.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "base/text.hpp"
#include "report/latency.hpp"
#include "report/objective_metrics.hpp"
#include "report/summary_text.hpp"

namespace mqtt_toolbox::report {
namespace {

struct Operator {
  std::string_view text;
  Comparison comparison;
  bool (*holds)(double figure, double value);
};

/// Longer ones first: a front part of another is found after it.
constexpr std::array<Operator, 6> operators{{
    {"<=", Comparison::less_or_equal, [](double f, double v) { return f <= v; }},
    {">=", Comparison::greater_or_equal, [](double f, double v) { return f >= v; }},
    {"==", Comparison::equal, [](double f, double v) { return f == v; }},
    {"<", Comparison::less, [](double f, double v) { return f < v; }},
    {">", Comparison::greater, [](double f, double v) { return f > v; }},
    {"=", Comparison::equal, [](double f, double v) { return f == v; }},
}};

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\n");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

tl::unexpected<Error> wrong(std::string_view objective, const std::string& how) {
  return fail(ExitCode::usage, "objective " + report::quoted(objective) + ": " + how);
}

/// Lower case, and one hyphen for both ways to write it.
std::string canonical(std::string_view metric) {
  std::string name(metric);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
    return c == '_' ? '-' : static_cast<char>(std::tolower(c));
  });
  return name;
}

std::string unknown_metric(const std::string& metric) {
  const auto names = metric_names();
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  const std::string text = "there is no metric " + report::quoted(metric);
  if (const auto near = nearest(metric, candidates))
    return text + "; did you mean \"" + std::string(*near) + "\"?";
  return text +
         "; there are p50 to p99.999, max, mean, loss, duplicates, reordered, errors, rate "
         "and received-rate";
}

/// The unit of the metric, if there is such a one.
std::optional<Unit> unit_of(const std::string& metric) {
  if (const PlainMetric* plain = plain_metric(metric)) return plain->unit;
  if (latency_metric(metric)) return Unit::duration;
  return std::nullopt;
}

Result<double> parse_latency(std::string_view value) {
  if (!value.empty() && std::isdigit(static_cast<unsigned char>(value.back())) != 0)
    return fail(ExitCode::usage, "a latency needs its unit, such as " +
                                     (value.size() < 12 ? std::string(value) : "5") + "ms");
  return parse_duration(value).map(
      [](Duration duration) { return static_cast<double>(duration.count()); });
}

Result<double> parse_value(Unit unit, bool percent, std::string_view value) {
  if (percent) return parse_decimal(trimmed(value.substr(0, value.size() - 1)), 0, 100);
  switch (unit) {
    case Unit::duration: return parse_latency(value);
    case Unit::rate: return parse_rate(value);
    case Unit::count: break;
  }
  return parse_unsigned(value, 0, std::uint64_t{1} << 53).map([](std::uint64_t count) {
    return static_cast<double>(count);
  });
}

const Operator* operator_at(std::string_view text) {
  for (const Operator& each : operators)
    if (text.substr(0, each.text.size()) == each.text) return &each;
  return nullptr;
}

Result<Objective> parse_objective(std::string_view text) {
  Objective objective;
  objective.text = text;
  const auto place = text.find_first_of("<>=");
  if (place == text.npos) return wrong(text, "no comparison; write for instance p99<5ms or loss=0");
  const Operator& sign = *operator_at(text.substr(place));
  objective.comparison = sign.comparison;
  objective.metric = canonical(trimmed(text.substr(0, place)));
  const auto unit = unit_of(objective.metric);
  if (!unit) return wrong(text, unknown_metric(objective.metric));
  const std::string_view value = trimmed(text.substr(place + sign.text.size()));
  objective.percent = *unit == Unit::count && !value.empty() && value.back() == '%';
  const auto number = parse_value(*unit, objective.percent, value);
  if (!number) return wrong(text, number.error().text);
  objective.value = *number;
  return objective;
}

std::string shown(const Objective& objective, double figure) {
  if (objective.percent) return fmt::format("{:.4g} %", figure);
  switch (unit_of(objective.metric).value_or(Unit::count)) {
    case Unit::duration: return show_nanoseconds(figure);
    case Unit::rate: return show_count(figure) + "/s";
    case Unit::count: break;
  }
  return show_count(figure);
}

}  // namespace

Result<std::vector<Objective>> parse_objectives(std::string_view text) {
  std::vector<Objective> objectives;
  for (std::size_t start = 0; start <= text.size();) {
    const auto end = std::min(text.find(',', start), text.size());
    const std::string_view each = trimmed(text.substr(start, end - start));
    if (each.empty())
      return fail(ExitCode::usage,
                  "an objective is empty; write for instance p99<5ms,loss=0,rate>=50000/s");
    auto objective = parse_objective(each);
    if (!objective) return tl::unexpected(objective.error());
    objectives.push_back(std::move(*objective));
    start = end + 1;
  }
  return objectives;
}

std::optional<double> figure(const Objective& objective, const RunResult& result) {
  if (const PlainMetric* plain = plain_metric(objective.metric)) {
    const auto found = plain->figure(result);
    if (!found || !objective.percent) return found;
    return 100 * *found / plain->whole(result).value_or(1);
  }
  const auto latency = latency_metric(objective.metric);
  return latency ? figure(*latency, result) : std::nullopt;
}

Verdict evaluate(const Objective& objective, const RunResult& result) {
  const auto found = figure(objective, result);
  if (!found) return {objective.text, false, "nothing was measured"};
  const auto sign = std::find_if(operators.begin(), operators.end(), [&](const Operator& each) {
    return each.comparison == objective.comparison;
  });
  return {objective.text, sign->holds(*found, objective.value),
          objective.metric + " was " + shown(objective, *found)};
}

std::vector<Verdict> evaluate(std::span<const Objective> objectives, const RunResult& result) {
  std::vector<Verdict> verdicts;
  for (const Objective& objective : objectives) verdicts.push_back(evaluate(objective, result));
  return verdicts;
}

}  // namespace mqtt_toolbox::report
