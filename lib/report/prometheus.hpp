#pragma once

#include <cstdint>
#include <string>

#include "base/export.hpp"
#include "load/measurement.hpp"
#include "report/result.hpp"

namespace mqtt_toolbox::report {

/// What `--prometheus` shows of a run under way, in the text exposition format 0.0.4 (content type
/// "text/plain; version=0.0.4; charset=utf-8"). Quantiles are those of the last interval; sums and
/// counts grow over the run, as the format wants it.
class MQTT_TOOLBOX_API Exposition {
 public:
  explicit Exposition(const Setup& setup) : setup_(setup) {}

  /// After each interval, also of connecting and the warm-up: counters are those of the whole run.
  void update(const load::Interval& interval);
  std::string text() const;

  static constexpr const char* content_type = "text/plain; version=0.0.4; charset=utf-8";

 private:
  struct Summed {
    double sum = 0;  ///< seconds
    std::uint64_t count = 0;
  };

  Setup setup_;
  load::Counters total_;
  load::Interval last_;
  Summed acknowledged_;
  Summed received_;
  double cpu_ = 0;
};

}  // namespace mqtt_toolbox::report
