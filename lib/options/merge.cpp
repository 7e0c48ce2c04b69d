#include <algorithm>
#include <map>

#include "options/layers.hpp"
#include "options/url.hpp"

namespace mqtt_toolbox::options {
namespace {

bool names_broker(const Spec& spec) {
  return spec.name == "url" || spec.name == "host" || spec.name == "unix";
}

/// MQTT_URL and single options of a layer: the latter rank higher.
int rank(const Origin& origin) {
  return static_cast<int>(origin.layer) * 2 + (origin.from_url ? 0 : 1);
}

template <typename Predicate>
void drop(Candidates& candidates, Predicate predicate) {
  candidates.erase(std::remove_if(candidates.begin(), candidates.end(), predicate),
                   candidates.end());
}

void drop_other_brokers(Candidates& candidates) {
  Layer highest = Layer::fallback;
  for (const Candidate& candidate : candidates)
    if (names_broker(*candidate.spec)) highest = std::max(highest, candidate.origin.layer);
  drop(candidates, [&](const Candidate& candidate) {
    return candidate.origin.layer < highest &&
           (candidate.spec->broker_bound || candidate.origin.from_url);
  });
}

/// Whether no other option of the slot has the rank of `mine`.
Status check_slot(const Candidates& candidates, const Candidate& mine) {
  for (const Candidate& other : candidates)
    if (other.spec != mine.spec && other.spec->slot == mine.spec->slot && !is_off(other) &&
        rank(other.origin) == rank(mine.origin))
      return fail(ExitCode::usage,
                  mine.origin.where + " and " + other.origin.where + " exclude each other");
  return {};
}

Status settle_slots(Candidates& candidates) {
  const Candidates before = candidates;
  drop(candidates, [&](const Candidate& mine) {
    return !mine.spec->slot.empty() &&
           std::any_of(before.begin(), before.end(), [&](const Candidate& other) {
             return other.spec->slot == mine.spec->slot && other.spec != mine.spec &&
                    !is_off(other) && rank(other.origin) > rank(mine.origin);
           });
  });
  for (const Candidate& candidate : candidates)
    if (!candidate.spec->slot.empty() && !is_off(candidate))
      if (auto status = check_slot(candidates, candidate); !status) return status;
  return {};
}

/// Which candidates win. A repeatable option takes all of the highest layer, the URL's part
/// included; any other the last one of the highest rank.
class Winners {
 public:
  explicit Winners(const Candidates& candidates) : candidates_(candidates) {
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const auto [best, is_first] = best_.try_emplace(candidates[i].spec, i);
      if (!is_first && rank(candidates[best->second].origin) <= rank(candidates[i].origin))
        best->second = i;
    }
  }

  bool has(std::size_t index) const {
    const Candidate& mine = candidates_[index];
    const std::size_t best = best_.at(mine.spec);
    return mine.spec->repeatable ? mine.origin.layer == candidates_[best].origin.layer
                                 : index == best;
  }

 private:
  const Candidates& candidates_;
  std::map<const Spec*, std::size_t> best_;  ///< the last one of the highest rank
};

void drop_overridden(Candidates& candidates) {
  const Winners winners(candidates);
  Candidates kept;
  for (std::size_t i = 0; i < candidates.size(); ++i)
    if (winners.has(i)) kept.push_back(candidates[i]);
  candidates = std::move(kept);
}

/// An explicit older version, named above options that only 5.0 has, makes those of no use.
void drop_v5_below_older_version(Candidates& candidates) {
  Layer version = Layer::fallback;
  for (const Candidate& candidate : candidates)
    if (candidate.spec->name == "protocol-version" &&
        candidate.values[0].find('3') != std::string::npos)
      version = candidate.origin.layer;
  drop(candidates, [&](const Candidate& candidate) {
    return candidate.spec->v5 && candidate.origin.layer < version;
  });
}

/// The options a URL stands for, for a tool that has them.
class Expansion {
 public:
  Expansion(const Tool& tool, const Origin& origin, Candidates& out)
      : tool_(tool), origin_(origin), out_(out) {
    origin_.from_url = true;
  }

  void add(std::string_view option, std::string value) {
    if (const Spec* spec = find_spec(tool_, option))
      out_.push_back({spec, origin_, {std::move(value)}});
  }
  void add(std::string_view option, std::optional<std::string>&& value) {
    if (value) add(option, std::move(*value));
  }

 private:
  const Tool& tool_;
  Origin origin_;
  Candidates& out_;
};

void expand(Url&& url, Expansion& out) {
  const bool socket = url.scheme == Scheme::unix_socket;
  const bool websocket = url.scheme == Scheme::ws || url.scheme == Scheme::wss;
  const bool tls = url.scheme == Scheme::mqtts || url.scheme == Scheme::wss;
  out.add(socket ? "unix" : "host", socket ? std::move(url.path) : std::move(url.host));
  if (url.port) out.add("port", std::to_string(*url.port));
  out.add("tls", std::string(tls ? "true" : "false"));
  out.add("ws", std::string(websocket ? "true" : "false"));
  if (websocket && !url.path.empty()) out.add("ws-path", std::move(url.path));
  out.add("username", std::move(url.username));
  out.add("password", std::move(url.password));
  out.add("topic", std::move(url.topic));
}

/// Of a topic and a URL with one on the command line the later counts, as with mosquitto_pub; `url`
/// is the index of the latter.
void drop_topics_before(const Tool& tool, std::size_t url, Candidates& candidates) {
  const Spec* topic = find_spec(tool, "topic");
  if (topic == nullptr || topic->repeatable) return;
  const auto end = candidates.begin() + static_cast<std::ptrdiff_t>(url);
  candidates.erase(std::remove_if(candidates.begin(), end,
                                  [&](const Candidate& candidate) {
                                    return candidate.spec == topic &&
                                           candidate.origin.layer == Layer::flag;
                                  }),
                   end);
}

}  // namespace

bool is_off(const Candidate& candidate) {
  const Kind kind = candidate.spec->kind;
  return (kind == Kind::flag || kind == Kind::mark) && !candidate.values.empty() &&
         candidate.values[0] == "false";
}

Status expand_urls(const Tool& tool, Candidates& candidates) {
  Candidates expanded;
  const Winners winners(candidates);
  std::size_t topic_at = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& candidate = candidates[i];
    if (candidate.spec->name != "url" || !winners.has(i)) continue;
    auto url = parse_url(candidate.values[0]);
    if (!url) return fail(url.error().code, candidate.origin.where + ": " + url.error().text);
    if (url->topic && candidate.origin.layer == Layer::flag) topic_at = i;
    Expansion expansion(tool, candidate.origin, expanded);
    expand(std::move(*url), expansion);
  }
  drop_topics_before(tool, topic_at, candidates);
  candidates.insert(candidates.begin(), std::make_move_iterator(expanded.begin()),
                    std::make_move_iterator(expanded.end()));
  return {};
}

Status merge(Candidates& candidates) {
  drop_other_brokers(candidates);
  if (auto status = settle_slots(candidates); !status) return status;
  drop_overridden(candidates);
  drop_v5_below_older_version(candidates);
  std::stable_sort(
      candidates.begin(), candidates.end(),
      [](const Candidate& a, const Candidate& b) { return rank(a.origin) < rank(b.origin); });
  return {};
}

}  // namespace mqtt_toolbox::options
