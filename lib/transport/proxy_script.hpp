#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "transport/settings.hpp"

namespace mqtt_toolbox::transport {

/// What to do next with a proxy: send, then receive exactly so many bytes. With nothing to receive
/// the way is open. No byte is taken that belongs to the target.
struct ProxyStep {
  std::string send;
  std::size_t receive = 0;
};

/// A proxy's protocol without the I/O. An error's text is the cause alone.
class ProxyScript {
 public:
  virtual ~ProxyScript() = default;
  /// `received` is what the step before asked for, "" at first.
  virtual Result<ProxyStep> next(std::string_view received) = 0;
};

/// RFC 1928 with the name left to the proxy, and RFC 1929.
std::unique_ptr<ProxyScript> socks5_script(const ProxySettings& proxy, const std::string& host,
                                           std::uint16_t port);

/// RFC 9110 section 9.3.6, with Basic credentials (RFC 7617).
std::unique_ptr<ProxyScript> http_connect_script(const ProxySettings& proxy,
                                                 const std::string& host, std::uint16_t port);

std::unique_ptr<ProxyScript> proxy_script(const ProxySettings& proxy, const std::string& host,
                                          std::uint16_t port);

}  // namespace mqtt_toolbox::transport
