#include "load/ranks.hpp"

#include <algorithm>
#include <limits>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "protocol/topic.hpp"
#include "transport/plugin.hpp"

namespace mqtt_toolbox::load {

namespace {

/// What falls to one rank of things that are numbered.
struct Part {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

class Division {
 public:
  Division(std::uint32_t rank, std::uint32_t size)
      : rank_(rank),
        size_(size),
        digits_(fmt::format("{:0{}}", rank, fmt::formatted_size("{}", size - 1))) {}

  Part of(std::uint64_t whole) const {
    const std::uint64_t each = whole / size_;
    const std::uint64_t more = whole % size_;
    return {rank_ * each + std::min<std::uint64_t>(rank_, more), each + (rank_ < more ? 1 : 0)};
  }
  std::uint32_t count_of(std::uint32_t whole) const {
    return static_cast<std::uint32_t>(of(whole).count);
  }
  /// In proportion to the clients.
  double rate_of(double whole, std::uint32_t clients) const {
    return clients == 0
               ? 0
               : whole * static_cast<double>(of(clients).count) / static_cast<double>(clients);
  }
  /// What the publishers of this rank would send if one process had them all.
  std::uint64_t messages_of(std::uint64_t whole, std::uint32_t publishers) const {
    const Part part = of(publishers);
    const std::uint64_t more = whole % publishers;
    const std::uint64_t with_one_more = std::min(more, part.first + part.count);
    return part.count * (whole / publishers) + with_one_more - std::min(part.first, more);
  }
  /// Every `{n}` with this rank's digits behind it.
  void number(std::string& pattern) const {
    constexpr std::string_view name = "{n}";
    for (std::size_t at = 0; (at = pattern.find(name, at)) != std::string::npos;) {
      pattern.insert(at + name.size(), digits_);
      at += name.size() + digits_.size();
    }
  }
  /// The rank's own part of the topic tree.
  std::string within(std::string_view topic) const {
    return fmt::format("rank-{}/{}", rank_, topic);
  }
  std::string filter_within(const std::string& filter) const {
    const auto shared = protocol::shared_subscription(filter);
    if (!shared) return within(filter);
    const std::size_t front = filter.size() - shared->filter.size();
    return filter.substr(0, front) + within(shared->filter);
  }
  std::uint32_t run_of(std::uint32_t run) const {
    const std::uint64_t bases =
        (std::uint64_t(std::numeric_limits<std::uint32_t>::max()) + 1) / size_;
    return static_cast<std::uint32_t>(run % bases * size_ + rank_);
  }
  std::uint32_t rank() const { return rank_; }
  std::uint64_t seed_of(std::uint64_t seed) const { return seed + rank_ * 0x9e3779b97f4a7c15u; }

 private:
  std::uint32_t rank_;
  std::uint32_t size_;
  std::string digits_;
};

Status check(const Plan& whole, std::uint32_t size) {
  const auto few = [size](std::uint64_t count, std::string_view what) {
    return fail(ExitCode::usage,
                fmt::format("{} {} are too few for {} ranks: each needs one", count, what, size));
  };
  if (whole.publishes() && whole.publishing.publishers < size)
    return few(whole.publishing.publishers, "publishers");
  if (whole.subscribes() && whole.subscribing.subscribers < size)
    return few(whole.subscribing.subscribers, "subscribers");
  if (whole.scenario == Scenario::connect && whole.idle_clients < size)
    return few(whole.idle_clients, "clients");
  if (whole.publishes() && whole.publishing.messages != 0 && whole.publishing.messages < size)
    return few(whole.publishing.messages, "messages");
  return {};
}

/// Publisher n of all takes topic n modulo their number, or topics n, n plus the publishers, ...
std::vector<std::string> topics_of(const std::vector<std::string>& topics, Part part,
                                   std::uint64_t publishers) {
  std::vector<std::string> own;
  const bool each_has_one = topics.size() < publishers;
  for (std::uint64_t row = 0; row < (each_has_one ? 1 : topics.size()); row += publishers) {
    for (std::uint64_t n = part.first; n < part.first + part.count; ++n) {
      const std::uint64_t place = row + n;
      if (each_has_one || place < topics.size()) own.push_back(topics[place % topics.size()]);
    }
  }
  return own;
}

void divide_publishing(const Plan& whole, const Division& division, Plan& plan) {
  const Publishing& all = whole.publishing;
  Publishing& own = plan.publishing;
  own.publishers = division.count_of(all.publishers);
  own.rate = division.rate_of(all.rate, all.publishers);
  own.messages = division.messages_of(all.messages, all.publishers);
  if (!all.topics.empty())
    own.topics = topics_of(all.topics, division.of(all.publishers), all.publishers);
  division.number(own.topic);
  for (std::string& topic : own.topics) division.number(topic);
}

void divide_subscribing(const Plan& whole, const Division& division, Plan& plan) {
  plan.subscribing.subscribers = division.count_of(whole.subscribing.subscribers);
  for (std::string& filter : plan.subscribing.filters) division.number(filter);
}

void keep_to_rank(const Division& division, Plan& plan) {
  plan.publishing.topic = division.within(plan.publishing.topic);
  for (std::string& topic : plan.publishing.topics) topic = division.within(topic);
  for (std::string& filter : plan.subscribing.filters) filter = division.filter_within(filter);
}

void divide_clients(const Plan& whole, const Division& division, std::uint32_t size, Plan& plan) {
  Clients& own = plan.clients;
  own.rank = division.rank();
  own.clients_of_all_ranks = whole.client_count();
  own.connect_rate = division.rate_of(whole.clients.connect_rate, whole.client_count());
  own.pending_connects = std::max(1u, whole.clients.pending_connects / size);
  division.number(own.identifier);
  if (own.username) division.number(*own.username);
  if (own.password) division.number(*own.password);
  if (own.credentials.empty()) return;
  // Where this rank's clients would be in the list if one process had all of them.
  const auto first = division.of(whole.client_count()).first % own.credentials.size();
  std::rotate(own.credentials.begin(), own.credentials.begin() + static_cast<std::ptrdiff_t>(first),
              own.credentials.end());
}

}  // namespace

Result<Plan> share_of(const Plan& whole, std::uint32_t rank, std::uint32_t size) {
  if (size <= 1) return whole;
  if (auto status = check(whole, size); !status) return tl::unexpected(status.error());
  const Division division(rank, size);
  Plan plan = whole;
  if (whole.publishes()) divide_publishing(whole, division, plan);
  if (whole.subscribes()) divide_subscribing(whole, division, plan);
  plan.idle_clients = division.count_of(whole.idle_clients);
  plan.churn_rate = division.rate_of(whole.churn_rate, whole.idle_clients);
  divide_clients(whole, division, size, plan);
  if (whole.scenario == Scenario::roundtrip) keep_to_rank(division, plan);
  plan.run = division.run_of(whole.run);
  plan.seed = division.seed_of(whole.seed);
  return plan;
}

Result<std::unique_ptr<Ranks>> open_ranks() {
  auto symbol = transport::plugin_symbol("mpi", open_ranks_symbol);
  if (!symbol)
    return fail(symbol.error().code,
                "started by an MPI launcher, but without its module: " + symbol.error().text);
  Ranks* ranks = nullptr;
  Error error;
  if (reinterpret_cast<OpenRanks>(*symbol)(&ranks, &error) != 0)
    return tl::unexpected(std::move(error));
  return std::unique_ptr<Ranks>(ranks);
}

}  // namespace mqtt_toolbox::load
