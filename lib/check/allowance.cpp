#include "check/allowance.hpp"

#include <utility>

namespace mqtt_toolbox::check {

Holding::~Holding() {
  end_large_packet();
  set(0);
}

bool Holding::set(std::size_t bytes) {
  return allowance_->change(std::exchange(bytes_, bytes), bytes);
}

bool Holding::begin_large_packet() {
  if (!is_at_large_packet_) is_at_large_packet_ = allowance_->begin_large_packet();
  return is_at_large_packet_;
}

void Holding::end_large_packet() {
  if (std::exchange(is_at_large_packet_, false)) allowance_->end_large_packet();
}

}  // namespace mqtt_toolbox::check
