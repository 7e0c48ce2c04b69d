#pragma once

#include <memory>
#include <span>
#include <vector>

#include "checks/suite.hpp"
#include "probe/will.hpp"
#include "will/settings.hpp"

namespace mqtt_toolbox::will {

/// Chooses the cases, calls the witnesses and has the cases played.
class Trial {
 public:
  Trial(console::World& world, const Settings& settings);

  console::Ended run();

 private:
  Status begin(probe::Ground& ground);
  Status read_earlier_value(const probe::Ground& ground);
  Status put_right(probe::Scene& scene);
  Status call_witnesses(const probe::Ground& ground);
  Status call_witness(const probe::Ground& ground, client::Engine engine,
                      std::vector<std::unique_ptr<probe::Witness>>& witnesses);

  console::World& world_;
  const Settings& settings_;
  probe::WillCompany company_;
};

}  // namespace mqtt_toolbox::will
