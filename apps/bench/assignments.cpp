#include "bench/assignments.hpp"

#include "base/utf8.hpp"
#include "bench/start_time.hpp"
#include "protocol/reason.hpp"
#include "protocol/topic.hpp"

namespace mqtt_toolbox::bench {

using options::Values;

namespace {

protocol::Qos qos_from(std::string_view text) {
  return static_cast<protocol::Qos>(text[0] - '0');
}

tl::unexpected<Error> wrong(std::string text) {
  return fail(ExitCode::usage, std::move(text));
}

}  // namespace

Status take_source_addresses(options::Settings& settings, Values values) {
  std::string_view rest = values[0];
  auto& addresses = bench_of(settings).work.clients.source_addresses;
  addresses.clear();
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find(','));
    if (one.empty()) return wrong("an address is not empty");
    addresses.emplace_back(one);
    rest.remove_prefix(std::min(one.size() + 1, rest.size()));
  }
  return addresses.empty() ? Status(wrong("an address is not empty")) : Status();
}

Status take_churn(options::Settings& settings, Values values) {
  return options::detail::store(parse_rate(values[0]), bench_of(settings).work.churn_rate);
}

Status take_threads(options::Settings& settings, Values values) {
  return options::detail::store(parse_unsigned(values[0], 1, 1024),
                                bench_of(settings).work.threads);
}

/// Whether it is a topic or, for subscribe, a filter is checked once the command is known.
Status take_topic(options::Settings& settings, Values values) {
  bench_of(settings).work.publishing.topic = std::string(values[0]);
  return {};
}

Status take_filter(options::Settings& settings, Values values) {
  if (auto checked = protocol::check_topic_filter(values[0]); !checked)
    return wrong(protocol::describe(checked.error()));
  bench_of(settings).filters.emplace_back(values[0]);
  return {};
}

Status take_share(options::Settings& settings, Values values) {
  if (values[0].empty() || values[0].find_first_of("/+#") != std::string_view::npos)
    return wrong("a share name is not empty and has no / + #");
  bench_of(settings).share = std::string(values[0]);
  return {};
}

Status take_qos(options::Settings& settings, Values values) {
  bench_of(settings).work.publishing.qos = qos_from(values[0]);
  return {};
}

Status take_subscribe_qos(options::Settings& settings, Values values) {
  bench_of(settings).work.subscribing.qos = qos_from(values[0]);
  return {};
}

Status take_retain(options::Settings& settings, Values) {
  bench_of(settings).work.publishing.retain = true;
  return {};
}

Status take_size(options::Settings& settings, Values values) {
  const auto size = parse_size(values[0]);
  if (!size) return tl::unexpected<Error>(size.error());
  if (*size > protocol::maximum_remaining_length)
    return wrong("MQTT carries at most 268435455 bytes");
  bench_of(settings).size = *size;
  return {};
}

Status take_message_rate(options::Settings& settings, Values values) {
  Settings& bench = bench_of(settings);
  bench.full_rate = values[0] == "max";
  if (bench.full_rate) {
    bench.work.publishing.rate = 0;
    return {};
  }
  const auto rate = parse_rate(values[0]);
  if (!rate) return wrong(rate.error().text + ", and not max");
  bench.work.publishing.rate = *rate;
  return {};
}

Status take_arrivals(options::Settings& settings, Values values) {
  bench_of(settings).work.publishing.arrivals =
      values[0] == "poisson" ? load::Arrivals::poisson : load::Arrivals::constant;
  return {};
}

Status take_messages(options::Settings& settings, Values values) {
  return options::detail::store(parse_unsigned(values[0], 1, UINT64_MAX / 2),
                                bench_of(settings).work.publishing.messages);
}

Status take_interval(options::Settings& settings, Values values) {
  const auto interval = parse_duration(values[0]);
  if (!interval) return tl::unexpected<Error>(interval.error());
  if (*interval < std::chrono::milliseconds(10)) return wrong("at least 10 ms");
  bench_of(settings).work.interval = *interval;
  return {};
}

Status take_start(options::Settings& settings, Values values) {
  return parse_start_time(values[0]).map(
      [&](std::int64_t time) { bench_of(settings).start_unix_ns = time; });
}

Status take_seed(options::Settings& settings, Values values) {
  return options::detail::store(parse_unsigned(values[0], 0, UINT64_MAX),
                                bench_of(settings).work.seed);
}

Status take_precision(options::Settings& settings, Values values) {
  return options::detail::store(parse_decimal(values[0], 0.001, 1),
                                bench_of(settings).search.precision);
}

Status take_confirmations(options::Settings& settings, Values values) {
  return options::detail::store(parse_unsigned(values[0], 0, 100),
                                bench_of(settings).search.repeats);
}

Status take_interval_json(options::Settings& settings, Values) {
  bench_of(settings).outlets.interval_json = true;
  return {};
}

Status take_route(options::Settings& settings, Values values) {
  bench_of(settings).sink.route = values[0] == "true";
  return {};
}

Status take_refuse_reason(options::Settings& settings, Values values) {
  const auto reason = protocol::reason_code_from_text(values[0]);
  if (!reason || !protocol::is_failure(*reason))
    return wrong('"' + printable(values[0], 100) + "\" is no reason code of a refusal");
  bench_of(settings).sink.faults.refuse_reason = *reason;
  return {};
}

}  // namespace mqtt_toolbox::bench
