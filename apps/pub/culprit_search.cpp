#include "pub/culprit_search.hpp"

#include <utility>

namespace mqtt_toolbox::pub {

CulpritSearch::Verdict CulpritSearch::connection_ended(client::Token oldest, bool is_alone) {
  const bool has_begun = std::exchange(is_one_at_a_time_, true);
  if (!is_alone && was_acknowledged_) {
    is_one_at_a_time_ = has_begun;
    return Verdict::none;
  }
  if (is_alone) {
    if (std::exchange(alone_, oldest) != oldest) ends_ = 0;
    ++ends_;
  }
  if (ends_ < ends_of_a_suspect) return has_begun ? Verdict::none : Verdict::one_at_a_time;
  if (suspect_) return Verdict::hopeless;
  suspect_ = oldest;
  ends_ = 0;
  return Verdict::suspected;
}

std::optional<client::Token> CulpritSearch::acknowledged() {
  was_acknowledged_ = true;
  return std::exchange(suspect_, std::nullopt);
}

}  // namespace mqtt_toolbox::pub
