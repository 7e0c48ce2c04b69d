#include "transport/websocket/websocket_layer.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <utility>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "transport/pieces.hpp"
#include "transport/websocket/handshake.hpp"
#include "transport/websocket/open.hpp"

namespace mqtt_toolbox::transport::websocket {

namespace {

namespace ws = beast::websocket;

constexpr std::size_t buffer_size = 16384;  ///< each way; also the largest frame sent

/// One for all connections of a thread: Beast's timers, though unused, cost three descriptors each
/// time.
std::shared_ptr<asio::io_context> thread_context() {
  thread_local std::weak_ptr<asio::io_context> shared;
  auto context = shared.lock();
  if (!context) {
    context = std::make_shared<asio::io_context>(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE);
    shared = context;
  }
  return context;
}

}  // namespace

Result<std::unique_ptr<Layer>> open(const WebSocketSettings& settings, const std::string& host,
                                    Stream* lower) {
  if (auto good = check_request(settings, host); !good) return tl::unexpected(good.error());
  return std::make_unique<WebSocketLayer>(settings, host, lower);
}

WebSocketLayer::WebSocketLayer(const WebSocketSettings& settings, std::string host, Stream* lower)
    : settings_(settings),
      host_(std::move(host)),
      context_(thread_context()),
      port_(std::make_unique<LowerPort>(*context_, *lower)),
      socket_(std::make_unique<Socket>(*port_)),
      self_(std::make_shared<WebSocketLayer*>(this)) {
  prepare();
  lower_.reset(lower);  // the last step: what throws before leaves it with the caller
}

WebSocketLayer::~WebSocketLayer() {
  if (gone_ != nullptr) *gone_ = true;
  *self_ = nullptr;
}

void WebSocketLayer::prepare() {
  socket_->set_option(
      ws::stream_base::timeout{ws::stream_base::none(), ws::stream_base::none(), false});
  socket_->set_option(ws::stream_base::decorator(
      [this](ws::request_type& request) { decorate(request, settings_); }));
  socket_->binary(true);
  socket_->auto_fragment(false);
  socket_->write_buffer_bytes(buffer_size);
  socket_->read_message_max(0);  // nothing is collected: bytes are handed on as they come
}

template <typename Handle>
auto WebSocketLayer::guarded(Handle handle) {
  return [self = self_, handle](auto... arguments) {
    if (*self != nullptr) handle(**self, arguments...);
  };
}

void WebSocketLayer::begin(Ready ready) {
  ready_ = std::move(ready);
  lower_->set_events(this);
  try {
    start_handshake();
  } catch (const std::exception& exception) {
    handshake_outcome_ = Error{ExitCode::unreachable, exception.what()};
  }
  poll();
  tell_ready();
}

void WebSocketLayer::start_handshake() {
  socket_->async_handshake(
      response_, host_, request_target(settings_),
      guarded([](WebSocketLayer& layer, const error_code& error) { layer.handshake_over(error); }));
}

void WebSocketLayer::handshake_over(const error_code& error) {
  if (error) {
    handshake_outcome_ = handshake_failure(error);
  } else {
    handshake_outcome_ = check_response(response_, settings_);
  }
}

Error WebSocketLayer::handshake_failure(const error_code& error) {
  if (error == ws::error::upgrade_declined) return refusal(response_);
  const bool ended = error == asio::error::eof || error == asio::error::connection_aborted ||
                     error == beast::http::error::end_of_stream ||
                     error == beast::http::error::partial_message;
  const std::string peer = lower_->facts().peer;
  if (!ended) return handshake_fault(error, peer);
  Error lower = lower_failure();
  return lower.code == ExitCode::tls ? lower : ended_in_handshake(lower.text, peer);
}

/// Why the stream below failed. When it was a write that failed, what the peer said before it went,
/// a TLS alert above all, may still be there to be read, and says more.
Error WebSocketLayer::lower_failure() {
  Error failure = lower_->error();
  std::array<char, 512> rest;
  lower_->read(rest);
  return lower_->error().code == ExitCode::tls ? lower_->error() : failure;
}

void WebSocketLayer::tell_ready() {
  if (!handshake_outcome_ || !ready_) return update_interest();
  Error outcome = *handshake_outcome_;
  open_ = outcome.text.empty();
  if (!open_) gone(Io::Kind::failed, outcome);
  wanted_ = Interest::none;
  update_interest();
  std::exchange(ready_, nullptr)(outcome);
}

Io WebSocketLayer::read(std::span<char> into) {
  if (frozen_) return {Io::Kind::would_block, 0, true};
  port_->begin_turn();
  std::size_t total = 0;
  while (total < into.size()) {
    total += take(into.subspan(total));
    if (incoming_begin_ < incoming_end_) break;
    if (over_) break;
    if (!read_frame()) {
      update_interest();
      return {total > 0 ? Io::Kind::done : Io::Kind::would_block, total, true};
    }
  }
  bool at_end = over_ && incoming_begin_ == incoming_end_;
  if (at_end && total == 0 && !into.empty()) return {*over_, 0, true};
  return {Io::Kind::done, total, false};
}

std::size_t WebSocketLayer::take(std::span<char> into) {
  std::size_t size = std::min(into.size(), incoming_end_ - incoming_begin_);
  if (size > 0) std::memcpy(into.data(), incoming_.data() + incoming_begin_, size);
  incoming_begin_ += size;
  return size;
}

/// False when the rest waits for another event: nothing more is there, or what is there brings
/// nothing and has had its share of this turn.
bool WebSocketLayer::read_frame() {
  if (!read_pending_) start_read();
  poll();
  if (read_pending_) return false;
  const bool is_empty = incoming_begin_ == incoming_end_ && !over_;
  return !is_empty || port_->use_operation();
}

void WebSocketLayer::start_read() {
  read_pending_ = true;
  incoming_begin_ = incoming_end_ = 0;
  incoming_.resize(buffer_size);
  socket_->async_read_some(asio::buffer(incoming_),
                           guarded([](WebSocketLayer& layer, const error_code& error,
                                      std::size_t size) { layer.read_over(error, size); }));
}

void WebSocketLayer::read_over(const error_code& error, std::size_t size) {
  read_pending_ = false;
  if (error) return gone(error);
  if (socket_->got_text()) {
    return gone(Io::Kind::failed, {ExitCode::lost,
                                   "the server sent a WebSocket text frame where MQTT has binary "
                                   "ones"});
  }
  incoming_end_ = size;
}

Io WebSocketLayer::write(std::span<const std::string_view> pieces) {
  if (over_ && !write_pending_) return {Io::Kind::failed, 0, false};
  if (frozen_ || write_pending_) return {Io::Kind::would_block, 0, false};
  port_->begin_turn();
  PieceCursor cursor(pieces);
  Io io;
  io.size = std::exchange(sent_before_, 0);
  cursor.advance(io.size);
  outgoing_.resize(buffer_size);
  for (;;) {
    std::string_view chunk = cursor.chunk(outgoing_);
    if (chunk.empty()) return io;
    start_write(chunk);
    poll();
    if (write_pending_ || over_) break;
    cursor.advance(pending_size_);
    io.size += pending_size_;
    sent_before_ = 0;
  }
  update_interest();
  if (io.size == 0) io.kind = over_ ? Io::Kind::failed : Io::Kind::would_block;
  return io;
}

/// The bytes must stay while the write is pending, whatever the caller does with its own.
void WebSocketLayer::start_write(std::string_view chunk) {
  write_pending_ = true;
  pending_size_ = chunk.size();
  if (chunk.data() != outgoing_.data()) std::memcpy(outgoing_.data(), chunk.data(), chunk.size());
  socket_->async_write(asio::const_buffer(outgoing_.data(), chunk.size()),
                       guarded([](WebSocketLayer& layer, const error_code& error, std::size_t) {
                         layer.write_over(error);
                       }));
}

void WebSocketLayer::write_over(const error_code& error) {
  write_pending_ = false;
  if (error) return gone(error);
  sent_before_ = pending_size_;
}

void WebSocketLayer::gone(const error_code& error) {
  if (error == asio::error::eof) return gone(Io::Kind::end, lower_->error());
  if (error == asio::error::connection_aborted) return gone(Io::Kind::failed, lower_failure());
  if (error == ws::error::closed) {
    return gone(Io::Kind::end,
                {ExitCode::lost, close_text(lower_->facts().peer, socket_->reason())});
  }
  gone(Io::Kind::failed, {ExitCode::lost, "the WebSocket failed: " + error.message()});
}

void WebSocketLayer::gone(Io::Kind kind, Error error) {
  if (over_) return;
  over_ = kind;
  error_ = std::move(error);
}

void WebSocketLayer::poll() {
  try {
    context_->restart();
    context_->poll();
  } catch (const std::exception& exception) {
    gone(Io::Kind::failed,
         {ExitCode::lost, fmt::format("the WebSocket failed: {}", printable(exception.what()))});
  }
}

void WebSocketLayer::want(Interest interest) {
  wanted_ = interest;
  if (open_) update_interest();
}

/// Bytes that are here already bring no event from below; being writable brings one.
void WebSocketLayer::update_interest() {
  Interest lower = Interest::none;
  bool reading = (wanted_ & Interest::read) != Interest::none;
  bool kept_back = incoming_begin_ < incoming_end_ || over_ || (open_ && !read_pending_);
  if (open_ ? reading : port_->waits_to_read()) lower = lower | Interest::read;
  if (reading && kept_back) lower = lower | Interest::write;
  if (port_->waits_to_write() || (wanted_ & Interest::write) != Interest::none) {
    lower = lower | Interest::write;
  }
  lower_->want(lower);
}

void WebSocketLayer::on_readable() {
  port_->begin_turn();
  port_->retry_read();
  poll();
  if (!open_) return tell_ready();
  tell_events(false);
}

void WebSocketLayer::on_writable() {
  port_->begin_turn();
  port_->retry_write();
  poll();
  if (!open_) return tell_ready();
  tell_events(true);
}

void WebSocketLayer::tell_events(bool writable) {
  bool reading = (wanted_ & Interest::read) != Interest::none;
  if (reading && !read_pending_) {
    while (!over_ && incoming_begin_ == incoming_end_ && read_frame()) {
    }
  }
  update_interest();
  bool gone = false;
  gone_ = &gone;
  bool readable = incoming_begin_ < incoming_end_ || over_;
  if (reading && readable && events_ != nullptr) events_->on_readable();
  if (gone) return;
  gone_ = nullptr;
  writable = writable && !write_pending_ && (wanted_ & Interest::write) != Interest::none;
  if (writable && events_ != nullptr) events_->on_writable();
}

void WebSocketLayer::end(Ending ending) {
  const bool says_so = ending == Ending::graceful && open_ && !over_;
  if (says_so && !std::exchange(close_started_, true)) {
    port_->begin_turn();
    socket_->async_close(ws::close_code::normal,
                         guarded([](WebSocketLayer&, const error_code&) {}));
    poll();
  }
  frozen_ = frozen_ || ending == Ending::freeze;
  lower_->end(ending);
}

StreamFacts WebSocketLayer::facts() const {
  StreamFacts facts = lower_->facts();
  facts.subprotocol = chosen_subprotocol(response_);
  return facts;
}

}  // namespace mqtt_toolbox::transport::websocket
