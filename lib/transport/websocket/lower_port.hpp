#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/role.hpp>

#include "transport/stream.hpp"

namespace mqtt_toolbox::transport::websocket {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

/// A stream that tells its readiness, as a stream that completes operations: what would block waits
/// here until the layer comes back. Beast sees it through the handle `Lower`.
///
/// A peer can make work without end that brings nothing: empty frames, pings. So each turn of the
/// loop has a number of operations; what goes beyond it waits for the next event.
class LowerPort {
 public:
  LowerPort(asio::io_context& context, Stream& stream) : context_(context), stream_(stream) {}

  asio::io_context& context() { return context_; }
  bool waits_to_read() const { return reading_ != nullptr; }
  bool waits_to_write() const { return writing_ != nullptr; }

  void begin_turn() { operations_left_ = operations_per_turn; }
  /// Takes one operation from those of this turn; false when none is left.
  bool use_operation() {
    if (operations_left_ == 0) return false;
    --operations_left_;
    return true;
  }

  void retry_read() { retry(reading_); }
  void retry_write() { retry(writing_); }

  template <typename Buffers, typename Handler>
  void read(const Buffers& buffers, Handler&& handler) {
    using Waiting = ReadOperation<Buffers, std::decay_t<Handler>>;
    start<Waiting>(reading_, buffers, std::forward<Handler>(handler));
  }
  template <typename Buffers, typename Handler>
  void write(const Buffers& buffers, Handler&& handler) {
    using Waiting = WriteOperation<Buffers, std::decay_t<Handler>>;
    start<Waiting>(writing_, buffers, std::forward<Handler>(handler));
  }

 private:
  struct Operation {
    virtual ~Operation() = default;
    /// False when it would block.
    virtual bool attempt(LowerPort& port) = 0;
  };

  template <typename Handler>
  struct Completing : Operation {
    explicit Completing(Handler its_handler) : handler(std::move(its_handler)) {}
    bool complete(LowerPort& port, const Io& io) {
      error_code error;
      if (io.kind == Io::Kind::would_block) return false;
      if (io.kind == Io::Kind::end) error = asio::error::eof;
      if (io.kind == Io::Kind::failed) error = asio::error::connection_aborted;
      asio::post(port.context_, beast::bind_front_handler(std::move(handler), error, io.size));
      return true;
    }
    Handler handler;
  };

  template <typename Buffers, typename Handler>
  struct ReadOperation final : Completing<Handler> {
    ReadOperation(const Buffers& its_buffers, Handler its_handler)
        : Completing<Handler>(std::move(its_handler)), buffers(its_buffers) {}
    bool attempt(LowerPort& port) override {
      auto end = asio::buffer_sequence_end(buffers);
      for (auto it = asio::buffer_sequence_begin(buffers); it != end; ++it) {
        asio::mutable_buffer buffer(*it);
        if (buffer.size() == 0) continue;
        return this->complete(
            port, port.stream_.read({static_cast<char*>(buffer.data()), buffer.size()}));
      }
      return this->complete(port, Io{});
    }
    Buffers buffers;
  };

  template <typename Buffers, typename Handler>
  struct WriteOperation final : Completing<Handler> {
    WriteOperation(const Buffers& its_buffers, Handler its_handler)
        : Completing<Handler>(std::move(its_handler)), buffers(its_buffers) {}
    bool attempt(LowerPort& port) override {
      std::array<std::string_view, 8> pieces;
      std::size_t count = 0;
      auto end = asio::buffer_sequence_end(buffers);
      for (auto it = asio::buffer_sequence_begin(buffers); it != end; ++it) {
        if (count == pieces.size()) break;
        asio::const_buffer buffer(*it);
        pieces[count++] = {static_cast<const char*>(buffer.data()), buffer.size()};
      }
      return this->complete(port, port.stream_.write({pieces.data(), count}));
    }
    Buffers buffers;
  };

  template <typename Waiting, typename Buffers, typename Handler>
  void start(std::unique_ptr<Operation>& place, const Buffers& buffers, Handler&& handler) {
    auto operation = std::make_unique<Waiting>(buffers, std::forward<Handler>(handler));
    if (!use_operation() || !operation->attempt(*this)) place = std::move(operation);
  }

  void retry(std::unique_ptr<Operation>& place) {
    auto operation = std::move(place);
    if (!operation) return;
    if (!use_operation() || !operation->attempt(*this)) place = std::move(operation);
  }

  /// Enough to fill a caller's buffer of 64 KiB with small frames: Beast reads 1,536 bytes at once.
  static constexpr int operations_per_turn = 64;

  asio::io_context& context_;
  Stream& stream_;
  std::unique_ptr<Operation> reading_;
  std::unique_ptr<Operation> writing_;
  int operations_left_ = operations_per_turn;
};

/// What Beast calls an AsyncStream.
class Lower {
 public:
  using executor_type = asio::io_context::executor_type;

  explicit Lower(LowerPort& port) : port_(&port) {}
  executor_type get_executor() const noexcept { return port_->context().get_executor(); }

  template <typename Buffers, typename Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [port = port_](auto&& handler, const Buffers& its_buffers) {
          port->read(its_buffers, std::forward<decltype(handler)>(handler));
        },
        token, buffers);
  }
  template <typename Buffers, typename Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [port = port_](auto&& handler, const Buffers& its_buffers) {
          port->write(its_buffers, std::forward<decltype(handler)>(handler));
        },
        token, buffers);
  }

 private:
  LowerPort* port_;
};

/// Beast asks for the end of the transport here; how it ends is said by Stream::end.
inline void teardown(beast::role_type, Lower&, error_code& error) {
  error = {};
}
template <typename Handler>
void async_teardown(beast::role_type, Lower& lower, Handler&& handler) {
  asio::post(lower.get_executor(),
             beast::bind_front_handler(std::forward<Handler>(handler), error_code{}));
}

/// For Beast's time-outs, which are off: the connector keeps time.
inline void beast_close_socket(Lower&) {}

}  // namespace mqtt_toolbox::transport::websocket
