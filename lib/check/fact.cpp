#include "check/fact.hpp"

#include <array>
#include <utility>

#include "base/text.hpp"

namespace mqtt_toolbox::check {

namespace {

/// The Session Expiry Interval that does not end, MQTT 5.0 section 3.1.2.11.2; in milliseconds.
constexpr std::uint64_t endless = 0xFFFFFFFFull * 1000;

std::string show_bytes(std::uint64_t bytes) {
  constexpr std::array<std::pair<std::uint64_t, std::string_view>, 3> units{
      {{1u << 30, " GiB"}, {1u << 20, " MiB"}, {1u << 10, " KiB"}}};
  for (const auto& [size, name] : units)
    if (bytes >= size && bytes % size == 0) return std::to_string(bytes / size) + std::string(name);
  return std::to_string(bytes) + " bytes";
}

}  // namespace

std::string_view name(FactSource source) {
  switch (source) {
    case FactSource::announced: return "announced";
    case FactSource::measured: return "measured";
    case FactSource::standard: break;
  }
  return "standard";
}

std::string_view unit_of(FactKind kind) {
  switch (kind) {
    case FactKind::bytes: return "bytes";
    case FactKind::duration: return "ms";
    case FactKind::flag:
    case FactKind::count:
    case FactKind::text: break;
  }
  return {};
}

std::string_view value_name(FactKind kind) {
  switch (kind) {
    case FactKind::flag: return "yes or no";
    case FactKind::count: return "a number";
    case FactKind::bytes: return "bytes";
    case FactKind::duration: return "a duration";
    case FactKind::text: break;
  }
  return "a text";
}

std::string show_value(FactKind kind, const Fact::Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "yes" : "no";
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  const std::uint64_t number = std::get<std::uint64_t>(value);
  if (kind == FactKind::bytes) return show_bytes(number);
  if (kind == FactKind::duration && number >= endless) return "without end";
  if (kind == FactKind::duration) return show_duration(std::chrono::milliseconds(number));
  return std::to_string(number);
}

std::string show(const Fact& fact) {
  return (fact.at_least ? "at least " : "") + show_value(fact.row->kind, fact.value);
}

}  // namespace mqtt_toolbox::check
