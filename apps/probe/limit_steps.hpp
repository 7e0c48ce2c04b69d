#pragma once

#include <optional>
#include <string>

#include "probe/bounded_search.hpp"
#include "probe/broker_steps.hpp"

namespace mqtt_toolbox::probe {

/// A client that publishes to itself, and comes back when the broker has thrown it out.
class Echo {
 public:
  explicit Echo(check::CaseContext& context) : context_(context) {}

  /// Whether a message to this topic comes back; none: the broker is so slow that nobody can say,
  /// the case's time is nearly over, or the case is aborted.
  std::optional<bool> comes_back(const std::string& topic);

 private:
  std::optional<bool> no_or_silent(bool was_answered) const;

  check::CaseContext& context_;
  check::ScriptedClient* client_ = nullptr;
};

/// Whether there is no time for another attempt.
bool has_to_stop(check::CaseContext& context);

/// So much timeout, but no more than leaves time to say what was found.
check::Timeout within_time(check::CaseContext& context, check::Timeout timeout);

/// The usual ending of a search: the fact, and what people are told.
check::Finding report_limit(check::CaseContext& context, const check::FactRow& row,
                            const Largest& largest, std::string_view of_what);

}  // namespace mqtt_toolbox::probe
