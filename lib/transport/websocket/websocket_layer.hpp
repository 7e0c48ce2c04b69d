#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/beast/websocket/stream.hpp>

#include "transport/plugin.hpp"
#include "transport/websocket/lower_port.hpp"

namespace mqtt_toolbox::transport::websocket {

/// MQTT in binary frames (MQTT 5.0 section 6). Beast runs on an io_context that never waits: it is
/// polled after each event of the stream below. Handlers only note what happened; the events above
/// are told after the poll, so that they may destroy the layer.
class WebSocketLayer final : public Layer, private StreamEvents {
 public:
  WebSocketLayer(const WebSocketSettings& settings, std::string host, Stream* lower);
  ~WebSocketLayer() override;

  void begin(Ready ready) override;
  Io read(std::span<char> into) override;
  Io write(std::span<const std::string_view> pieces) override;
  void want(Interest interest) override;
  void set_events(StreamEvents* events) override { events_ = events; }
  Error error() const override { return error_; }
  void end(Ending ending) override;
  StreamFacts facts() const override;
  Transmission transmission() const override { return lower_->transmission(); }
  int descriptor() const override { return lower_->descriptor(); }

 private:
  using Socket = beast::websocket::stream<Lower, false>;

  void on_readable() override;
  void on_writable() override;

  void prepare();
  void start_handshake();
  void handshake_over(const error_code& error);
  Error handshake_failure(const error_code& error);
  Error lower_failure();
  bool read_frame();
  void start_read();
  void read_over(const error_code& error, std::size_t size);
  void start_write(std::string_view chunk);
  void write_over(const error_code& error);
  void gone(const error_code& error);
  void gone(Io::Kind kind, Error error);
  std::size_t take(std::span<char> into);

  void poll();
  void update_interest();
  void tell_ready();
  void tell_events(bool writable);

  /// Handlers outlive the layer in the queue of the context.
  template <typename Handle>
  auto guarded(Handle handle);

  WebSocketSettings settings_;
  std::string host_;
  std::shared_ptr<asio::io_context> context_;
  std::unique_ptr<Stream> lower_;
  std::unique_ptr<LowerPort> port_;
  std::unique_ptr<Socket> socket_;
  beast::websocket::response_type response_;
  std::shared_ptr<WebSocketLayer*> self_;

  StreamEvents* events_ = nullptr;
  Ready ready_;
  std::optional<Error> handshake_outcome_;
  bool open_ = false;
  bool frozen_ = false;
  bool close_started_ = false;  ///< Beast takes one close only
  Interest wanted_ = Interest::none;
  bool* gone_ = nullptr;  ///< tells a callback under way of the destruction

  std::vector<char> incoming_;
  std::size_t incoming_begin_ = 0;
  std::size_t incoming_end_ = 0;
  bool read_pending_ = false;
  std::vector<char> outgoing_;
  bool write_pending_ = false;
  std::size_t pending_size_ = 0;
  std::size_t sent_before_ = 0;  ///< bytes sent of which the writer was told would_block
  std::optional<Io::Kind> over_;
  Error error_;
};

}  // namespace mqtt_toolbox::transport::websocket
