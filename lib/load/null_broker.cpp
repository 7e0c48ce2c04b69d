#include "load/null_broker.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/system.hpp"
#include "load/null_connection.hpp"
#include "load/null_stalls.hpp"

namespace mqtt_toolbox::load {

using transport::Interest;

namespace {

constexpr int accepts_per_turn = 64;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

Result<FileDescriptor> listen_on(std::uint16_t port) {
  FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return fail(ExitCode::io, "cannot make a socket: " + system_text(errno));
  const int on = 1;
  setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in address = loopback(port);
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(socket.get(), SOMAXCONN) != 0) {
    return fail(ExitCode::unreachable,
                "cannot listen on 127.0.0.1:" + std::to_string(port) + ": " + system_text(errno));
  }
  return socket;
}

std::uint16_t port_of(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

}  // namespace

struct NullBroker::State {
  State(transport::Loop& loop, FileDescriptor listening, const NullBrokerSettings& given)
      : settings(given),
        buffer(NullConnection::largest_partial + NullConnection::read_bytes),
        shared{loop,
               settings,
               counters,
               buffer,
               NullFates(settings.faults, counters),
               {},
               NullDelays(loop, [](NullConnection& connection,
                                   const std::string& bytes) { connection.write_delayed(bytes); }),
               {},
               transport::Loop::Timer(loop, [this] { write_deliveries(); }),
               {},
               0},
        stalls(loop, settings.faults, counters.stalls),
        listener(std::move(listening)),
        watch(loop, listener.get(), [this](Interest) { accept_some(); }) {
    watch.want(Interest::read);
  }

  void accept_some() {
    for (int i = 0; i < accepts_per_turn; ++i) {
      FileDescriptor socket(
          accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!socket) return refuse_more(errno);
      add(std::move(socket));
    }
  }

  /// Without descriptors left, the listener would be ready for ever; a close gives one back.
  void refuse_more(int error_number) {
    if (error_number != EMFILE && error_number != ENFILE) return;
    watch.want(Interest::none);
    if (++counters.out_of_files == 1) settings.out_of_files();
  }

  void add(FileDescriptor socket) {
    const int on = 1;
    setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const std::uint64_t number = ++counters.accepted;
    connections.emplace(number, std::make_unique<NullConnection>(
                                    shared, std::move(socket), [this, number] { remove(number); }));
  }

  /// Whoever ends meanwhile becomes null in the list.
  void write_deliveries() {
    std::swap(writing, shared.unwritten);
    for (NullConnection* connection : writing) {
      if (connection != nullptr) connection->write_now();
    }
    writing.clear();
  }

  void remove(std::uint64_t number) {
    connections.erase(number);
    watch.want(Interest::read);
  }

  const NullBrokerSettings settings;
  NullCounters counters;
  std::vector<char> buffer;
  NullShared shared;
  NullStalls stalls;
  FileDescriptor listener;
  transport::Loop::Watch watch;
  std::vector<NullConnection*> writing;
  std::unordered_map<std::uint64_t, std::unique_ptr<NullConnection>> connections;
};

Result<std::unique_ptr<NullBroker>> NullBroker::start(transport::Loop& loop,
                                                      const NullBrokerSettings& settings) {
  return listen_on(settings.port).map([&](FileDescriptor listener) {
    auto state = std::make_unique<State>(loop, std::move(listener), settings);
    return std::unique_ptr<NullBroker>(new NullBroker(std::move(state)));
  });
}

NullBroker::NullBroker(std::unique_ptr<State> state) : state_(std::move(state)) {}
NullBroker::~NullBroker() = default;

std::uint16_t NullBroker::port() const {
  return port_of(state_->listener.get());
}
const NullCounters& NullBroker::counters() const {
  return state_->counters;
}
std::uint64_t NullBroker::connections_open() const {
  return state_->connections.size();
}

}  // namespace mqtt_toolbox::load
