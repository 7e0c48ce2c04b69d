#pragma once

#include <cstdint>
#include <memory>

#include "base/system.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::contract {

/// A connection to the broker that can be cut as if the client's machine had died; an engine cannot
/// be told to do that. It listens on a port of its own and passes one connection on.
class Line {
 public:
  /// `loop` must outlive it.
  Line(transport::Loop& loop, std::uint16_t broker_port);

  std::uint16_t port() const { return port_; }
  /// The broker sees a reset.
  void cut();

 private:
  using Watch = transport::Loop::Watch;
  void accept();
  void pass_on(int from, int to);
  void end();

  transport::Loop& loop_;
  std::uint16_t broker_port_;
  std::uint16_t port_ = 0;
  FileDescriptor listener_, client_, broker_;
  std::unique_ptr<Watch> watch_listener_, watch_client_, watch_broker_;
};

}  // namespace mqtt_toolbox::contract
