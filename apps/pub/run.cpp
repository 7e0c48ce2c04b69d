#include "pub/run.hpp"

#include "pub/publisher.hpp"
#include "pub/store.hpp"

namespace mqtt_toolbox::pub {
namespace {

console::Ended failed(console::World& world, const Error& error) {
  world.reporter.error(error.text);
  return {error.code, 0};
}

console::Ended publish(Settings& settings, console::World& world, store::Queue* queue) {
  return Publisher(world, settings.work, settings.plan, settings.plan.disconnect_properties.view(),
                   queue)
      .run();
}

console::Ended publish_durably(Settings& settings, console::World& world) {
  const auto queue = open_store(settings, world);
  if (!queue) return failed(world, queue.error());
  const auto count = (*queue)->count();
  if (!count) return failed(world, count.error());
  // Nothing to do is done without a connection.
  if (settings.work.input == InputKind::none && count->messages == 0) {
    const auto left = what_is_left(**queue, settings.work.store);
    if (!left) return failed(world, left.error());
    return left->text.empty() ? console::Ended() : failed(world, {left->code, left->text});
  }
  return publish(settings, world, queue->get());
}

}  // namespace

console::Ended run(Settings& settings, console::World& world) {
  if (settings.work.list_store) return list_store(settings.work, world);
  if (!settings.work.store_drop.empty()) return drop_from_store(settings.work, world);
  if (!settings.work.store.empty()) return publish_durably(settings, world);
  return publish(settings, world, nullptr);
}

}  // namespace mqtt_toolbox::pub
