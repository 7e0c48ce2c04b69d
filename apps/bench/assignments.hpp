#pragma once

#include <limits>
#include <utility>

#include "base/text.hpp"
#include "bench/settings.hpp"
#include "options/assign.hpp"

/// What the options of the table set.
namespace mqtt_toolbox::bench {

inline constexpr std::uint64_t most_clients = 10'000'000;

inline Settings& bench_of(options::Settings& settings) {
  return static_cast<Settings&>(settings);
}

template <auto part, auto member, std::uint64_t low>
Status take_number(options::Settings& settings, options::Values values) {
  return options::detail::store(parse_unsigned(values[0], low, most_clients),
                                bench_of(settings).work.*part.*member);
}

template <auto part, auto member>
Status take_rate(options::Settings& settings, options::Values values) {
  return options::detail::store(parse_rate(values[0]), bench_of(settings).work.*part.*member);
}

template <auto member>
Status take_duration(options::Settings& settings, options::Values values) {
  return parse_duration(values[0]).map(
      [&](Duration duration) { bench_of(settings).work.*member = duration; });
}

template <auto member>
Status take_search_rate(options::Settings& settings, options::Values values) {
  return options::detail::store(parse_rate(values[0]), bench_of(settings).search.*member);
}

template <auto member>
Status take_outlet(options::Settings& settings, options::Values values) {
  bench_of(settings).outlets.*member = std::string(values[0]);
  return {};
}

template <auto member, std::uint64_t low, std::uint64_t high>
Status take_sink_number(options::Settings& settings, options::Values values) {
  return options::detail::store(parse_unsigned(values[0], low, high),
                                bench_of(settings).sink.*member);
}

template <auto member>
Status take_fault_number(options::Settings& settings, options::Values values) {
  return options::detail::store(
      parse_unsigned(values[0], 0, std::numeric_limits<std::uint32_t>::max()),
      bench_of(settings).sink.faults.*member);
}

template <auto member>
Status take_fault_duration(options::Settings& settings, options::Values values) {
  return parse_duration(values[0]).map(
      [&](Duration duration) { bench_of(settings).sink.faults.*member = duration; });
}

Status take_source_addresses(options::Settings& settings, options::Values values);
Status take_churn(options::Settings& settings, options::Values values);
Status take_threads(options::Settings& settings, options::Values values);
Status take_topic(options::Settings& settings, options::Values values);
Status take_filter(options::Settings& settings, options::Values values);
Status take_share(options::Settings& settings, options::Values values);
Status take_qos(options::Settings& settings, options::Values values);
Status take_subscribe_qos(options::Settings& settings, options::Values values);
Status take_retain(options::Settings& settings, options::Values values);
Status take_size(options::Settings& settings, options::Values values);
Status take_message_rate(options::Settings& settings, options::Values values);
Status take_arrivals(options::Settings& settings, options::Values values);
Status take_messages(options::Settings& settings, options::Values values);
Status take_interval(options::Settings& settings, options::Values values);
Status take_start(options::Settings& settings, options::Values values);
Status take_seed(options::Settings& settings, options::Values values);
Status take_precision(options::Settings& settings, options::Values values);
Status take_confirmations(options::Settings& settings, options::Values values);
Status take_interval_json(options::Settings& settings, options::Values values);
Status take_route(options::Settings& settings, options::Values values);
Status take_refuse_reason(options::Settings& settings, options::Values values);

}  // namespace mqtt_toolbox::bench
