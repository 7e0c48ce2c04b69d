#include <arpa/inet.h>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "transport/proxy_script.hpp"

namespace mqtt_toolbox::transport {

namespace {

constexpr char protocol_version = 5;
constexpr char no_authentication = 0;
constexpr char by_password = 2;
constexpr char none_acceptable = static_cast<char>(0xFF);
constexpr char address_ipv4 = 1;
constexpr char address_name = 3;
constexpr char address_ipv6 = 4;

constexpr std::array<std::string_view, 9> reply_meanings{
    "succeeded",
    "the proxy failed",
    "the proxy's rules forbid it",
    "the proxy finds the network unreachable",
    "the proxy finds the host unreachable",
    "the target refused the connection",
    "the proxy's time to live ran out",
    "the proxy knows no CONNECT",
    "the proxy does not take this type of address",
};

tl::unexpected<Error> unreachable(std::string cause) {
  return fail(ExitCode::unreachable, std::move(cause));
}

void append_counted(std::string& out, const std::string& text) {
  out += static_cast<char>(text.size());
  out += text;
}

class Socks5 final : public ProxyScript {
 public:
  Socks5(const ProxySettings& proxy, const std::string& host, std::uint16_t port)
      : proxy_(proxy), host_(host), port_(port) {}

  Result<ProxyStep> next(std::string_view received) override { return (this->*on_)(received); }

 private:
  using Handler = Result<ProxyStep> (Socks5::*)(std::string_view);

  ProxyStep then(Handler handler, std::string send, std::size_t receive) {
    on_ = handler;
    return {std::move(send), receive};
  }

  Result<ProxyStep> greet(std::string_view) {
    if (host_.size() > 255) return unreachable("the host name has more than 255 bytes");
    if (proxy_.username.empty()) {
      return then(&Socks5::on_method, {protocol_version, 1, no_authentication}, 2);
    }
    return then(&Socks5::on_method, {protocol_version, 2, no_authentication, by_password}, 2);
  }

  Result<ProxyStep> on_method(std::string_view reply) {
    if (reply[0] != protocol_version) return unreachable("the proxy does not speak SOCKS5");
    if (reply[1] == no_authentication) return request();
    if (reply[1] == by_password && !proxy_.username.empty()) return authenticate();
    if (reply[1] != none_acceptable) {
      return unreachable("the proxy chose a way to authenticate that was not offered");
    }
    return unreachable(proxy_.username.empty() ? "the proxy wants a user name and password"
                                               : "the proxy takes no user name and password");
  }

  Result<ProxyStep> authenticate() {
    if (proxy_.username.size() > 255 || proxy_.password.size() > 255) {
      return unreachable("the proxy's user name or password has more than 255 bytes");
    }
    std::string send(1, '\1');
    append_counted(send, proxy_.username);
    append_counted(send, proxy_.password);
    return then(&Socks5::on_authenticated, std::move(send), 2);
  }

  Result<ProxyStep> on_authenticated(std::string_view reply) {
    if (reply[1] != 0) return unreachable("the proxy refused the user name or password");
    return request();
  }

  Result<ProxyStep> request() {
    std::string send{protocol_version, 1, 0};
    append_target(send);
    send += static_cast<char>(port_ >> 8);
    send += static_cast<char>(port_ & 0xFF);
    return then(&Socks5::on_reply, std::move(send), 4);
  }

  void append_target(std::string& out) const {
    std::array<char, 16> bytes;
    if (inet_pton(AF_INET, host_.c_str(), bytes.data()) == 1) {
      out += address_ipv4;
      out.append(bytes.data(), 4);
    } else if (inet_pton(AF_INET6, host_.c_str(), bytes.data()) == 1) {
      out += address_ipv6;
      out.append(bytes.data(), 16);
    } else {
      out += address_name;
      append_counted(out, host_);
    }
  }

  /// Looks at the outcome before the address: some proxies send nothing after a refusal.
  Result<ProxyStep> on_reply(std::string_view reply) {
    if (reply[0] != protocol_version) return unreachable("the proxy does not speak SOCKS5");
    auto code = static_cast<unsigned char>(reply[1]);
    if (code >= reply_meanings.size()) {
      return unreachable(fmt::format("the proxy refused (SOCKS5 reply {})", code));
    }
    if (code != 0) return unreachable(std::string(reply_meanings[code]));
    switch (reply[3]) {
      case address_ipv4: return then(&Socks5::on_bound, "", 4 + 2);
      case address_ipv6: return then(&Socks5::on_bound, "", 16 + 2);
      case address_name: return then(&Socks5::on_bound_name, "", 1);
      default: return unreachable("the proxy answered with an unknown type of address");
    }
  }

  Result<ProxyStep> on_bound_name(std::string_view length) {
    return then(&Socks5::on_bound, "", static_cast<unsigned char>(length[0]) + 2u);
  }

  Result<ProxyStep> on_bound(std::string_view) { return ProxyStep{}; }

  const ProxySettings& proxy_;
  const std::string& host_;
  std::uint16_t port_;
  Handler on_ = &Socks5::greet;
};

}  // namespace

std::unique_ptr<ProxyScript> socks5_script(const ProxySettings& proxy, const std::string& host,
                                           std::uint16_t port) {
  return std::make_unique<Socks5>(proxy, host, port);
}

}  // namespace mqtt_toolbox::transport
