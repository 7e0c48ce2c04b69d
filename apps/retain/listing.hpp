#pragma once

#include <string>

#include "console/output.hpp"
#include "record/results.hpp"
#include "retain/plan.hpp"
#include "retained/topics.hpp"

namespace mqtt_toolbox::retain {

using retained::Found;
using retained::Topics;

/// What is found, as data on standard output: lines for people, or JSON.
class Listing {
 public:
  Listing(console::Output& output, const Plan& plan) : output_(output), plan_(plan) {}

  /// One line a message: the payload's bytes and the topic.
  Status list(const Topics& topics, record::WallTime now);
  /// A line for each level down to the plan's depth, with the messages and bytes at and below it.
  Status tree(const Topics& topics, record::WallTime now);
  /// Of a message that is there although it should be gone.
  Status remaining(const record::Remaining& message, record::WallTime now);
  Status difference(const record::Difference& difference, record::WallTime now);
  Status summary(std::string_view text, const record::Summary& summary, record::WallTime now);
  Status finish();

 private:
  Status written();
  void append_topic(std::string_view topic);

  console::Output& output_;
  const Plan& plan_;
  record::ResultWriter writer_;
};

}  // namespace mqtt_toolbox::retain
