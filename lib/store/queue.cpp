#include "store/queue.hpp"

#include <utility>

#include "transport/plugin.hpp"

namespace mqtt_toolbox::store {

Result<std::unique_ptr<Queue>> open_queue(const std::string& directory, Access access) {
  auto symbol = transport::plugin_symbol("sqlite", open_queue_symbol);
  if (!symbol) return tl::unexpected(std::move(symbol.error()));
  Queue* queue = nullptr;
  Error error;
  if (reinterpret_cast<OpenQueue>(*symbol)(&directory, access, &queue, &error) != 0)
    return tl::unexpected(std::move(error));
  return std::unique_ptr<Queue>(queue);
}

}  // namespace mqtt_toolbox::store
