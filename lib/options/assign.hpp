#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "base/time.hpp"
#include "options/spec.hpp"

namespace mqtt_toolbox::options {

/// The assignments that most specs need: `.assign = assign_text<&PubSettings::delimiter>` sets a
/// member of a tool's settings (any class derived from Settings).
namespace detail {

template <typename Owner, typename Field>
Owner owner_of(Field Owner::*);

template <auto member>
auto& field(Settings& settings) {
  using Owner = decltype(owner_of(member));
  return static_cast<Owner&>(settings).*member;
}

template <typename Parsed, typename Field>
Status store(Result<Parsed>&& parsed, Field& field) {
  if (!parsed) return tl::unexpected<Error>(std::move(parsed.error()));
  if constexpr (requires { typename Field::value_type; })
    field = static_cast<typename Field::value_type>(*parsed);
  else
    field = static_cast<Field>(*parsed);
  return {};
}

}  // namespace detail

/// For a flag: the bool becomes true.
template <auto member>
Status assign_on(Settings& settings, Values) {
  detail::field<member>(settings) = true;
  return {};
}

/// For a toggle: the bool, or optional<bool>, becomes what was said.
template <auto member>
Status assign_toggle(Settings& settings, Values values) {
  detail::field<member>(settings) = values[0] == "true";
  return {};
}

/// A std::string, or optional<std::string>.
template <auto member>
Status assign_text(Settings& settings, Values values) {
  detail::field<member>(settings) = std::string(values[0]);
  return {};
}

/// A repeatable option: one more in a vector of strings.
template <auto member>
Status append_text(Settings& settings, Values values) {
  detail::field<member>(settings).emplace_back(values[0]);
  return {};
}

/// An unsigned integer or enumeration, or optional of one, from `low` to `high`.
template <auto member, std::uint64_t low, std::uint64_t high>
Status assign_number(Settings& settings, Values values) {
  return detail::store(parse_unsigned(values[0], low, high), detail::field<member>(settings));
}

template <auto member>
Status assign_duration(Settings& settings, Values values) {
  auto& field = detail::field<member>(settings);
  auto parsed = parse_duration(values[0]);
  if (!parsed) return tl::unexpected<Error>(std::move(parsed.error()));
  field = *parsed;
  return {};
}

/// A duration that is not 0.
inline Result<Duration> parse_time_out(std::string_view text) {
  auto parsed = parse_duration(text);
  if (parsed && *parsed <= Duration::zero())
    return fail(ExitCode::usage, "a time-out is greater than 0");
  return parsed;
}

template <auto member>
Status assign_size(Settings& settings, Values values) {
  return detail::store(parse_size(values[0]), detail::field<member>(settings));
}

template <auto member>
Status assign_rate(Settings& settings, Values values) {
  return detail::store(parse_rate(values[0]), detail::field<member>(settings));
}

/// An enumeration whose values are in the order of `choices` (the spec's, already checked).
template <auto member, const auto& choices>
Status assign_choice(Settings& settings, Values values) {
  auto& field = detail::field<member>(settings);
  for (std::size_t i = 0; i < std::size(choices); ++i)
    if (choices[i] == values[0]) field = static_cast<std::remove_reference_t<decltype(field)>>(i);
  return {};
}

}  // namespace mqtt_toolbox::options
