#include "transport/connector.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "transport/address.hpp"
#include "transport/connector_state.hpp"

namespace mqtt_toolbox::transport {

Connector::Connector(Loop& loop, const ConnectSettings& settings)
    : state_(std::make_shared<State>(loop, settings)) {}

Connector::~Connector() {
  state_->cancel();
}

void Connector::start(Done done) {
  state_->start(std::nullopt, std::move(done));
}

void Connector::start(std::vector<Address> addresses, Done done) {
  state_->start(std::move(addresses), std::move(done));
}

Connector::State::State(Loop& its_loop, const ConnectSettings& its_settings)
    : loop_(its_loop), settings_(its_settings), timer_(its_loop, [this] {
        auto alive = shared_from_this();
        std::exchange(on_timeout_, nullptr)();
      }) {}

void Connector::State::start(std::optional<std::vector<Address>> found, Done its_done) {
  done_ = std::move(its_done);
  times_.started = times_.resolved = loop_.now();
  starting_ = true;
  if (found) {
    connect_to(std::move(*found));
  } else {
    find_addresses();
  }
  starting_ = false;
}

void Connector::State::cancel() {
  done_ = nullptr;
  outcome_.reset();
  timer_.disarm();
  resolver_.reset();
  cancel_streams();
}

void Connector::State::cancel_streams() {
  negotiation_.reset();
  socket_.reset();
  stream_.reset();
}

void Connector::State::find_addresses() {
  if (!settings_.unix_path.empty()) return find_unix_address();
  const std::string& host = settings_.proxy ? settings_.proxy->host : settings_.host;
  const std::uint16_t port = settings_.proxy ? settings_.proxy->port : settings_.port;
  auto known = known_addresses(host, port);
  if (!known.empty()) return connect_to(std::move(known));
  wait_at_most(settings_.timeouts.resolve, [this] {
    resolver_.reset();
    fail_with(ExitCode::unreachable, fmt::format("no answer from the name service within {}",
                                                 show_duration(settings_.timeouts.resolve)));
  });
  resolver_.emplace(loop_, host, port, [this](auto answer) { resolved(std::move(answer)); });
}

void Connector::State::find_unix_address() {
  if (settings_.proxy) {
    return fail_with(ExitCode::usage, "a proxy does not lead to a Unix socket");
  }
  auto address = unix_address(settings_.unix_path);
  if (!address) return fail_with(ExitCode::unreachable, address.error().text);
  connect_to({*std::move(address)});
}

void Connector::State::resolved(Result<std::vector<Address>> found) {
  auto alive = shared_from_this();
  times_.resolved = loop_.now();
  resolver_.reset();
  if (!found) return fail_with(found.error().code, found.error().text);
  connect_to(*std::move(found));
}

void Connector::State::connect_to(std::vector<Address> found) {
  addresses_ = std::move(found);
  try_next_address();
}

void Connector::State::try_next_address() {
  if (next_address_ == addresses_.size()) return no_address_left();
  const Address& address = addresses_[next_address_++];
  auto dialled = dial(address, settings_);
  if (!dialled && dialled.error().is_own_shortage) {
    return settle(fail(ExitCode::io, fmt::format("cannot open a connection to {}: {}",
                                                 target_name(settings_), dialled.error().cause)));
  }
  if (!dialled) return address_failed(std::move(dialled.error()));
  socket_ = std::make_unique<SocketStream>(loop_, std::move(dialled->socket), address.text);
  if (dialled->connected) return connected();
  socket_->set_events(this);
  socket_->want(Interest::write);
  wait_at_most(settings_.timeouts.connect, [this] {
    address_failed(
        {fmt::format("no answer within {} (TCP)", show_duration(settings_.timeouts.connect))});
  });
}

void Connector::State::on_writable() {
  auto alive = shared_from_this();
  int outcome = socket_->connect_outcome();
  if (outcome != 0) return address_failed(dial_failure(outcome));
  connected();
}

void Connector::State::address_failed(DialFailure failure) {
  socket_.reset();
  attempts_.push_back({addresses_[next_address_ - 1].text, std::move(failure)});
  try_next_address();
}

/// One cause is told once; several are told each with its address. That this machine has no way
/// into a family of addresses (no IPv6, say) counts only when there is nothing else to tell.
void Connector::State::no_address_left() {
  auto real = std::stable_partition(attempts_.begin(), attempts_.end(), [](const Attempt& attempt) {
    return !attempt.failure.unusable;
  });
  if (real != attempts_.begin()) attempts_.erase(real, attempts_.end());
  if (attempts_.empty()) return fail_with(ExitCode::unreachable, "the host name has no address");
  const std::string& cause = attempts_.front().failure.cause;
  bool same = std::all_of(attempts_.begin(), attempts_.end(),
                          [&](const Attempt& attempt) { return attempt.failure.cause == cause; });
  if (same) return fail_with(ExitCode::unreachable, cause);
  std::string causes;
  for (const Attempt& attempt : attempts_) {
    fmt::format_to(std::back_inserter(causes), "{}{}: {}", causes.empty() ? "" : "; ",
                   attempt.address, attempt.failure.cause);
  }
  fail_with(ExitCode::unreachable, causes);
}

void Connector::State::connected() {
  socket_->set_events(nullptr);
  socket_->want(Interest::none);
  stream_ = std::move(socket_);
  times_.connected = loop_.now();
  negotiate_with_proxy();
}

void Connector::State::wait_at_most(Duration limit, std::function<void()> otherwise) {
  on_timeout_ = std::move(otherwise);
  timer_.arm(loop_.now() + limit);
}

void Connector::State::fail_with(ExitCode code, const std::string& cause) {
  std::string way;
  if (settings_.proxy) {
    way = fmt::format(" through the proxy {}",
                      host_and_port(settings_.proxy->host, settings_.proxy->port));
  }
  settle(fail(code, fmt::format("cannot reach {}{}: {}", target_name(settings_), way, cause)));
}

void Connector::State::settle(Result<Connection> result) {
  timer_.disarm();
  outcome_.emplace(std::move(result));
  if (!starting_) return deliver();
  loop_.defer([weak = weak_from_this()] {
    if (auto state = weak.lock()) state->deliver();
  });
}

void Connector::State::deliver() {
  auto alive = shared_from_this();
  if (!done_) return;
  auto outcome = std::move(*std::exchange(outcome_, std::nullopt));
  std::exchange(done_, nullptr)(std::move(outcome));
}

}  // namespace mqtt_toolbox::transport
