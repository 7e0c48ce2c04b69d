#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/export.hpp"
#include "base/result.hpp"
#include "base/system.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::transport {

/// What a read or a write came to.
struct Io {
  enum class Kind : std::uint8_t { done, would_block, end, failed };
  Kind kind = Kind::done;
  std::size_t size = 0;
  /// Reads: nothing more is there now, so that another read would only say would_block.
  bool drained = false;
};

/// How a stream ends (for `Stream::end`).
enum class Ending : std::uint8_t {
  graceful,  ///< TLS close_notify, WebSocket close frame, then FIN
  fin,       ///< FIN at once, nothing said before it
  reset,     ///< RST (SO_LINGER 0)
  freeze,    ///< neither reads nor writes any more; the socket stays open until destruction
};

/// Facts about an open stream, for traces, results and probes. Empty where they do not apply.
struct StreamFacts {
  std::string peer;                       ///< "127.0.0.1:1883", "[::1]:1883", "/run/broker.sock"
  std::string tls_version;                ///< "TLSv1.3"
  std::string tls_cipher;                 ///< "TLS_AES_256_GCM_SHA384"
  std::string tls_alpn;                   ///< the protocol chosen
  std::vector<std::string> certificates;  ///< the peer's chain, PEM, leaf first
  std::string subprotocol;                ///< chosen by the WebSocket server
};

/// The bytes given to a socket, with what TLS and WebSocket add to them.
struct Transmission {
  std::uint64_t sent = 0;   ///< acknowledged by the peer's system; a Unix socket: read
  std::size_t waiting = 0;  ///< still in the socket
};

/// Told by a stream. `on_readable`: read until Io::drained, would_block or an end; who stops
/// earlier must come back by itself (Loop::defer). `on_writable`: a write that would have blocked
/// may go on.
class StreamEvents {
 public:
  virtual ~StreamEvents() = default;
  virtual void on_readable() = 0;
  virtual void on_writable() = 0;
};

/// A connected, non-blocking byte stream; TLS and WebSocket are streams over a stream. Destruction
/// closes the descriptor without ceremony.
class Stream {
 public:
  virtual ~Stream() = default;
  virtual Io read(std::span<char> into) = 0;
  /// Writes from the front of the pieces as far as it goes; partial is normal. After would_block
  /// the next write begins with the same bytes and has no fewer. Pieces that cannot be read fail
  /// with ExitCode::io.
  virtual Io write(std::span<const std::string_view> pieces) = 0;
  /// Which events are wanted. A layer may use the other direction for itself in between.
  virtual void want(Interest interest) = 0;
  /// Null: nobody is told any more.
  virtual void set_events(StreamEvents* events) = 0;
  /// After Io::Kind::failed or `end`: why.
  virtual Error error() const = 0;
  /// Begins the ending; `graceful` is best effort and does not wait for the peer's answer.
  virtual void end(Ending ending) = 0;
  virtual StreamFacts facts() const = 0;
  virtual Transmission transmission() const = 0;
  /// Of the socket at the bottom, for socket options only.
  virtual int descriptor() const = 0;
};

/// A stream over a connected, non-blocking stream socket; for the side that accepts.
MQTT_TOOLBOX_API std::unique_ptr<Stream> socket_stream(Loop& loop, FileDescriptor socket,
                                                       std::string peer);

}  // namespace mqtt_toolbox::transport
