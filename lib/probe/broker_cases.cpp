#include "probe/broker_cases.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "probe/broker_facts.hpp"
#include "probe/stream.hpp"

namespace mqtt_toolbox::probe {

namespace {

constexpr std::array usual_parts{protocol_cases,     keep_alive_cases, delivery_cases,
                                 subscription_cases, retained_cases,   property_cases,
                                 session_cases,      limit_cases,      tls_cases};
/// Here the death of the broker is what they look for.
constexpr std::array harmful_parts{malformed_cases, hostile_cases};

/// The script of the part's row, whose finding speaks against a living broker only: what another
/// case has done to it is not this one's to tell.
Finding play_usual(Scene& scene) {
  for (const auto part : usual_parts) {
    const auto rows = part();
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const Case& candidate) {
      return candidate.name == scene.task().played->name;
    });
    if (row == rows.end()) continue;
    const Finding found = row->play(scene);
    const bool was_in_trouble = scene.in_trouble();
    Finding judged = of_living_broker(scene, found);
    if (judged.verdict != found.verdict || scene.in_trouble() != was_in_trouble)
      (void)scene.take_facts();
    return judged;
  }
  return inconclusive("there is no such case");
}

}  // namespace

std::span<const Case> broker_cases() {
  static const std::vector<Case> all = [] {
    std::vector<Case> cases;
    for (const auto part : usual_parts)
      for (Case row : part()) {
        row.play = play_usual;
        cases.push_back(row);
      }
    for (const auto part : harmful_parts) {
      const auto rows = part();
      cases.insert(cases.end(), rows.begin(), rows.end());
    }
    return cases;
  }();
  return all;
}

std::span<const FactRow> broker_fact_rows() {
  return broker_facts;
}

}  // namespace mqtt_toolbox::probe
