#pragma once

#include <memory>
#include <span>
#include <vector>

#include "check/suite.hpp"
#include "will/settings.hpp"
#include "will/will_fixture.hpp"

namespace mqtt_toolbox::will {

/// Chooses the cases, calls the witnesses and has the cases played.
class Trial {
 public:
  Trial(console::World& world, const Settings& settings);

  console::Ended run();

 private:
  Status begin(check::Ground& ground);
  Status read_earlier_value(const check::Ground& ground);
  Status put_right(check::Scene& scene);
  Status call_witnesses(const check::Ground& ground);
  Status call_witness(const check::Ground& ground, client::Engine engine,
                      std::vector<std::unique_ptr<will::Witness>>& witnesses);

  console::World& world_;
  const Settings& settings_;
  will::WillCompany company_;
};

}  // namespace mqtt_toolbox::will
