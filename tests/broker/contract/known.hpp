#pragma once

#include <istream>
#include <regex>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "facts.hpp"

namespace mqtt_toolbox::contract {

/// What one broker is known to do instead of what the specification says.
struct KnownBreach {
  std::string broker;
  std::string version;  ///< the first components: "3.10" is also for 3.10.8
  std::regex protocol;  ///< "3.1", "3.1.1", "5.0", "auto"
  std::regex case_name;
  std::regex observed;       ///< what is seen instead
  std::string remark;        ///< for people, a few words
  bool sometimes = false;    ///< a race in the broker: it also does as specified
  bool unsupported = false;  ///< a feature that is not there at all, rather than a breach
};

/// The breaches of one version of one broker.
class KnownBreaches {
 public:
  /// From the JSON file of all brokers. ExitCode::io when it cannot be read.
  static Result<KnownBreaches> read(const std::string& file, const BrokerFacts& broker);
  static Result<KnownBreaches> parse(std::istream& json, const BrokerFacts& broker);

  /// Null: the case should see what the specification says.
  const KnownBreach* find(const std::string& protocol, const std::string& case_name) const;
  bool is_unsupported(const std::string& protocol, const std::string& case_name) const;

 private:
  std::vector<KnownBreach> rows_;
};

}  // namespace mqtt_toolbox::contract
