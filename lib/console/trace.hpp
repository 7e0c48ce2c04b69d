#pragma once

#include <string>

#include "base/export.hpp"
#include "protocol/codec.hpp"
#include "record/trace.hpp"
#include "record/wall_time.hpp"
#include "session/handler.hpp"

namespace mqtt_toolbox::console {

/// `--trace`: every control packet on standard error as it goes by.
class MQTT_TOOLBOX_API Trace {
 public:
  Trace(record::TraceForm form, record::WallClock& clock) : writer_(form), clock_(clock) {}

  void packet(session::Direction direction, const protocol::Frame& frame,
              protocol::Version version);

 private:
  record::TraceWriter writer_;
  record::WallClock& clock_;
  std::string line_;
};

}  // namespace mqtt_toolbox::console
