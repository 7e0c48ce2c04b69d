#include "load/null_connection.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <utility>

#include "load/null_packets.hpp"

namespace mqtt_toolbox::load {

using protocol::Bytes;
using protocol::Frame;
using protocol::PacketIdentifier;
using protocol::PacketType;
using transport::Interest;

namespace {

constexpr int operations_per_turn = 8;
/// Fixed header, topic and packet identifier of the longest topic.
constexpr std::size_t longest_publish_header = 5 + 2 + 65'535 + 2;
constexpr std::size_t skipped_from = 128u << 10;

unsigned qos_of(std::uint8_t first) {
  return first >> 1 & 3u;
}

/// The packet identifier of a PUBLISH at QoS 1 or 2; 0 when the body is too short.
PacketIdentifier identifier_in_publish(Bytes body) {
  if (body.size() < 2) return 0;
  const std::size_t at = 2u + two_bytes(body, 0);
  return body.size() < at + 2 ? PacketIdentifier{0} : two_bytes(body, at);
}

PacketType answer_to(std::uint8_t first) {
  return qos_of(first) == 1 ? PacketType::puback : PacketType::pubrec;
}

std::size_t fixed_header_size(Bytes packet) {
  std::size_t size = 2;
  while (size <= packet.size() && (packet[size - 1] & 0x80) != 0) ++size;
  return size;
}

}  // namespace

NullConnection::NullConnection(NullShared& shared, FileDescriptor socket,
                               std::function<void()> closed)
    : shared_(shared),
      socket_(std::move(socket)),
      closed_(std::move(closed)),
      watch_(shared.loop, socket_.get(), [this](Interest ready) { on_ready(ready); }) {
  watch_.want(Interest::read);
}

NullConnection::~NullConnection() {
  shared_.router.forget(*this);
  shared_.delays.forget(*this);
  std::replace(shared_.unwritten.begin(), shared_.unwritten.end(), this,
               static_cast<NullConnection*>(nullptr));
  shared_.pausing.erase(std::remove(shared_.pausing.begin(), shared_.pausing.end(), this),
                        shared_.pausing.end());
  relieve();
}

void NullConnection::on_ready(Interest ready) {
  if ((ready & Interest::write) != Interest::none) write_replies();
  if (reads() && (ready & Interest::read) != Interest::none) read_turn();
  if (state_ == State::open) write_flood();
  finish_turn();
}

void NullConnection::finish_turn() {
  if (state_ == State::over) {
    const auto closed = std::move(closed_);
    return closed();
  }
  update_interest();
}

/// A client that cannot write its acknowledgements may not read either, so that those of a
/// subscriber are read while it does not take its messages.
bool NullConnection::reads() const {
  if (paused_) return false;
  return state_ == State::open || (state_ == State::blocked && deliveries_);
}

void NullConnection::update_interest() {
  const bool writes = state_ == State::blocked || !flood_.finished();
  const auto read = reads() ? Interest::read : Interest::none;
  watch_.want(read | (writes ? Interest::write : Interest::none));
}

void NullConnection::read_turn() {
  for (int reads_done = 0; reads_done < operations_per_turn && reads(); ++reads_done) {
    const bool more = read_once();
    write_replies();
    if (!more) return;
  }
}

/// False when nothing more is there now.
bool NullConnection::read_once() {
  char* const buffer = shared_.buffer.data();
  const std::size_t kept = partial_.size();
  if (kept != 0) std::memcpy(buffer, partial_.data(), kept);
  const ssize_t size = recv(socket_.get(), buffer + kept, read_bytes, 0);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (size <= 0) {
    state_ = State::over;
    return false;
  }
  partial_.clear();
  Bytes bytes(buffer, kept + static_cast<std::size_t>(size));
  bytes.remove_prefix(skip(bytes));
  take_frames(bytes);
  return static_cast<std::size_t>(size) == read_bytes;
}

std::size_t NullConnection::skip(Bytes bytes) {
  if (skipping_ == 0) return 0;
  const std::size_t size = std::min(skipping_, bytes.size());
  skipping_ -= size;
  if (skipping_ == 0) {
    ++shared_.counters.received;
    replies_ += std::exchange(held_reply_, {});
  }
  return size;
}

void NullConnection::take_frames(Bytes bytes) {
  while (!bytes.empty() && state_ != State::over) {
    const auto found = protocol::next_frame(bytes);
    if (!found) {
      state_ = State::over;
    } else if (!found->frame) {
      if (!keep(bytes, found->needed)) state_ = State::over;
      return;
    } else {
      if (!take(*found->frame)) state_ = State::over;
      bytes.remove_prefix(found->frame->size);
    }
  }
}

/// Keeps the beginning of a packet of `needed` bytes for the next read.
bool NullConnection::keep(Bytes rest, std::size_t needed) {
  const bool publish =
      static_cast<unsigned char>(rest[0]) >> 4 == static_cast<unsigned>(PacketType::publish);
  const std::size_t skipped = shared_.settings.route ? largest_partial : skipped_from;
  if (publish && needed >= skipped && rest.size() >= longest_publish_header) {
    return start_skipping(rest, needed);
  }
  if (!publish && needed > largest_partial) return false;
  partial_ = rest;
  return true;
}

bool NullConnection::start_skipping(Bytes rest, std::size_t needed) {
  const auto first = static_cast<std::uint8_t>(rest[0]);
  if (qos_of(first) != 0) {
    const auto id = identifier_in_publish(rest.substr(fixed_header_size(rest)));
    if (id == 0) return false;
    append_acknowledgement(held_reply_, answer_to(first), id);
  }
  skipping_ = needed - rest.size();
  return true;
}

bool NullConnection::take(const Frame& frame) {
  if (!connected_ && frame.type() != PacketType::connect) return false;
  switch (frame.type()) {
    case PacketType::publish: return take_publish(frame);
    case PacketType::pubrel: return take_pubrel(frame);
    case PacketType::puback:
    case PacketType::pubrec:
    case PacketType::pubcomp: return take_acknowledgement(frame);
    default: return take_decoded(frame);
  }
}

bool NullConnection::take_publish(const Frame& frame) {
  if (qos_of(frame.first) != 0) {
    const auto id = identifier_in_publish(frame.body);
    if (id == 0) return false;
    append_acknowledgement(replies_, answer_to(frame.first), id);
  }
  ++shared_.counters.received;
  return !shared_.settings.route || forward(frame);
}

bool NullConnection::take_acknowledgement(const Frame& frame) {
  return !deliveries_ || deliveries_->acknowledged(frame);
}

bool NullConnection::forward(const Frame& frame) {
  const auto message = protocol::decode_publish(frame, version_);
  if (!message) return false;
  shared_.router.route(message->topic, [&](const NullRouter::Target& target) {
    target.connection->deliver(*message, std::min(message->qos, target.qos), *this);
    if (target.connection->presses()) pause();
  });
  return true;
}

void NullConnection::deliver(const protocol::Publish& message, protocol::Qos qos,
                             const NullConnection& from) {
  deliveries_->add(message, qos, &from);
  plan_write();
}

void NullConnection::plan_write() {
  if (std::exchange(planned_, true)) return;
  if (shared_.unwritten.empty()) shared_.write_deliveries.arm(shared_.loop.now());
  shared_.unwritten.push_back(this);
}

void NullConnection::write_now() {
  planned_ = false;
  const bool delays = shared_.settings.faults.delay.count() != 0;
  if (state_ != State::blocked || delays) write_replies();
  finish_turn();
}

void NullConnection::write_delayed(const std::string& bytes) {
  delayed_ += bytes;
  write(delayed_);
  finish_turn();
}

void NullConnection::pause() {
  if (std::exchange(paused_, true)) return;
  shared_.pausing.push_back(this);
}

void NullConnection::resume() {
  paused_ = false;
  update_interest();
}

std::size_t NullConnection::unwritten() const {
  return replies_.size() + (deliveries_ ? deliveries_->waiting_bytes() : 0);
}

bool NullConnection::presses() {
  if (!pressing_ && unwritten() > most_unwritten) {
    pressing_ = true;
    ++shared_.pressing;
  }
  return pressing_;
}

void NullConnection::relieve() {
  if (!std::exchange(pressing_, false) || --shared_.pressing != 0) return;
  for (NullConnection* other : std::exchange(shared_.pausing, {})) other->resume();
}

bool NullConnection::take_pubrel(const Frame& frame) {
  if (frame.body.size() < 2) return false;
  append_acknowledgement(replies_, PacketType::pubcomp, two_bytes(frame.body, 0));
  return true;
}

bool NullConnection::take_decoded(const Frame& frame) {
  const auto packet = protocol::decode(frame, version_);
  if (!packet) return false;
  if (const auto* connect = std::get_if<protocol::Connect>(&*packet)) {
    if (std::exchange(connected_, true)) return false;
    answer(*connect);
  } else if (const auto* subscribe = std::get_if<protocol::Subscribe>(&*packet)) {
    answer(*subscribe);
  } else if (const auto* unsubscribe = std::get_if<protocol::Unsubscribe>(&*packet)) {
    answer(*unsubscribe);
  } else if (std::holds_alternative<protocol::PingReq>(*packet)) {
    reply(protocol::PingResp{});
  } else {
    return false;
  }
  return true;
}

void NullConnection::answer(const protocol::Connect& connect) {
  version_ = connect.version;
  if (shared_.fates.refuses_connect()) return refuse();
  const auto window = connect.properties.number(protocol::PropertyId::receive_maximum);
  receive_maximum_ = static_cast<std::uint16_t>(window.value_or(receive_maximum_));
  protocol::PropertyList properties(protocol::PropertyPlace::connack);
  if (connect.client_identifier.empty()) {
    const std::string identifier = "null-" + std::to_string(shared_.counters.accepted);
    // Letters and digits cannot be refused.
    (void)properties.add(protocol::PropertyId::assigned_client_identifier, identifier);
  }
  protocol::ConnAck connack;
  connack.properties = properties.view();
  reply(connack);
  const Duration delay = shared_.settings.faults.connack_delay;
  if (delay.count() == 0) return;
  shared_.delays.hold(*this, shared_.loop.now() + delay, std::exchange(replies_, {}));
}

void NullConnection::refuse() {
  const protocol::ReasonCode reason = shared_.settings.faults.refuse_reason;
  protocol::ConnAck connack;
  connack.code = version_ == protocol::Version::v5 ? static_cast<std::uint8_t>(reason)
                                                   : protocol::to_connect_return_code(reason);
  reply(connack);
  write(replies_);
  state_ = State::over;
}

void NullConnection::answer(const protocol::Subscribe& subscribe) {
  std::string codes;
  Bytes entries = subscribe.entries;
  Bytes first_filter;
  while (const auto subscription = protocol::next_subscription(entries)) {
    if (codes.empty()) first_filter = subscription->filter;
    codes += static_cast<char>(subscription->qos);
    if (shared_.settings.route) this->subscribe(*subscription);
  }
  reply(protocol::SubAck{subscribe.packet_identifier, {}, codes});
  const NullBrokerSettings& settings = shared_.settings;
  if (settings.flood_messages == 0 || !flood_.finished()) return;
  flood_ = Flood(first_filter, version_, settings.flood_bytes, settings.flood_messages);
}

void NullConnection::subscribe(const protocol::Subscription& subscription) {
  if (!deliveries_) {
    deliveries_.emplace(shared_.loop, shared_.fates,
                        NullDeliveries::Client{version_, receive_maximum_}, replies_,
                        [this] { plan_write(); });
  }
  shared_.router.subscribe(*this, subscription.filter, subscription.qos);
}

void NullConnection::answer(const protocol::Unsubscribe& unsubscribe) {
  std::string codes;
  Bytes entries = unsubscribe.entries;
  while (const auto filter = protocol::next_filter(entries)) {
    if (shared_.settings.route) (void)shared_.router.unsubscribe(*this, *filter);
    codes += '\0';
  }
  reply(protocol::UnsubAck{unsubscribe.packet_identifier, {}, codes});
}

void NullConnection::reply(const protocol::Packet& packet) {
  const auto needed = protocol::encoded_size(packet, version_);
  if (!needed) return;
  const std::size_t size = replies_.size();
  replies_.resize(size + *needed);
  if (!protocol::encode(packet, version_, std::span(replies_).subspan(size))) replies_.resize(size);
}

void NullConnection::write_replies() {
  const Duration delay = shared_.settings.faults.delay;
  if (delay.count() == 0) return write(replies_);
  if (!replies_.empty()) {
    shared_.delays.hold(*this, shared_.loop.now() + delay, std::exchange(replies_, {}));
  }
  write(delayed_);
}

void NullConnection::write(std::string& bytes) {
  if (bytes.empty() || state_ == State::over) return;
  const ssize_t size = send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (size < 0 && errno != EAGAIN && errno != EINTR) {
    state_ = State::over;
    return;
  }
  if (size > 0) bytes.erase(0, static_cast<std::size_t>(size));
  state_ = bytes.empty() ? State::open : State::blocked;
  if (pressing_ && unwritten() < most_unwritten / 2) relieve();
}

void NullConnection::write_flood() {
  if (flood_.finished() || !replies_.empty()) return;
  for (int writes = 0; writes < operations_per_turn && !flood_.finished(); ++writes) {
    const std::string_view bytes = flood_.next();
    const ssize_t size = send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size < 0) {
      state_ = State::over;
      return;
    }
    shared_.counters.sent += flood_.written(static_cast<std::size_t>(size));
  }
  if (flood_.finished() && shared_.settings.close_after_flood) shutdown(socket_.get(), SHUT_WR);
}

}  // namespace mqtt_toolbox::load
