#include "load/link.hpp"

#include <algorithm>
#include <array>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <utility>

#include <fmt/format.h>

#include "client/advice.hpp"
#include "load/arrival.hpp"

namespace mqtt_toolbox::load {

using protocol::PacketType;
using transport::Ending;
using transport::Interest;
using transport::Io;

namespace {

/// So that one busy connection leaves room for the others.
constexpr int operations_per_turn = 16;

}  // namespace

Link::Link(Desk& desk, LinkEvents& events, std::uint32_t number)
    : desk_(desk),
      events_(events),
      session_(desk.run.plan.clients.session, static_cast<session::Handler&>(*this), output_),
      number_(number) {}

std::string Link::target() const {
  return transport::target_name(desk_.run.plan.clients.transport);
}

void Link::connect() {
  stage_ = Stage::opening;
  send_progress_.start();
  ended_.reset();
  refused_password_.reset();
  refused_for_good_ = false;
  const auto& settings = desk_.run.transports[number_ % desk_.run.transports.size()];
  connector_ = std::make_unique<transport::Connector>(desk_.loop, settings);
  const auto done = [this](Result<transport::Connection> connection) {
    opened(std::move(connection));
  };
  ++desk_.counters().connects_started;
  if (settings.unix_path.empty()) {
    connector_->start(desk_.addresses, done);
  } else {
    connector_->start(done);
  }
}

void Link::opened(Result<transport::Connection> connection) {
  connector_.reset();
  if (!connection) return lose(connection.error());
  const transport::StageTimes& times = connection->times;
  desk_.latencies().connect.record(times.proxied - times.resolved);
  if (desk_.run.plan.clients.transport.tls) {
    desk_.latencies().tls.record(times.secured - times.proxied);
  }
  stream_ = std::move(connection->stream);
  prefer_address();
  handshake();
}

/// The address that answered is tried first from now on.
void Link::prefer_address() {
  auto& addresses = desk_.addresses;
  if (addresses.size() < 2) return;
  const std::string peer = stream_->facts().peer;
  const auto found = std::find_if(addresses.begin(), addresses.end(),
                                  [&](const auto& address) { return address.text == peer; });
  if (found != addresses.end()) std::rotate(addresses.begin(), found, found + 1);
}

/// Only where nothing lies between the socket and the session, so that what is read from the one is
/// for the other.
bool Link::takes_arrival_times() const {
  const transport::ConnectSettings& settings = desk_.run.plan.clients.transport;
  return settings.unix_path.empty() && !settings.tls && !settings.websocket && !settings.proxy;
}

void Link::handshake() {
  stage_ = Stage::handshaking;
  blocked_ = has_failed_ = rests_ = is_final_ = false;
  upgraded_ = desk_.clock.now();
  has_arrival_times_ = takes_arrival_times() && ask_for_arrival_times(stream_->descriptor());
  stream_->set_events(this);
  stream_->want(Interest::read);
  const Plan& plan = desk_.run.plan;
  const std::string identifier = client_identifier(plan, number_);
  if (plan.clients.shared_password) password_ = plan.clients.shared_password->number();
  const Login login = login_of(plan, number_, identifier);
  const session::Identity identity{identifier, login.username, login.password};
  const auto sent = session_.transport_opened(plan.clients.version, identity, upgraded_);
  if (!sent) return lose(sent.error());
  flush();
}

void Link::on_connected(const session::Connected& connected) {
  stage_ = Stage::online;
  ++desk_.counters().connects_succeeded;
  desk_.latencies().connack.record(received_ - upgraded_);
  if (desk_.run.plan.clients.shared_password) desk_.run.plan.clients.shared_password->accepted();
  if (!desk_.broker) desk_.broker = connected.limits;
  events_.on_online();
}

void Link::on_refused(const protocol::ConnAck& connack) {
  const auto reason = connack.reason(desk_.run.plan.clients.version);
  if (desk_.run.plan.clients.shared_password && client::is_about_password(reason))
    refused_password_ = password_;
  refused_for_good_ = !client::advice_for(reason).passes_in_connack;
  ended_ = std::make_unique<Error>(Error{
      ExitCode::refused,
      fmt::format("{} refused the connection: {}", target(), name(reason, PacketType::connack))});
}

void Link::on_disconnect(const protocol::Disconnect& disconnect) {
  ended_ = std::make_unique<Error>(
      Error{ExitCode::lost, fmt::format("{} ended the connection: {}", target(),
                                        name(disconnect.reason, PacketType::disconnect))});
}

bool Link::on_message(const protocol::Publish& message) {
  events_.on_message(message, received_);
  return true;
}

void Link::on_published(const session::PublishOutcome& outcome) {
  events_.on_published(outcome, received_);
}

void Link::on_subscribed(session::Token, const protocol::SubAck& suback) {
  events_.on_subscribed(suback);
}

void Link::flush() {
  std::array<std::string_view, 16> pieces;
  while (!blocked_ && stream_ && !output_.empty()) {
    const std::size_t count = output_.gather(pieces);
    const Io io = stream_->write({pieces.data(), count});
    if (io.kind == Io::Kind::done) {
      output_.consume(io.size);
    } else {
      // After a failure, what the broker said before it went may still be there to be read.
      blocked_ = true;
      has_failed_ = io.kind == Io::Kind::failed;
      update_interest();
    }
  }
  if (rests_) update_reading();
}

void Link::update_interest() {
  const auto read = rests_ ? Interest::none : Interest::read;
  stream_->want(read | (blocked_ ? Interest::write : Interest::none));
}

/// Of a broker that reads none of the answers nothing more is read either.
void Link::update_reading() {
  const bool rests = is_online() && !has_failed_ && !session_.may_receive();
  if (!stream_ || rests == std::exchange(rests_, rests)) return;
  update_interest();
  if (!rests) desk_.loop.defer([this] { on_readable(); });
}

void Link::on_writable() {
  if (!stream_) return;
  if (std::exchange(blocked_, false)) update_interest();
  flush();
  if (is_writable()) events_.on_progress();
}

void Link::on_readable() {
  if (!stream_ || rests_) return;
  const Reading reading = read_some();
  if (!stream_ || reading == Reading::gone) return;
  if (reading == Reading::more) desk_.loop.defer([this] { on_readable(); });
  flush();
  if (is_online()) {
    acknowledge_quickly();
    events_.on_progress();
  }
}

Link::Reading Link::read_some() {
  for (int reads = 0; reads < operations_per_turn; ++reads) {
    const Io io = read_once();
    if (io.kind == Io::Kind::would_block) return Reading::drained;
    if (io.kind != Io::Kind::done) {
      lose(stream_->error());
      return Reading::gone;
    }
    took({desk_.buffer.data(), io.size});
    if (!stream_) return Reading::gone;
    update_reading();
    if (io.drained || rests_) return Reading::drained;
  }
  return Reading::more;
}

/// An end or an error is the stream's to explain.
Io Link::read_once() {
  waited_.reset();
  if (!has_arrival_times_) return stream_->read(desk_.buffer);
  const TimedRead read = read_with_arrival(stream_->descriptor(), desk_.buffer);
  if (read.size <= 0) return stream_->read(desk_.buffer);
  waited_ = read.waited;
  const auto size = static_cast<std::size_t>(read.size);
  return {Io::Kind::done, size, size < desk_.buffer.size()};
}

void Link::took(protocol::Bytes bytes) {
  if (stage_ == Stage::closing) return;
  const Time now = desk_.clock.now();
  desk_.passed(now);
  received_ = now - waited_.value_or(Duration(0));
  if (waited_) desk_.latencies().arrival_to_read.record(*waited_);
  session_.receive(bytes, now);
  after_session();
}

void Link::after_session() {
  const bool over = session_.phase() == session::Phase::closing && stage_ != Stage::closing;
  if (!over || !stream_) return;
  // A message that is too large comes again on the next connection.
  is_final_ = session_.failure() && session_.failure()->oversize;
  flush();
  lose(how_session_ended());
}

Error Link::how_session_ended() const {
  if (ended_) return *ended_;
  const auto& failure = session_.failure();
  const std::string text = failure ? describe(*failure) : std::string("the session ended");
  return {ExitCode::lost, fmt::format("{}: {}", target(), text)};
}

/// The system holds acknowledgements back for who also sends, and a broker with Nagle's algorithm
/// then waits for them. It forgets the wish when something is sent; where all goes as fast as it
/// can there is always something to send along with an acknowledgement.
void Link::acknowledge_quickly() {
  if (quick_ || !desk_.run.plan.clients.transport.unix_path.empty()) return;
  quick_ = !desk_.acknowledges_each_turn;
  const int on = 1;
  setsockopt(stream_->descriptor(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

void Link::advance(Time now) {
  quick_ = false;
  if (stage_ != Stage::online || (!rests_ && session_.deadline() > now)) return;
  session_.advance(now, send_progress(now));
  flush();
  after_session();
}

const session::SendProgress& Link::send_progress(Time now) {
  if (stream_) {
    const transport::Transmission sent = stream_->transmission();
    send_progress_.look(sent.sent, output_.pending() + sent.waiting, now);
  }
  return send_progress_;
}

void Link::drop() {
  connector_.reset();
  if (stream_) {
    stream_->end(Ending::graceful);
    stream_->set_events(nullptr);
    desk_.retire(std::move(stream_));
  }
  output_.clear();
  blocked_ = rests_ = false;
}

void Link::lose(const Error& given) {
  // What is given may belong to the stream that goes.
  Error error = given;
  const Stage before = stage_;
  // Whoever ends it instead of answering CONNECT refuses it.
  if (before == Stage::handshaking && error.code == ExitCode::lost) error.code = ExitCode::refused;
  drop();
  session_.transport_closed();
  if (before == Stage::closing) {
    stage_ = Stage::closed;
    return events_.on_closed();
  }
  stage_ = Stage::idle;
  const bool was_online = before == Stage::online;
  desk_.fail_with(was_online ? &Counters::connections_lost : &Counters::connects_failed, error);
  events_.on_offline(error, was_online);
}

void Link::abandon(const Error& error) {
  if (is_connecting() || is_online()) lose(error);
}

void Link::close() {
  if (stage_ == Stage::closing || stage_ == Stage::closed) return;
  if (stage_ != Stage::online) return cut();
  // It has no properties and no reason, so that nothing can be refused.
  static_cast<void>(session_.disconnect({}, desk_.clock.now()));
  stage_ = Stage::closing;
  update_reading();
  // The broker is to end the connection, so that it is not this side's port that rests afterwards.
  flush();
}

void Link::cut() {
  if (stage_ == Stage::closed) return;
  drop();
  session_.transport_closed();
  stage_ = Stage::closed;
  events_.on_closed();
}

}  // namespace mqtt_toolbox::load
