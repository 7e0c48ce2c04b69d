#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "base/system.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::bench {

/// Answers every HTTP request with one text: what Prometheus scrapes.
class ExpositionServer {
 public:
  /// `address` is ADDRESS:PORT, with an IPv6 address in brackets; ExitCode::usage when it is not
  /// that, ExitCode::io when it cannot be listened on. `text` makes the body for each request.
  static Result<std::unique_ptr<ExpositionServer>> start(transport::Loop& loop,
                                                         const std::string& address,
                                                         std::function<std::string()> text);

 private:
  struct Connection {
    FileDescriptor socket;
    std::string request;
    std::string answer;
    std::unique_ptr<transport::Loop::Watch> watch;
  };

  ExpositionServer(transport::Loop& loop, FileDescriptor listener,
                   std::function<std::string()> text);
  void accept_one();
  void serve(int number, transport::Interest ready);
  bool read_request(Connection& connection);
  bool write_answer(Connection& connection);

  transport::Loop& loop_;
  std::function<std::string()> text_;
  FileDescriptor listener_;
  transport::Loop::Watch watch_;
  std::map<int, Connection> connections_;
};

}  // namespace mqtt_toolbox::bench
