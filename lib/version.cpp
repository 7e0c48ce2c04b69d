#include "base/export.hpp"

// The shared library needs one source of its own; everything else comes from the modules' archives.
extern "C" MQTT_TOOLBOX_API const char* mqtt_toolbox_version() {
  return MQTT_TOOLBOX_VERSION;
}
