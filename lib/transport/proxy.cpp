#include "transport/proxy.hpp"

#include <string_view>
#include <utility>

namespace mqtt_toolbox::transport {

std::unique_ptr<ProxyScript> proxy_script(const ProxySettings& proxy, const std::string& host,
                                          std::uint16_t port) {
  bool socks = proxy.kind == ProxySettings::Kind::socks5h;
  return socks ? socks5_script(proxy, host, port) : http_connect_script(proxy, host, port);
}

ProxyNegotiation::ProxyNegotiation(Stream& stream, std::unique_ptr<ProxyScript> script, Ready ready)
    : stream_(stream), script_(std::move(script)), ready_(std::move(ready)) {}

void ProxyNegotiation::begin() {
  stream_.set_events(this);
  next();
}

/// Whether there is more to do.
bool ProxyNegotiation::next() {
  auto step = script_->next(std::string_view(received_.data(), to_receive_));
  if (!step || step->receive == 0) {
    ended(step ? Error{} : step.error());
    return false;
  }
  to_send_ = std::move(step->send);
  sent_ = 0;
  to_receive_ = step->receive;
  received_.clear();
  stream_.want(to_send_.empty() ? Interest::read : Interest::write);
  return true;
}

void ProxyNegotiation::go_on() {
  while (send() && receive() && next()) {
  }
}

bool ProxyNegotiation::send() {
  while (sent_ < to_send_.size()) {
    std::string_view rest = std::string_view(to_send_).substr(sent_);
    Io io = stream_.write({&rest, 1});
    if (io.kind == Io::Kind::would_block) return false;
    if (io.kind != Io::Kind::done) {
      ended(stream_.error());
      return false;
    }
    sent_ += io.size;
    if (sent_ == to_send_.size()) stream_.want(Interest::read);
  }
  return true;
}

/// Whether all that was asked for is there.
bool ProxyNegotiation::receive() {
  std::size_t have = received_.size();
  received_.resize(to_receive_);
  Io io = stream_.read(std::span<char>(received_).subspan(have));
  received_.resize(have + io.size);
  if (io.kind == Io::Kind::end) {
    ended({ExitCode::unreachable, "the proxy closed the connection"});
  } else if (io.kind == Io::Kind::failed) {
    ended(stream_.error());
  }
  return io.kind == Io::Kind::done && received_.size() == to_receive_;
}

void ProxyNegotiation::ended(Error error) {
  stream_.set_events(nullptr);
  stream_.want(Interest::none);
  if (!error.text.empty()) error.code = ExitCode::unreachable;
  std::exchange(ready_, nullptr)(error);
}

}  // namespace mqtt_toolbox::transport
