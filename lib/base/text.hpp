#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/export.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace mqtt_toolbox {

/// Values from text. Each takes the whole text or fails with ExitCode::usage and a text such as
/// `"12x" is not a whole number from 0 to 65535`; callers put the option's name in front.

MQTT_TOOLBOX_API Result<std::uint64_t> parse_unsigned(std::string_view text, std::uint64_t low,
                                                      std::uint64_t high);
MQTT_TOOLBOX_API Result<double> parse_decimal(std::string_view text, double low, double high);

/// "1.5", "1.5s", "200ms", "3us", "50ns", "5m", "2h", "1d"; a bare number is seconds. From 0 to 100
/// years.
MQTT_TOOLBOX_API Result<Duration> parse_duration(std::string_view text);

/// Bytes: "512", "64K", "1MiB" (1024-based: K, M, G, T with or without iB), "1kB", "1.5MB"
/// (1000-based), in either case. At most 2^53.
MQTT_TOOLBOX_API Result<std::uint64_t> parse_size(std::string_view text);

/// Events per second: "100", "100/s", "5k/s", "1.5M/s", "30/m", "10/h". Greater than 0.
MQTT_TOOLBOX_API Result<double> parse_rate(std::string_view text);

/// yes/no, true/false, on/off, 1/0, in either case.
MQTT_TOOLBOX_API Result<bool> parse_boolean(std::string_view text);

/// A duration for people: "1.5 s", "200 ms", "3 us"; whole minutes, hours and days as "5 min", "2
/// h", "1 d". At most three decimals.
MQTT_TOOLBOX_API std::string show_duration(Duration duration);

/// The candidate nearest to a misspelt `word` when near enough to be worth suggesting
/// (Damerau-Levenshtein distance at most a third of its length, at least 1).
MQTT_TOOLBOX_API std::optional<std::string_view> nearest(
    std::string_view word, std::span<const std::string_view> candidates);

}  // namespace mqtt_toolbox
