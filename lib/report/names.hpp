#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "load/plan.hpp"

namespace mqtt_toolbox::report {

/// Names of enumerators that count from 0, in their order.
inline constexpr std::array<std::string_view, 4> scenario_names{"connect", "publish", "subscribe",
                                                                "roundtrip"};
inline constexpr std::array<std::string_view, 2> arrivals_names{"constant", "poisson"};

template <typename Enum, std::size_t Size>
constexpr std::string_view name_in(const std::array<std::string_view, Size>& names, Enum value) {
  return names.at(static_cast<std::size_t>(value));
}

template <typename Enum, std::size_t Size>
constexpr std::optional<Enum> named_in(const std::array<std::string_view, Size>& names,
                                       std::string_view name) {
  for (std::size_t i = 0; i < Size; ++i)
    if (names[i] == name) return static_cast<Enum>(i);
  return std::nullopt;
}

}  // namespace mqtt_toolbox::report
