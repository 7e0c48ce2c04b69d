#pragma once

#include <string>

#include "base/system.hpp"
#include "transport/stream.hpp"

namespace mqtt_toolbox::transport {

/// TCP and Unix sockets, non-blocking; connecting or connected.
class SocketStream final : public Stream {
 public:
  SocketStream(Loop& loop, FileDescriptor socket, std::string peer);
  ~SocketStream() override;

  Io read(std::span<char> into) override;
  Io write(std::span<const std::string_view> pieces) override;
  void want(Interest interest) override;
  void set_events(StreamEvents* events) override { events_ = events; }
  Error error() const override { return error_; }
  void end(Ending ending) override;
  StreamFacts facts() const override;
  Transmission transmission() const override;
  int descriptor() const override { return socket_.get(); }

  /// The outcome of connect() as an errno value, once the socket is writable.
  int connect_outcome() const;

 private:
  Io failed(int error_number);
  void told(Interest ready);
  void close_with_reset();

  FileDescriptor socket_;
  std::string peer_;
  StreamEvents* events_ = nullptr;
  Error error_;
  std::uint64_t written_ = 0;  ///< bytes
  bool frozen_ = false;
  bool* gone_ = nullptr;                ///< tells a callback under way of the destruction
  std::unique_ptr<Loop::Watch> watch_;  ///< gone before the socket
};

}  // namespace mqtt_toolbox::transport
