#include "bench/exposition_server.hpp"

#include <cerrno>
#include <netdb.h>
#include <sys/socket.h>
#include <utility>

#include "base/utf8.hpp"
#include "report/prometheus.hpp"

namespace mqtt_toolbox::bench {

using transport::Interest;

namespace {

constexpr std::size_t largest_request = 16u << 10;
constexpr std::size_t most_connections = 64;
constexpr int backlog = 16;

struct AddressFree {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

Result<FileDescriptor> listen_at(const std::string& host, const std::string& port,
                                 const std::string& shown) {
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0)
    return fail(ExitCode::usage, "--prometheus: \"" + shown + "\" is not ADDRESS:PORT");
  const std::unique_ptr<addrinfo, AddressFree> list(found);
  FileDescriptor socket(::socket(list->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  if (!socket || setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      bind(socket.get(), list->ai_addr, list->ai_addrlen) != 0 ||
      listen(socket.get(), backlog) != 0)
    return fail(ExitCode::io,
                "--prometheus: cannot listen on " + shown + ": " + system_text(errno));
  return socket;
}

std::string answer_with(const std::string& body) {
  return std::string("HTTP/1.1 200 OK\r\nContent-Type: ") + report::Exposition::content_type +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" +
         body;
}

}  // namespace

Result<std::unique_ptr<ExpositionServer>> ExpositionServer::start(
    transport::Loop& loop, const std::string& address, std::function<std::string()> text) {
  const std::string shown = printable(address, 100);
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size())
    return fail(ExitCode::usage, "--prometheus: \"" + shown + "\" is not ADDRESS:PORT");
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  return listen_at(host, address.substr(colon + 1), shown).map([&](FileDescriptor&& listener) {
    return std::unique_ptr<ExpositionServer>(
        new ExpositionServer(loop, std::move(listener), std::move(text)));
  });
}

ExpositionServer::ExpositionServer(transport::Loop& loop, FileDescriptor listener,
                                   std::function<std::string()> text)
    : loop_(loop),
      text_(std::move(text)),
      listener_(std::move(listener)),
      watch_(loop, listener_.get(), [this](Interest) { accept_one(); }) {
  watch_.want(Interest::read);
}

void ExpositionServer::accept_one() {
  FileDescriptor socket(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket || connections_.size() >= most_connections) return;
  const int number = socket.get();
  Connection& connection = connections_[number];
  connection.socket = std::move(socket);
  connection.watch = std::make_unique<transport::Loop::Watch>(
      loop_, number, [this, number](Interest ready) { serve(number, ready); });
  connection.watch->want(Interest::read);
}

void ExpositionServer::serve(int number, Interest) {
  Connection& connection = connections_.at(number);
  const bool goes_on =
      connection.answer.empty() ? read_request(connection) : write_answer(connection);
  if (!goes_on) connections_.erase(number);
}

/// False when the connection is to end.
bool ExpositionServer::read_request(Connection& connection) {
  char buffer[4096];
  const ssize_t size = recv(connection.socket.get(), buffer, sizeof buffer, 0);
  if (size < 0) return errno == EAGAIN || errno == EINTR;
  connection.request.append(buffer, static_cast<std::size_t>(size));
  if (size == 0 || connection.request.size() > largest_request) return false;
  if (connection.request.find("\r\n\r\n") == std::string::npos) return true;
  connection.answer = answer_with(text_());
  connection.watch->want(Interest::write);
  return write_answer(connection);
}

bool ExpositionServer::write_answer(Connection& connection) {
  const ssize_t size = send(connection.socket.get(), connection.answer.data(),
                            connection.answer.size(), MSG_NOSIGNAL);
  if (size < 0) return errno == EAGAIN || errno == EINTR;
  connection.answer.erase(0, static_cast<std::size_t>(size));
  return !connection.answer.empty();
}

}  // namespace mqtt_toolbox::bench
