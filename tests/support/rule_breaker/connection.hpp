#pragma once

#include <string>
#include <string_view>

#include "base/system.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::rule_breaker {

class Connection;

/// Told by a connection, inside the loop.
class ConnectionEvents {
 public:
  virtual ~ConnectionEvents() = default;
  /// Returns how many bytes were taken off the front of what has come.
  virtual std::size_t on_bytes(std::string_view bytes) = 0;
  /// The client ended it; `on_over` follows.
  virtual void on_lost(bool is_reset) = 0;
  /// The connection may be destroyed, but not inside the call.
  virtual void on_over() = 0;
};

/// A socket with a client at the other end.
class Connection {
 public:
  Connection(transport::Loop& loop, FileDescriptor socket, ConnectionEvents& events);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void send(std::string_view bytes);
  /// Writes what is left, then FIN; what the client still sends is read and dropped for a while, so
  /// that its last packets do not make the system reset the connection.
  void close();
  bool is_closing() const { return state_ != State::open; }
  std::size_t unwritten() const { return output_.size(); }

  /// `send` does nothing any more.
  void mute() { is_mute_ = true; }
  bool is_mute() const { return is_mute_; }
  void send_although_mute(std::string_view bytes);
  /// Sends `bytes` again and again, as fast as the client reads, and nothing else.
  void flood(std::string bytes);
  /// Only the client's end is noticed from now on, and only by what cannot be sent.
  void stop_reading() { is_deaf_ = true; }
  /// The end of the process will reset the connection.
  void reset_at_exit();

 private:
  enum class State : std::uint8_t { open, closing, over };

  void on_ready(transport::Interest ready);
  void read_some();
  void write_some();
  void update_interest();
  void finish();

  ConnectionEvents& events_;
  FileDescriptor socket_;
  transport::Loop::Watch watch_;
  transport::Loop& loop_;
  transport::Loop::Timer longest_closing_;
  State state_ = State::open;
  bool was_reset_ = false;
  bool said_fin_ = false;
  std::string input_;
  std::string output_;
  bool is_mute_ = false;
  bool is_deaf_ = false;
  std::string flood_;
};

}  // namespace mqtt_toolbox::rule_breaker
