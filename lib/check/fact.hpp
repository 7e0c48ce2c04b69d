#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace mqtt_toolbox::check {

/// What the value of a fact is.
enum class FactKind : std::uint8_t {
  flag,      ///< bool: the broker has it
  count,     ///< a number
  bytes,     ///< a number of bytes
  duration,  ///< a number of milliseconds
  text,
};

/// How a fact came to be known.
enum class FactSource : std::uint8_t {
  announced,  ///< the broker said so
  measured,   ///< it was seen
  standard,   ///< the broker said nothing, for which the standard has a meaning
};

/// One row of a tool's table of facts.
struct FactRow {
  std::string_view name;     ///< words with dashes, unique in its table
  std::string_view subject;  ///< under which heading people look for it
  FactKind kind = FactKind::flag;
  std::string_view played;   ///< the name of the case that finds it out
  std::string_view meaning;  ///< one clause, no full stop
  bool steady = true;        ///< the same in every run of the same broker
};

/// Something a case has learnt of the broker.
struct Fact {
  using Value = std::variant<bool, std::uint64_t, std::string>;

  const FactRow* row = nullptr;
  Value value{};  ///< of the row's kind
  FactSource source = FactSource::measured;
  /// A number: it may be larger, because nothing larger was tried.
  bool at_least = false;
};

std::string_view name(FactSource source);
/// "bytes", "ms"; empty where the value has none.
std::string_view unit_of(FactKind kind);
/// For manuals: "yes or no", "a number", "bytes", "a duration", "a text".
std::string_view value_name(FactKind kind);
/// For people: "yes", "at least 16 MiB", "6.1 s". What the broker sent stands in it as it came.
std::string show(const Fact& fact);
/// The same of a value that need not be the broker's.
std::string show_value(FactKind kind, const Fact::Value& value);

inline Fact measured(const FactRow& row, Fact::Value value, bool at_least = false) {
  return {&row, std::move(value), FactSource::measured, at_least};
}
inline Fact announced(const FactRow& row, Fact::Value value) {
  return {&row, std::move(value), FactSource::announced, false};
}

}  // namespace mqtt_toolbox::check
