#include "base/time.hpp"

namespace mqtt_toolbox {

Time SystemClock::now() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

}  // namespace mqtt_toolbox
