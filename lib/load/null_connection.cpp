#include "load/null_connection.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <utility>

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

std::uint16_t two_bytes(Bytes bytes, std::size_t at) {
  const auto high = static_cast<unsigned char>(bytes[at]);
  const auto low = static_cast<unsigned char>(bytes[at + 1]);
  return static_cast<std::uint16_t>(high << 8 | low);
}

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

void NullConnection::on_ready(Interest ready) {
  if ((ready & Interest::write) != Interest::none) write_replies();
  if (state_ == State::open && (ready & Interest::read) != Interest::none) read_turn();
  if (state_ == State::open) write_flood();
  if (state_ == State::over) {
    const auto closed = std::move(closed_);
    return closed();
  }
  update_interest();
}

void NullConnection::update_interest() {
  const bool writes = state_ == State::blocked || !flood_.finished();
  const auto read = state_ == State::blocked ? Interest::none : Interest::read;
  watch_.want(read | (writes ? Interest::write : Interest::none));
}

void NullConnection::read_turn() {
  for (int reads = 0; reads < operations_per_turn && state_ == State::open; ++reads) {
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
  if (publish && needed >= skipped_from && rest.size() >= longest_publish_header) {
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
    held_reply_.resize(4);
    held_reply_.resize(protocol::encode_plain_acknowledgement(answer_to(first), id, held_reply_));
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
    case PacketType::pubcomp: return true;
    default: return take_decoded(frame);
  }
}

bool NullConnection::take_publish(const Frame& frame) {
  if (qos_of(frame.first) != 0) {
    const auto id = identifier_in_publish(frame.body);
    if (id == 0) return false;
    acknowledge(answer_to(frame.first), id);
  }
  ++shared_.counters.received;
  return true;
}

bool NullConnection::take_pubrel(const Frame& frame) {
  if (frame.body.size() < 2) return false;
  acknowledge(PacketType::pubcomp, two_bytes(frame.body, 0));
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
  protocol::PropertyList properties(protocol::PropertyPlace::connack);
  if (connect.client_identifier.empty()) {
    const std::string identifier = "null-" + std::to_string(shared_.counters.accepted);
    // Letters and digits cannot be refused.
    (void)properties.add(protocol::PropertyId::assigned_client_identifier, identifier);
  }
  protocol::ConnAck connack;
  connack.properties = properties.view();
  reply(connack);
}

void NullConnection::answer(const protocol::Subscribe& subscribe) {
  std::string codes;
  Bytes entries = subscribe.entries;
  Bytes first_filter;
  while (const auto subscription = protocol::next_subscription(entries)) {
    if (codes.empty()) first_filter = subscription->filter;
    codes += static_cast<char>(subscription->qos);
  }
  reply(protocol::SubAck{subscribe.packet_identifier, {}, codes});
  const NullBrokerSettings& settings = shared_.settings;
  if (settings.flood_messages == 0 || !flood_.finished()) return;
  flood_ = Flood(first_filter, version_, settings.flood_bytes, settings.flood_messages);
}

void NullConnection::answer(const protocol::Unsubscribe& unsubscribe) {
  std::string codes;
  Bytes entries = unsubscribe.entries;
  while (protocol::next_filter(entries)) codes += '\0';
  reply(protocol::UnsubAck{unsubscribe.packet_identifier, {}, codes});
}

void NullConnection::acknowledge(PacketType type, PacketIdentifier id) {
  const std::size_t size = replies_.size();
  replies_.resize(size + 4);
  const std::size_t added =
      protocol::encode_plain_acknowledgement(type, id, std::span(replies_).subspan(size));
  replies_.resize(size + added);
}

void NullConnection::reply(const protocol::Packet& packet) {
  const auto needed = protocol::encoded_size(packet, version_);
  if (!needed) return;
  const std::size_t size = replies_.size();
  replies_.resize(size + *needed);
  if (!protocol::encode(packet, version_, std::span(replies_).subspan(size))) replies_.resize(size);
}

void NullConnection::write_replies() {
  if (replies_.empty() || state_ == State::over) return;
  const ssize_t size = send(socket_.get(), replies_.data(), replies_.size(), MSG_NOSIGNAL);
  if (size < 0 && errno != EAGAIN && errno != EINTR) {
    state_ = State::over;
    return;
  }
  if (size > 0) replies_.erase(0, static_cast<std::size_t>(size));
  state_ = replies_.empty() ? State::open : State::blocked;
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
