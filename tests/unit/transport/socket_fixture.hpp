#pragma once

#include <arpa/inet.h>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <memory>
#include <netinet/in.h>
#include <optional>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/system.hpp"
#include "transport/connector.hpp"
#include "transport/loop.hpp"
#include "transport/stream.hpp"

/// Real sockets on loopback for the tests of this folder.
namespace transport_test {

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::transport;
using namespace std::chrono_literals;

/// Long enough that only a hanging test meets it.
inline constexpr Duration patience = 20s;

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "transport-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A listening socket on a free port of a loopback address, or on a path.
class Listener {
 public:
  explicit Listener(const std::string& address = "127.0.0.1", int backlog = 64) {
    sockaddr_storage local{};
    socklen_t size = fill(address, local);
    fd_.reset(socket(local.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    int one = 1;
    if (local.ss_family == AF_INET6) {
      setsockopt(fd_.get(), IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    }
    REQUIRE(bind(fd_.get(), reinterpret_cast<sockaddr*>(&local), size) == 0);
    REQUIRE(listen(fd_.get(), backlog) == 0);
    size = sizeof local;
    getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&local), &size);
    if (local.ss_family == AF_INET) {
      port_ = ntohs(reinterpret_cast<sockaddr_in*>(&local)->sin_port);
    } else if (local.ss_family == AF_INET6) {
      port_ = ntohs(reinterpret_cast<sockaddr_in6*>(&local)->sin6_port);
    }
  }

  std::uint16_t port() const { return port_; }
  int fd() const { return fd_.get(); }
  void close() { fd_.reset(); }

  /// The next connection, blocking socket; waits for it.
  FileDescriptor accept() const {
    pollfd waiting{fd_.get(), POLLIN, 0};
    REQUIRE(poll(&waiting, 1, 20000) == 1);
    FileDescriptor accepted(accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    REQUIRE(accepted);
    return accepted;
  }

 private:
  static socklen_t fill(const std::string& address, sockaddr_storage& local) {
    if (address.find('/') != std::string::npos) {
      auto& path = reinterpret_cast<sockaddr_un&>(local);
      path.sun_family = AF_UNIX;
      REQUIRE(address.size() < sizeof path.sun_path);
      std::memcpy(path.sun_path, address.c_str(), address.size() + 1);
      return sizeof path;
    }
    if (address.find(':') != std::string::npos) {
      auto& v6 = reinterpret_cast<sockaddr_in6&>(local);
      v6.sin6_family = AF_INET6;
      REQUIRE(inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) == 1);
      return sizeof v6;
    }
    auto& v4 = reinterpret_cast<sockaddr_in&>(local);
    v4.sin_family = AF_INET;
    REQUIRE(inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1);
    return sizeof v4;
  }

  FileDescriptor fd_;
  std::uint16_t port_ = 0;
};

/// Reads what is there, waiting for at least one byte; "" at the end, "RST" after a reset.
inline std::string receive(int fd) {
  pollfd waiting{fd, POLLIN, 0};
  REQUIRE(poll(&waiting, 1, 20000) == 1);
  char buffer[65536];
  ssize_t size = recv(fd, buffer, sizeof buffer, 0);
  if (size < 0) return errno == ECONNRESET ? "RST" : "error";
  return std::string(buffer, static_cast<std::size_t>(size));
}

inline bool silent(int fd, int milliseconds = 20) {
  pollfd waiting{fd, POLLIN, 0};
  return poll(&waiting, 1, milliseconds) == 0;
}

inline ConnectSettings to(const std::string& host, std::uint16_t port) {
  ConnectSettings settings;
  settings.host = host;
  settings.port = port;
  return settings;
}

/// Connects and waits in the loop for the outcome.
inline Result<Connection> connect(Loop& loop, const ConnectSettings& settings) {
  std::optional<Result<Connection>> outcome;
  Connector connector(loop, settings);
  connector.start([&](Result<Connection> result) {
    outcome = std::move(result);
    loop.stop();
  });
  REQUIRE_FALSE(outcome.has_value());
  REQUIRE(loop.run_until(loop.now() + patience));
  REQUIRE(outcome.has_value());
  return *std::move(outcome);
}

/// Collects what a stream brings, as the contract of StreamEvents says.
class Reader : public StreamEvents {
 public:
  Reader(Loop& loop, Stream& stream, std::size_t piece = 65536)
      : loop_(loop), stream_(stream), buffer_(piece) {
    stream_.set_events(this);
    stream_.want(Interest::read);
  }
  ~Reader() override { stream_.set_events(nullptr); }

  void on_readable() override {
    for (;;) {
      Io io = stream_.read(buffer_);
      received.append(buffer_.data(), io.size);
      last = io;
      if (io.kind == Io::Kind::end || io.kind == Io::Kind::failed) {
        ended = true;
        stream_.want(Interest::none);
      }
      if (io.kind != Io::Kind::done || io.drained) break;
    }
    if (until && until()) loop_.stop();
  }
  void on_writable() override {
    if (writable) writable();
  }

  bool run(std::function<bool()> condition) {
    until = std::move(condition);
    if (until()) return true;
    return loop_.run_until(loop_.now() + patience);
  }
  bool run_until_size(std::size_t size) {
    return run([this, size] { return received.size() >= size || ended; });
  }
  bool run_until_end() {
    return run([this] { return ended; });
  }

  std::string received;
  Io last;
  bool ended = false;
  std::function<void()> writable;
  std::function<bool()> until;

 private:
  Loop& loop_;
  Stream& stream_;
  std::vector<char> buffer_;
};

/// Writes everything, waiting in the loop when it has to.
inline bool write_all(Loop& loop, Stream& stream, std::string_view text) {
  struct Writer : StreamEvents {
    void on_readable() override {}
    void on_writable() override { step(); }
    void step() {
      while (!rest.empty()) {
        Io io = stream->write({&rest, 1});
        if (io.kind == Io::Kind::would_block) return stream->want(Interest::write);
        if (io.kind != Io::Kind::done) break;
        rest.remove_prefix(io.size);
      }
      stream->want(Interest::none);
      loop->stop();
    }
    Loop* loop;
    Stream* stream;
    std::string_view rest;
  } writer;
  writer.loop = &loop;
  writer.stream = &stream;
  writer.rest = text;
  stream.set_events(&writer);
  loop.defer([&] { writer.step(); });
  loop.run_until(loop.now() + patience);
  stream.set_events(nullptr);
  return writer.rest.empty();
}

}  // namespace transport_test
