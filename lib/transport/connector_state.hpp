#pragma once

#include <optional>
#include <string>
#include <vector>

#include "transport/connector.hpp"
#include "transport/dial.hpp"
#include "transport/plugin.hpp"
#include "transport/proxy.hpp"
#include "transport/resolver.hpp"
#include "transport/socket_stream.hpp"

namespace mqtt_toolbox::transport {

/// Carries a connection through its stages. Callbacks hold a reference of their own while they run,
/// for `done` may destroy the connector.
struct Connector::State final : StreamEvents, std::enable_shared_from_this<State> {
  State(Loop& its_loop, const ConnectSettings& its_settings);

  void start(std::optional<std::vector<Address>> found, Done its_done);
  void cancel();

  void on_readable() override {}
  void on_writable() override;

 private:
  void find_addresses();
  void find_unix_address();
  void resolved(Result<std::vector<Address>> found);
  void connect_to(std::vector<Address> found);
  void try_next_address();
  void address_failed(DialFailure failure);
  void no_address_left();
  void connected();
  void negotiate_with_proxy();
  void way_is_open();
  void secure();
  void secured();
  void upgrade();
  void upgraded();

  struct LayerStage;
  static const LayerStage tls_stage;
  static const LayerStage websocket_stage;
  void run(const LayerStage& stage, Result<std::unique_ptr<Layer>> layer);
  void layer_failed(const LayerStage& stage, const Error& error);

  void cancel_streams();
  void wait_at_most(Duration limit, std::function<void()> otherwise);
  void fail_with(ExitCode code, const std::string& cause);
  void settle(Result<Connection> result);
  void deliver();

  struct Attempt {
    std::string address;
    DialFailure failure;
  };

  Loop& loop_;
  const ConnectSettings& settings_;
  Done done_;
  bool starting_ = false;  ///< inside `start`, from where `done` must not be called
  StageTimes times_;
  std::function<void()> on_timeout_;
  Loop::Timer timer_;
  std::optional<Resolver> resolver_;
  std::vector<Address> addresses_;
  std::size_t next_address_ = 0;
  std::vector<Attempt> attempts_;
  std::unique_ptr<SocketStream> socket_;  ///< while it connects
  std::unique_ptr<Stream> stream_;
  std::optional<ProxyNegotiation> negotiation_;
  std::optional<Result<Connection>> outcome_;
};

}  // namespace mqtt_toolbox::transport
