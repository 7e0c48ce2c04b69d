#pragma once

#include <functional>
#include <memory>
#include <string>

#include "transport/proxy_script.hpp"
#include "transport/stream.hpp"

namespace mqtt_toolbox::transport {

/// Talks to a proxy over a connected stream until the way to the target is open, and leaves the
/// stream as it was but for that.
class ProxyNegotiation final : private StreamEvents {
 public:
  using Ready = std::function<void(const Error& error)>;

  ProxyNegotiation(Stream& stream, std::unique_ptr<ProxyScript> script, Ready ready);

  /// Calls `ready` once, perhaps from here, with an empty text for success. It may destroy this.
  void begin();

 private:
  void on_readable() override { go_on(); }
  void on_writable() override { go_on(); }
  void go_on();
  bool send();
  bool receive();
  bool next();
  void ended(Error error);

  Stream& stream_;
  std::unique_ptr<ProxyScript> script_;
  Ready ready_;
  std::string to_send_;
  std::size_t sent_ = 0;
  std::string received_;
  std::size_t to_receive_ = 0;
};

}  // namespace mqtt_toolbox::transport
