#include "load/null_deliveries.hpp"

#include <span>
#include <utility>

#include "load/null_packets.hpp"

namespace mqtt_toolbox::load {

using protocol::PacketIdentifier;
using protocol::PacketType;
using protocol::Publish;
using protocol::Qos;

namespace {

/// Each kind of fault has its own place within N, so that not all fall on the same delivery.
bool is_nth(std::uint64_t number, std::uint32_t every, std::uint32_t thirds) {
  return every != 0 && (number + std::uint64_t{every} * thirds / 3) % every == 0;
}

void put_identifier(std::string& packet, std::size_t at, PacketIdentifier identifier) {
  packet[at] = static_cast<char>(identifier >> 8);
  packet[at + 1] = static_cast<char>(identifier & 0xFF);
}

/// Appends the packet and returns where its packet identifier stands; nothing when the client's
/// version cannot carry it.
std::optional<std::size_t> append_publish(std::string& out, const Publish& message,
                                          protocol::Version version) {
  const auto header = protocol::publish_header_size(message, version);
  if (!header) return std::nullopt;
  const std::size_t start = out.size();
  out.resize(start + *header);
  if (!protocol::encode_publish_header(message, version, std::span(out).subspan(start))) {
    out.resize(start);
    return std::nullopt;
  }
  std::size_t fixed = 2;
  while ((out[start + fixed - 1] & 0x80) != 0) ++fixed;
  out += message.payload;
  return start + fixed + 2 + message.topic.size();
}

}  // namespace

NullFates::Fate NullFates::next() {
  ++deliveries_;
  if (is_nth(deliveries_, faults_.drop_every, 0)) {
    ++counters.dropped;
    return Fate::drop;
  }
  if (is_nth(deliveries_, faults_.swap_every, 1)) return Fate::swap;
  return is_nth(deliveries_, faults_.duplicate_every, 2) ? Fate::duplicate : Fate::normal;
}

bool NullFates::refuses_connect() {
  if (!is_nth(++connects_, faults_.refuse_every, 0)) return false;
  ++counters.refused;
  return true;
}

NullDeliveries::NullDeliveries(transport::Loop& loop, NullFates& fates, Client client,
                               std::string& out, std::function<void()> late)
    : loop_(loop), fates_(fates), client_(client), out_(out), late_(std::move(late)) {}

void NullDeliveries::add(const Publish& message, Qos qos, const void* publisher) {
  const auto fate = fates_.next();
  if (fate == NullFates::Fate::drop) return;
  if (fate == NullFates::Fate::swap && !held_) return hold(message, qos, publisher);
  append(message, qos);
  if (fate == NullFates::Fate::duplicate) {
    append(message, qos);
    ++fates_.counters.duplicated;
  }
  if (held_ && held_->publisher == publisher && held_->topic == message.topic) {
    append_held();
    ++fates_.counters.swapped;
  }
}

void NullDeliveries::hold(const Publish& message, Qos qos, const void* publisher) {
  held_ = Swapped{std::string(message.topic), std::string(message.payload),
                  std::string(message.properties.encoded()), qos, publisher};
  if (!longest_hold_) {
    longest_hold_.emplace(loop_, [this] {
      append_held();
      late_();
    });
  }
  longest_hold_->arm(loop_.now() + NullFaults::longest_swap);
}

void NullDeliveries::append_held() {
  Publish message;
  message.topic = held_->topic;
  message.payload = held_->payload;
  message.properties = protocol::Properties(held_->properties);
  append(message, held_->qos);
  held_.reset();
  longest_hold_->disarm();
}

void NullDeliveries::append(Publish message, Qos qos) {
  message.qos = qos;
  message.dup = false;
  message.retain = false;
  message.packet_identifier = 0;
  if (qos == Qos::at_most_once) {
    if (append_publish(out_, message, client_.version)) ++fates_.counters.sent;
    return;
  }
  message.packet_identifier = 1;
  if (unacknowledged_ == client_.receive_maximum) {
    Waiting waiting;
    const auto at = append_publish(waiting.packet, message, client_.version);
    if (!at) return;
    waiting.identifier_at = *at;
    waiting_bytes_ += waiting.packet.size();
    waiting_.push_back(std::move(waiting));
  } else {
    const auto at = append_publish(out_, message, client_.version);
    if (!at) return;
    put_identifier(out_, *at, next_identifier());
    ++unacknowledged_;
    ++fates_.counters.sent;
  }
}

PacketIdentifier NullDeliveries::next_identifier() {
  if (++last_identifier_ == 0) ++last_identifier_;
  return last_identifier_;
}

bool NullDeliveries::acknowledged(const protocol::Frame& frame) {
  if (frame.body.size() < 2) return false;
  const bool failed = frame.body.size() > 2 && (frame.body[2] & 0x80) != 0;
  if (frame.type() == PacketType::pubrec && !failed) {
    append_acknowledgement(out_, PacketType::pubrel, two_bytes(frame.body, 0));
  } else {
    settle_one();
  }
  return true;
}

void NullDeliveries::settle_one() {
  if (unacknowledged_ != 0) --unacknowledged_;
  if (waiting_.empty()) return;
  put_identifier(waiting_.front().packet, waiting_.front().identifier_at, next_identifier());
  out_ += waiting_.front().packet;
  waiting_bytes_ -= waiting_.front().packet.size();
  waiting_.pop_front();
  ++unacknowledged_;
  ++fates_.counters.sent;
}

}  // namespace mqtt_toolbox::load
