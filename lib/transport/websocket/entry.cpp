#include <exception>
#include <memory>

#include "transport/plugin.hpp"
#include "transport/websocket/open.hpp"

using mqtt_toolbox::Error;
using mqtt_toolbox::ExitCode;
using namespace mqtt_toolbox::transport;

extern "C" MQTT_TOOLBOX_API int mqtt_toolbox_open_websocket(const WebSocketSettings* settings,
                                                            const std::string* host, Stream* lower,
                                                            Layer** layer, Error* error) noexcept {
  try {
    auto opened = websocket::open(*settings, *host, lower);
    if (!opened) {
      *error = opened.error();
      return 1;
    }
    *layer = opened->release();
    return 0;
  } catch (const std::exception& exception) {
    *error = {ExitCode::unreachable, exception.what()};
  } catch (...) {
    *error = {ExitCode::unreachable, "unknown failure"};
  }
  return 1;
}
