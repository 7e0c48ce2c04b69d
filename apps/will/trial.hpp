#pragma once

#include <memory>
#include <span>
#include <vector>

#include "check/suite.hpp"
#include "will/settings.hpp"
#include "will/will_fixture.hpp"

namespace mqtt_toolbox::will {

/// Chooses the cases, calls the observers and has the cases played.
class Trial {
 public:
  Trial(console::World& world, const Settings& settings);

  console::Ended run();

 private:
  Status begin(check::RunContext& run);
  Status read_earlier_value(const check::RunContext& run);
  Status put_right(check::CaseContext& context);
  Status call_observers(const check::RunContext& run);
  Status call_observer(const check::RunContext& run, client::Engine engine,
                       std::vector<std::unique_ptr<will::Observer>>& observers);

  console::World& world_;
  const Settings& settings_;
  will::WillFixture company_;
};

}  // namespace mqtt_toolbox::will
