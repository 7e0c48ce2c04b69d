#include "load/prepared.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <unordered_map>

#include <fmt/format.h>

#include "load/names.hpp"
#include "load/source_addresses.hpp"
#include "load/stamp.hpp"
#include "protocol/topic.hpp"

namespace mqtt_toolbox::load {

using protocol::Bytes;

StreamSet::StreamSet(std::vector<std::uint32_t> ascending)
    : streams_(std::move(ascending)),
      all_(!streams_.empty() && streams_.front() == 0 && streams_.back() + 1 == streams_.size()) {}

std::size_t StreamSet::place_of(std::uint32_t stream) const {
  if (all_) return stream < streams_.size() ? stream : none;
  const auto found = std::lower_bound(streams_.begin(), streams_.end(), stream);
  if (found == streams_.end() || *found != stream) return none;
  return static_cast<std::size_t>(found - streams_.begin());
}

namespace {

/// Finds the streams of a filter; each filter is looked at once.
class Matcher {
 public:
  explicit Matcher(const std::vector<std::string>& topics) : topics_(topics) {
    for (std::uint32_t stream = 0; stream < topics.size(); ++stream) {
      by_topic_[topics[stream]].push_back(stream);
    }
  }

  const std::vector<std::uint32_t>& streams_of(const std::string& filter) {
    const auto [found, is_new] = by_filter_.try_emplace(filter);
    if (is_new) found->second = find(filter);
    return found->second;
  }

 private:
  std::vector<std::uint32_t> find(Bytes filter) const {
    if (!protocol::has_wildcard(filter)) {
      const auto exact = by_topic_.find(std::string(filter));
      return exact == by_topic_.end() ? std::vector<std::uint32_t>() : exact->second;
    }
    std::vector<std::uint32_t> found;
    for (std::uint32_t stream = 0; stream < topics_.size(); ++stream) {
      if (protocol::matches(filter, topics_[stream])) found.push_back(stream);
    }
    return found;
  }

  const std::vector<std::string>& topics_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> by_topic_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> by_filter_;
};

Status check_numbers(const Plan& plan) {
  if (plan.threads == 0) return fail(ExitCode::usage, "at least one thread is needed");
  if (plan.publishes() && plan.publishing.publishers == 0)
    return fail(ExitCode::usage, "at least one publisher is needed");
  if (plan.subscribes() && plan.subscribing.subscribers == 0)
    return fail(ExitCode::usage, "at least one subscriber is needed");
  if (plan.subscribes() && plan.subscribing.filters.empty())
    return fail(ExitCode::usage, "subscribers need at least one topic filter");
  if (plan.scenario == Scenario::connect && plan.idle_clients == 0)
    return fail(ExitCode::usage, "at least one client is needed");
  if (plan.interval <= Duration(0)) return fail(ExitCode::usage, "the interval must not be 0");
  if (plan.clients.pending_connects == 0)
    return fail(ExitCode::usage, "at least one connect must be allowed at once");
  if (plan.duration == Duration(0) && (!plan.publishes() || plan.publishing.messages == 0))
    return fail(ExitCode::usage, "a run needs a duration or a number of messages");
  return {};
}

Status check_payloads(const Plan& plan) {
  if (plan.publishing.payloads.empty()) return fail(ExitCode::usage, "publishers need a payload");
  if (plan.scenario != Scenario::roundtrip) return {};
  for (const std::string& payload : plan.publishing.payloads) {
    if (payload.size() < Stamp::size)
      return fail(ExitCode::usage,
                  fmt::format("a payload of {} bytes is too small for a roundtrip: the measuring "
                              "header needs {}",
                              payload.size(), Stamp::size));
  }
  return {};
}

Status make_topics(Prepared& run) {
  const Plan& plan = run.plan;
  const auto& listed = plan.publishing.topics;
  const std::size_t streams = std::max<std::size_t>(run.publishers, listed.size());
  for (std::size_t stream = 0; stream < streams; ++stream) {
    const std::uint64_t publisher = stream % run.publishers;
    const std::string identifier = client_identifier(plan, publisher);
    const std::string& pattern =
        listed.empty() ? plan.publishing.topic : listed[stream % listed.size()];
    run.topics.push_back(expand(pattern, {identifier, publisher, plan.run}));
    if (const auto checked = protocol::check_topic_name(run.topics.back()); !checked)
      return fail(ExitCode::usage,
                  fmt::format("topic \"{}\": {}", pattern, protocol::describe(checked.error())));
  }
  return {};
}

Result<std::vector<std::string>> filters_of(const Prepared& run, std::uint32_t subscriber) {
  const std::string identifier = client_identifier(run.plan, run.publishers + subscriber);
  std::vector<std::string> filters;
  for (const std::string& pattern : run.plan.subscribing.filters) {
    filters.push_back(expand(pattern, {identifier, subscriber, run.plan.run}));
    const auto checked = protocol::check_topic_filter(filters.back(), run.plan.clients.version);
    if (!checked)
      return fail(ExitCode::usage, fmt::format("topic filter \"{}\": {}", pattern,
                                               protocol::describe(checked.error())));
  }
  return filters;
}

/// Fills in what each subscriber is to get.
class Distribution {
 public:
  explicit Distribution(Prepared& run) : run_(run), matcher_(run.topics) {
    run.fan_out.assign(run.topics.size(), 0);
  }

