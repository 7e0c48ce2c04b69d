#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "transport/connector.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::transport {

/// One name looked up on a thread of its own, so that the loop goes on. Destruction forgets the
/// look-up; the thread ends when the system has answered.
class Resolver {
 public:
  using Done = std::function<void(Result<std::vector<Address>>)>;

  Resolver(Loop& loop, const std::string& host, std::uint16_t port, Done done);

 private:
  struct Job;
  void refuse(Loop& loop, int cause, Done done);

  std::shared_ptr<Job> job_;
  std::unique_ptr<Loop::Watch> watch_;
};

}  // namespace mqtt_toolbox::transport
