#include "sub/selector.hpp"

#include <algorithm>

#include "protocol/topic.hpp"

namespace mqtt_toolbox::sub {

bool Selector::is_filtered_out(protocol::Bytes topic) const {
  return std::any_of(plan_.filters_out.begin(), plan_.filters_out.end(),
                     [&](const std::string& filter) { return protocol::matches(filter, topic); });
}

bool Selector::is_drawn() {
  return std::uniform_real_distribution<double>(0, 100)(random_) < plan_.random_percent;
}

}  // namespace mqtt_toolbox::sub