  void add(std::vector<std::string> filters) {
    auto [known, is_new] = known_.try_emplace(filters);
    if (is_new) known->second = make(std::move(filters));
    for (const std::uint32_t stream : known->second->own->streams()) ++run_.fan_out[stream];
    run_.subscriptions.push_back(known->second);
  }

 private:
  std::shared_ptr<const Subscriptions> make(std::vector<std::string> filters) {
    auto made = std::make_shared<Subscriptions>();
    std::vector<std::uint32_t> own;
    for (const std::string& filter : filters) {
      if (const auto shared = protocol::shared_subscription(filter)) {
        made->groups.push_back(group(filter, std::string(shared->filter)));
      } else if (run_.matches_streams) {
        const auto& found = matcher_.streams_of(filter);
        own.insert(own.end(), found.begin(), found.end());
      }
    }
    std::sort(own.begin(), own.end());
    own.erase(std::unique(own.begin(), own.end()), own.end());
    made->own = std::make_shared<const StreamSet>(std::move(own));
    made->filters = std::move(filters);
    return made;
  }

  std::uint32_t group(const std::string& whole, const std::string& filter) {
    const auto next = static_cast<std::uint32_t>(run_.groups.size());
    const auto [found, is_new] = groups_.try_emplace(whole, next);
    if (is_new) {
      std::vector<std::uint32_t> streams;
      if (run_.matches_streams) streams = matcher_.streams_of(filter);
      for (const std::uint32_t stream : streams) ++run_.fan_out[stream];
      run_.groups.push_back({whole, std::make_shared<const StreamSet>(std::move(streams))});
    }
    return found->second;
  }

  Prepared& run_;
  Matcher matcher_;
  std::map<std::vector<std::string>, std::shared_ptr<const Subscriptions>> known_;
  std::map<std::string, std::uint32_t> groups_;
};

Status make_subscriptions(Prepared& run) {
  Distribution distribution(run);
  for (std::uint32_t i = 0; i < run.plan.subscriber_count(); ++i) {
    auto filters = filters_of(run, i);
    if (!filters) return tl::unexpected(filters.error());
    distribution.add(*std::move(filters));
  }
  return {};
}

void make_transports(Prepared& run) {
  const Clients& clients = run.plan.clients;
  run.transports.assign(std::max<std::size_t>(1, clients.source_addresses.size()),
                        clients.transport);
  for (std::size_t i = 0; i < clients.source_addresses.size(); ++i) {
    run.transports[i].bind_address = clients.source_addresses[i];
  }
}

Status find_addresses(Prepared& run) {
  const transport::ConnectSettings& settings = run.plan.clients.transport;
  if (!settings.unix_path.empty()) return {};
  SystemClock clock;
  const Time started = clock.now();
  const std::string& host = settings.proxy ? settings.proxy->host : settings.host;
  const std::uint16_t port = settings.proxy ? settings.proxy->port : settings.port;
  auto found = transport::resolve(host, port);
  if (!found) return tl::unexpected(found.error());
  run.addresses = *std::move(found);
  run.resolve_time = clock.now() - started;
  return {};
}

}  // namespace

Result<std::unique_ptr<Prepared>> prepare_plan(const Plan& plan) {
  auto run = std::make_unique<Prepared>();
  run->plan = plan;
  // What is received is measured, not kept, so that nothing has to wait before it is acknowledged.
  run->plan.clients.session.acknowledge_at_once = true;
  run->plan.clients.session.observe_packets = false;
  run->publishers = plan.publisher_count();
  run->clients = plan.client_count();
  run->threads = std::min(std::max(plan.threads, 1u), std::max(run->clients, 1u));
  run->matches_streams = plan.scenario == Scenario::roundtrip;
  return check_numbers(plan)
      .and_then([&]() -> Status { return plan.publishes() ? check_payloads(plan) : Status(); })
      .and_then([&]() -> Status { return plan.publishes() ? make_topics(*run) : Status(); })
      .and_then([&] { return make_subscriptions(*run); })
      .and_then([&] { return find_addresses(*run); })
      .map([&] {
        choose_source_addresses(*run);
        make_transports(*run);
        return std::move(run);
      });
}

}  // namespace mqtt_toolbox::load
