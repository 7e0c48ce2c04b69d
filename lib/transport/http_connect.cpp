#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/base64.hpp"
#include "base/utf8.hpp"
#include "transport/address.hpp"
#include "transport/proxy_script.hpp"

namespace mqtt_toolbox::transport {

namespace {

constexpr std::size_t largest_reply = 16384;

bool ends_with_blank_line(std::string_view text) {
  return text.ends_with("\r\n\r\n") || text.ends_with("\n\n");
}

/// 407 of "HTTP/1.1 407 Proxy Authentication Required".
std::optional<int> status_of(std::string_view line) {
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || line[8] != ' ') return std::nullopt;
  int status = 0;
  for (char digit : line.substr(9, 3)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    status = status * 10 + (digit - '0');
  }
  return status;
}

/// The reply is taken byte by byte: where it ends is not known before, and what follows belongs to
/// the target.
class HttpConnect final : public ProxyScript {
 public:
  HttpConnect(const ProxySettings& proxy, const std::string& host, std::uint16_t port)
      : proxy_(proxy), target_(host_and_port(host, port)) {}

  Result<ProxyStep> next(std::string_view received) override {
    if (received.empty()) return request();
    reply_ += received;
    if (ends_with_blank_line(reply_)) return judge();
    if (reply_.size() >= largest_reply) {
      return fail(ExitCode::unreachable,
                  fmt::format("the proxy's reply has more than {} bytes", largest_reply));
    }
    return ProxyStep{"", 1};
  }

 private:
  Result<ProxyStep> request() const {
    bool safe = std::all_of(target_.begin(), target_.end(), [](char c) { return c > ' '; });
    if (!safe) return fail(ExitCode::unreachable, "the host name is none that HTTP can carry");
    std::string send = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n", target_);
    if (!proxy_.username.empty()) {
      send += "Proxy-Authorization: Basic ";
      append_base64(send, proxy_.username + ":" + proxy_.password);
      send += "\r\n";
    }
    return ProxyStep{send + "\r\n", 1};
  }

  Result<ProxyStep> judge() const {
    std::string_view line = std::string_view(reply_).substr(0, reply_.find_first_of("\r\n"));
    auto status = status_of(line);
    if (!status) return fail(ExitCode::unreachable, "the proxy does not speak HTTP/1.1");
    if (*status / 100 == 2) return ProxyStep{};
    return fail(ExitCode::unreachable, refusal(*status, printable(line, 200)));
  }

  std::string refusal(int status, const std::string& line) const {
    if (status != 407) return fmt::format("the proxy answered \"{}\"", line);
    return fmt::format("the proxy {} user name and password ({})",
                       proxy_.username.empty() ? "wants a" : "refused the", line);
  }

  const ProxySettings& proxy_;
  std::string target_;
  std::string reply_;
};

}  // namespace

std::unique_ptr<ProxyScript> http_connect_script(const ProxySettings& proxy,
                                                 const std::string& host, std::uint16_t port) {
  return std::make_unique<HttpConnect>(proxy, host, port);
}

}  // namespace mqtt_toolbox::transport
