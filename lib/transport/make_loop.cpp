#include "transport/make_loop.hpp"

#include <exception>

namespace mqtt_toolbox::transport {

Result<std::unique_ptr<Loop>> make_loop() {
  try {
    return std::make_unique<Loop>();
  } catch (const std::exception& exception) {
    return fail(ExitCode::io, exception.what());
  }
}

}  // namespace mqtt_toolbox::transport
