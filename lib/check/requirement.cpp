#include "check/requirement.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace mqtt_toolbox::check {

using Operator = Requirement::Operator;

namespace {

struct Sign {
  std::string_view text;
  Operator op;
};

/// Longer ones first.
constexpr std::array signs{
    Sign{">=", Operator::at_least},  Sign{"<=", Operator::at_most}, Sign{"==", Operator::equal},
    Sign{"!=", Operator::different}, Sign{">", Operator::more},     Sign{"<", Operator::less},
    Sign{"=", Operator::equal},
};

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\n") - begin + 1);
}

tl::unexpected<Error> wrong(std::string_view item, std::string_view why) {
  return fail(ExitCode::usage, '"' + printable(item, 100) + "\": " + std::string(why));
}

Result<const FactRow*> row_named(std::string_view item, std::string_view name,
                                 std::span<const FactRow> rows) {
  std::vector<std::string_view> names;
  for (const FactRow& row : rows) {
    if (row.name == name) return &row;
    names.push_back(row.name);
  }
  const auto near = nearest(name, names);
  return wrong(
      item, "there is no fact \"" + printable(name, 100) + '"' +
                (near ? "; did you mean " + std::string(*near) + '?' : "; the manual lists them"));
}

Result<Fact::Value> value_of(FactKind kind, std::string_view text) {
  constexpr std::uint64_t most = std::uint64_t(1) << 53;
  switch (kind) {
    case FactKind::flag: return parse_boolean(text).map([](bool v) { return Fact::Value(v); });
    case FactKind::count:
      return parse_unsigned(text, 0, most).map([](std::uint64_t v) { return Fact::Value(v); });
    case FactKind::bytes:
      return parse_size(text).map([](std::uint64_t v) { return Fact::Value(v); });
    case FactKind::duration:
      return parse_duration(text).map([](Duration v) {
        return Fact::Value(static_cast<std::uint64_t>(v / std::chrono::milliseconds(1)));
      });
    case FactKind::text: break;
  }
  return Fact::Value(std::string(text));
}

bool compares_order(Operator op) {
  return op == Operator::at_least || op == Operator::at_most || op == Operator::more ||
         op == Operator::less;
}

Result<Requirement> parse_one(std::string_view item, std::span<const FactRow> rows) {
  std::size_t at = std::string_view::npos;
  const Sign* sign = nullptr;
  for (const Sign& candidate : signs) {
    const std::size_t found = item.find(candidate.text, 1);
    if (found < at) at = found, sign = &candidate;
  }
  Requirement requirement;
  requirement.text = item;
  std::string_view name = trimmed(item.substr(0, at));
  if (name.starts_with('!')) {
    requirement.op = Operator::lacks;
    name = trimmed(name.substr(1));
  }
  const auto row = row_named(item, name, rows);
  if (!row) return tl::unexpected(row.error());
  requirement.row = *row;
  if (sign == nullptr) return requirement;
  if (requirement.op == Operator::lacks) return wrong(item, "\"!\" goes without a comparison");
  requirement.op = sign->op;
  const FactKind kind = requirement.row->kind;
  if (compares_order(sign->op) && (kind == FactKind::flag || kind == FactKind::text))
    return wrong(item, "is compared by = and != only");
  auto value = value_of(kind, trimmed(item.substr(at + sign->text.size())));
  if (!value) return wrong(item, value.error().text);
  requirement.value = std::move(*value);
  return requirement;
}

/// What the value is where there is no comparison.
bool is_there(const Fact& fact) {
  if (const auto* flag = std::get_if<bool>(&fact.value)) return *flag;
  if (const auto* text = std::get_if<std::string>(&fact.value))
    return !text->empty() && *text != "none";
  return std::get<std::uint64_t>(fact.value) != 0;
}

bool compares(const Fact& fact, Operator op, const Fact::Value& value) {
  if (op == Operator::equal) return fact.value == value && !fact.at_least;
  if (op == Operator::different && !fact.at_least) return fact.value != value;
  const auto have = std::get<std::uint64_t>(fact.value);
  const auto want = std::get<std::uint64_t>(value);
  if (op == Operator::at_least) return have >= want;
  // Of "at least so much" only what is less is certain to be different.
  if (op == Operator::more || op == Operator::different) return have > want;
  // It may be larger than what is known.
  if (fact.at_least) return false;
  return op == Operator::at_most ? have <= want : have < want;
}

}  // namespace

Result<std::vector<Requirement>> parse_requirements(std::string_view list,
                                                    std::span<const FactRow> rows) {
  std::vector<Requirement> requirements;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    const std::string_view item = trimmed(list.substr(begin, end - begin));
    begin = end + 1;
    if (item.empty()) return wrong(list, "a requirement is missing");
    auto parsed = parse_one(item, rows);
    if (!parsed) return tl::unexpected(parsed.error());
    requirements.push_back(std::move(*parsed));
  }
  return requirements;
}

Fulfilment fulfilment_of(const Requirement& requirement, std::span<const Fact> facts) {
  const auto found = std::find_if(facts.begin(), facts.end(),
                                  [&](const Fact& fact) { return fact.row == requirement.row; });
  if (found == facts.end()) return {false, "unknown"};
  const bool has_no_value = requirement.op == Operator::has || requirement.op == Operator::lacks;
  const bool met = has_no_value ? is_there(*found) == (requirement.op == Operator::has)
                                : compares(*found, requirement.op, requirement.value);
  return {met, show(*found)};
}

}  // namespace mqtt_toolbox::check
