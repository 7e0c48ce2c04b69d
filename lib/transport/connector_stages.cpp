#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "transport/address.hpp"
#include "transport/connector_state.hpp"

namespace mqtt_toolbox::transport {

namespace {

template <typename Open, typename Settings>
Result<std::unique_ptr<Layer>> open_layer(const char* module, const char* symbol,
                                          const Settings& settings, const std::string& host,
                                          std::unique_ptr<Stream>& lower) {
  auto found = plugin_symbol(module, symbol);
  if (!found) return tl::unexpected(found.error());
  Layer* layer = nullptr;
  Error error;
  auto open = reinterpret_cast<Open>(*found);
  if (open(&settings, &host, lower.get(), &layer, &error) != 0) {
    return tl::unexpected(std::move(error));
  }
  static_cast<void>(lower.release());  // the layer owns it now
  return std::unique_ptr<Layer>(layer);
}

/// The port belongs into the Host header unless it is the scheme's own (RFC 9110 section 7.2).
std::string host_header(const ConnectSettings& settings) {
  std::uint16_t own = settings.tls ? 443 : 80;
  if (!settings.unix_path.empty()) return settings.host;
  std::string header = host_and_port(settings.host, settings.port);
  if (settings.port == own) header.resize(header.rfind(':'));
  return header;
}

}  // namespace

struct Connector::State::LayerStage {
  const char* name;
  ExitCode late;
  Duration StageTimeouts::*limit;
  void (State::*next)();
};

const Connector::State::LayerStage Connector::State::tls_stage{
    "TLS", ExitCode::tls, &StageTimeouts::tls, &State::secured};
const Connector::State::LayerStage Connector::State::websocket_stage{
    "WebSocket", ExitCode::unreachable, &StageTimeouts::websocket, &State::upgraded};

void Connector::State::negotiate_with_proxy() {
  if (!settings_.proxy) return way_is_open();
  wait_at_most(settings_.timeouts.proxy, [this] {
    cancel_streams();
    fail_with(ExitCode::unreachable, fmt::format("the proxy did not answer within {}",
                                                 show_duration(settings_.timeouts.proxy)));
  });
  negotiation_.emplace(*stream_, proxy_script(*settings_.proxy, settings_.host, settings_.port),
                       [this](const Error& error) {
                         auto alive = shared_from_this();
                         negotiation_.reset();
                         if (error.text.empty()) return way_is_open();
                         stream_.reset();
                         fail_with(error.code, error.text);
                       });
  negotiation_->begin();
}

void Connector::State::way_is_open() {
  times_.proxied = settings_.proxy ? loop_.now() : times_.connected;
  secure();
}

void Connector::State::secure() {
  if (!settings_.tls) return secured();
  run(tls_stage,
      open_layer<OpenTls>("tls", open_tls_symbol, *settings_.tls, settings_.host, stream_));
}

void Connector::State::secured() {
  times_.secured = settings_.tls ? loop_.now() : times_.proxied;
  upgrade();
}

void Connector::State::upgrade() {
  if (!settings_.websocket) return upgraded();
  run(websocket_stage,
      open_layer<OpenWebSocket>("websocket", open_websocket_symbol, *settings_.websocket,
                                host_header(settings_), stream_));
}

void Connector::State::upgraded() {
  times_.upgraded = settings_.websocket ? loop_.now() : times_.secured;
  settle(Connection{std::move(stream_), times_});
}

void Connector::State::run(const LayerStage& stage, Result<std::unique_ptr<Layer>> layer) {
  if (!layer) return layer_failed(stage, layer.error());
  Layer& begun = **layer;
  stream_ = *std::move(layer);
  const Duration limit = settings_.timeouts.*stage.limit;
  wait_at_most(limit, [this, &stage, limit] {
    cancel_streams();
    fail_with(stage.late,
              fmt::format("{} handshake took longer than {}", stage.name, show_duration(limit)));
  });
  begun.begin([this, &stage](const Error& error) {
    auto alive = shared_from_this();
    if (!error.text.empty()) return layer_failed(stage, Error(error));
    (this->*stage.next)();
  });
}

void Connector::State::layer_failed(const LayerStage& stage, const Error& error) {
  stream_.reset();
  if (error.code == ExitCode::io) return settle(tl::unexpected(error));
  // TLS that fails while WebSocket shakes hands: the text names the layer already.
  if (error.code == ExitCode::tls && &stage != &tls_stage) {
    return settle(fail(error.code,
                       fmt::format("no connection to {}: {}", target_name(settings_), error.text)));
  }
  settle(fail(error.code, fmt::format("{} with {} failed: {}", stage.name, target_name(settings_),
                                      error.text)));
}

}  // namespace mqtt_toolbox::transport
