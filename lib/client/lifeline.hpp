#pragma once

#include <memory>
#include <utility>

namespace mqtt_toolbox::client {

/// Makes callbacks that do nothing once their owner is gone: the loop's one-time callbacks cannot
/// be taken back.
class Lifeline {
 public:
  template <typename Callback>
  auto guard(Callback callback) const {
    return [alive = std::weak_ptr<char>(alive_), callback = std::move(callback)] {
      if (!alive.expired()) callback();
    };
  }

 private:
  std::shared_ptr<char> alive_ = std::make_shared<char>('\0');
};

}  // namespace mqtt_toolbox::client
