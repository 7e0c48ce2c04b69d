#include <exception>
#include <memory>

#include "store/queue.hpp"
#include "store/sqlite/sqlite_queue.hpp"

namespace {
using mqtt_toolbox::Error;
using mqtt_toolbox::ExitCode;
using namespace mqtt_toolbox::store;
}  // namespace

extern "C" MQTT_TOOLBOX_API int mqtt_toolbox_open_queue(const std::string* directory, Access access,
                                                        Queue** queue, Error* error) noexcept {
  try {
    auto opened = SqliteQueue::open(*directory, access);
    if (opened) *queue = opened->release();
    if (!opened) *error = opened.error();
    return opened ? 0 : 1;
  } catch (const std::exception& exception) {
    *error = {ExitCode::io, exception.what()};
  }
  return 1;
}
