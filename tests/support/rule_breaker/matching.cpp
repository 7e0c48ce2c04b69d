#include "support/rule_breaker/matching.hpp"

#include <string>

#include "protocol/topic.hpp"

namespace mqtt_toolbox::rule_breaker {
namespace {

bool matches_dollar(std::string_view filter, std::string_view topic) {
  std::string plain(topic);
  plain.front() = '-';
  return protocol::has_wildcard(filter.substr(0, 1)) && protocol::matches(filter, plain);
}

bool is_parent(std::string_view filter, std::string_view topic) {
  return filter.ends_with("/#") && filter.size() == topic.size() + 2;
}

}  // namespace

bool matches(std::string_view filter, std::string_view topic, const Rules& rules) {
  const bool has_plus = filter.find('+') != std::string_view::npos;
  if (has_plus && rules.breaks(Breach::wildcard_plus_broken)) return false;
  if (is_parent(filter, topic) && rules.breaks(Breach::wildcard_hash_no_parent)) return false;
  if (topic.starts_with('$') && rules.breaks(Breach::dollar_matched_by_wildcard) &&
      matches_dollar(filter, topic))
    return true;
  return protocol::matches(filter, topic);
}

}  // namespace mqtt_toolbox::rule_breaker
