#include "check/changes.hpp"

#include <algorithm>

#include "base/system.hpp"
#include "base/utf8.hpp"
#include "record/result_input.hpp"

namespace mqtt_toolbox::check {

namespace {

using Entries = std::map<std::string, std::string>;

constexpr std::size_t most_bytes = 64u << 20;

const FactRow* row_named(std::span<const FactRow> rows, std::string_view name) {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const FactRow& row) { return row.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

/// Whether the value is of the row's kind.
bool fits(const Fact::Value& value, FactKind kind) {
  if (kind == FactKind::flag) return std::holds_alternative<bool>(value);
  if (kind == FactKind::text) return std::holds_alternative<std::string>(value);
  return std::holds_alternative<std::uint64_t>(value);
}

void add_line(Knowledge& knowledge, const record::ResultFields& line,
              std::span<const FactRow> rows) {
  using record::text_of;
  const std::string type = text_of(line, "type");
  if (type == "finding") knowledge.findings[text_of(line, "case")] = text_of(line, "verdict");
  const auto value = line.find("value");
  if (type != "fact" || value == line.end()) return;
  const FactRow* row = row_named(rows, text_of(line, "name"));
  if (row == nullptr || !fits(value->second, row->kind)) return;
  knowledge.add(measured(*row, value->second, line.count("at_least") != 0));
}

void append_changes(std::vector<Change>& changes, std::string_view kind, const Entries& before,
                    const Entries& after) {
  for (const auto& [name, value] : before) {
    const auto now = after.find(name);
    if (now == after.end())
      changes.push_back({kind, name, "removed", value, {}});
    else if (now->second != value)
      changes.push_back({kind, name, "changed", value, now->second});
  }
  for (const auto& [name, value] : after)
    if (before.count(name) == 0) changes.push_back({kind, name, "added", {}, value});
}

}  // namespace

void Knowledge::add(const Fact& fact) {
  if (fact.row->steady) facts[std::string(fact.row->name)] = show(fact);
}

void Knowledge::add(const std::string& task, Verdict verdict) {
  findings[task] = name(verdict);
}

Result<Knowledge> parse_knowledge(std::string_view lines, std::span<const FactRow> rows) {
  Knowledge knowledge;
  std::size_t number = 0;
  while (!lines.empty()) {
    ++number;
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view text = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (text.empty()) continue;
    const auto line = record::parse_result(text);
    if (!line)
      return fail(line.error().code, "line " + std::to_string(number) + ": " + line.error().text);
    add_line(knowledge, *line, rows);
  }
  if (knowledge.facts.empty() && knowledge.findings.empty())
    return fail(ExitCode::io, "there is nothing in it that --json of this tool prints");
  return knowledge;
}

Result<Knowledge> read_knowledge(const std::string& path, std::span<const FactRow> rows) {
  const auto lines = read_file(path, most_bytes);
  if (!lines) return tl::unexpected(lines.error());
  return parse_knowledge(*lines, rows).map_error([&](Error error) {
    error.text = printable(path, 200) + ": " + error.text;
    return error;
  });
}

std::vector<Change> changes_between(const Knowledge& before, const Knowledge& after) {
  std::vector<Change> changes;
  append_changes(changes, "fact", before.facts, after.facts);
  append_changes(changes, "finding", before.findings, after.findings);
  return changes;
}

}  // namespace mqtt_toolbox::check
