#include "check/raw_client.hpp"

#include <algorithm>

#include "check/refusal.hpp"
#include "check/timeout.hpp"
#include "protocol/codec.hpp"

namespace mqtt_toolbox::check {

using protocol::PacketType;
using protocol::ReasonCode;

namespace {

/// What the packets that answer have in common.
struct Noter {
  RawClient::Answer& answer;

  template <PacketType type>
  void operator()(const protocol::Acknowledgement<type>& packet) const {
    answer.packet_identifier = packet.packet_identifier;
    give(packet);
  }
  void operator()(const protocol::SubAck& packet) const { codes(packet); }
  void operator()(const protocol::UnsubAck& packet) const { codes(packet); }
  void operator()(const protocol::Publish& packet) const {
    answer.packet_identifier = packet.packet_identifier;
  }
  void operator()(const protocol::Disconnect& packet) const { give(packet); }
  void operator()(const protocol::Auth& packet) const { give(packet); }
  template <typename Other>
  void operator()(const Other&) const {}

  template <typename Reasoned>
  void give(const Reasoned& packet) const {
    answer.reason = packet.reason;
    answer.said = reason_string_of(packet.properties);
  }

  template <typename Codes>
  void codes(const Codes& packet) const {
    answer.packet_identifier = packet.packet_identifier;
    answer.codes = packet.codes;
    answer.said = reason_string_of(packet.properties);
    for (std::size_t i = 0; i < packet.codes.size(); ++i)
      answer.reason = std::max(answer.reason, packet.code(i));
  }
};

/// The reason code of an acknowledgement that cannot be decoded, behind its packet identifier.
std::optional<ReasonCode> reason_in(const protocol::Frame& frame) {
  constexpr std::size_t at = 2;
  const bool has_reason = frame.type() >= PacketType::puback &&
                          frame.type() <= PacketType::pubcomp && frame.body.size() > at;
  if (!has_reason) return std::nullopt;
  return static_cast<ReasonCode>(static_cast<unsigned char>(frame.body[at]));
}

}  // namespace

RawClient::RawClient(CaseContext& context, client::ConnectPlan plan)
    : context_(context),
      client_(context.client(std::move(plan))),
      holding_(context.run().allowance) {
  client_.set_hook([this](session::Direction direction, const protocol::Frame& frame) {
    if (direction == session::Direction::received) note(frame);
    return Fate::pass;
  });
}

void RawClient::note(const protocol::Frame& frame) {
  Answer answer{frame.type()};
  const auto version = client_.plan().version.value_or(context_.run().version());
  if (const auto packet = protocol::decode(frame, version)) {
    const auto* publish = std::get_if<protocol::Publish>(&*packet);
    if (publish != nullptr && !publish->topic.empty() && !context_.concerns(publish->topic))
      return context_.note_foreign(publish->topic);
    if (publish != nullptr) context_.run().added->look_at(publish->topic, publish->properties);
    std::visit(Noter{answer}, *packet);
  } else {
    answer.fault = packet.error();
    answer.reason = reason_in(frame).value_or(answer.reason);
  }
  const std::size_t size = bytes_in_vector<Answer> + answer.codes.size() + answer.said.size();
  answers_.push_back(std::move(answer));
  if (!holding_.add(size)) context_.abort(std::string(sends_without_end));
  context_.changed();
}

protocol::Connect RawClient::connect_packet() {
  const client::ConnectPlan& plan = client_.plan();
  protocol::Connect connect;
  connect.version = plan.version.value_or(context_.run().version());
  connect.clean_start = plan.session.clean_start;
  connect.keep_alive = plan.session.keep_alive;
  connect.client_identifier = plan.client_identifier;
  if (plan.username) connect.username = *plan.username;
  password_ = client_.password();
  if (password_) connect.password = *password_;
  connect.properties = plan.session.connect_properties.view();
  return connect;
}

std::string RawClient::encoded(const protocol::Packet& packet) {
  const auto version = client_.plan().version.value_or(context_.run().version());
  const auto size = protocol::encoded_size(packet, version);
  if (!size) {
    context_.abort("a packet cannot be encoded: " + describe(size.error()));
    return {};
  }
  std::string bytes(*size, '\0');
  (void)protocol::encode(packet, version, bytes);
  return bytes;
}

Attempt RawClient::try_bytes(protocol::Bytes connect) {
  forget_answers();
  return client_.try_bytes(connect, arrival_timeout);
}

Attempt RawClient::try_connect() {
  context_.note_connect(client_.plan(), client_.plan().version.value_or(context_.run().version()));
  const Attempt attempt = try_bytes(encoded(connect_packet()));
  return client_.has_new_password(attempt) ? try_bytes(encoded(connect_packet())) : attempt;
}

bool RawClient::connect() {
  const Attempt attempt = try_connect();
  if (attempt.kind == Attempt::Kind::accepted) return true;
  context_.abort("cannot connect: " + attempt.text);
  return false;
}

std::size_t RawClient::count(PacketType type) const {
  return static_cast<std::size_t>(
      std::count_if(answers_.begin(), answers_.end(),
                    [type](const Answer& answer) { return answer.type == type; }));
}

const RawClient::Answer* RawClient::wait_for(PacketType type, Timeout timeout) {
  const auto is_there = [&](const Answer& answer) { return answer.type == type; };
  client_.wait_for_answer(
      [&] { return std::any_of(answers_.begin(), answers_.end(), is_there) || client_.end(); },
      timeout);
  const auto found = std::find_if(answers_.begin(), answers_.end(), is_there);
  return found == answers_.end() ? nullptr : &*found;
}

std::optional<ReasonCode> RawClient::subscribe(const std::string& filter, protocol::Qos qos,
                                               Timeout timeout) {
  std::string entries;
  protocol::append_subscription(entries, {filter, qos});
  send(protocol::Subscribe{1, {}, entries});
  const Answer* answer = wait_for(PacketType::suback, timeout);
  if (answer == nullptr) return std::nullopt;
  return answer->reason;
}

std::string two_bytes(std::uint16_t number) {
  return {static_cast<char>(number >> 8), static_cast<char>(number & 0xFF)};
}

std::string utf8_string(std::string_view text) {
  return two_bytes(static_cast<std::uint16_t>(text.size())) + std::string(text);
}

std::string raw_packet(std::uint8_t first, std::string_view rest) {
  std::string packet(1, static_cast<char>(first));
  std::size_t length = rest.size();
  do {
    const auto digit = static_cast<unsigned char>(length & 0x7F);
    length >>= 7;
    packet += static_cast<char>(length != 0 ? digit | 0x80 : digit);
  } while (length != 0);
  return packet += rest;
}

std::string no_properties(const CaseContext& context) {
  return context.is_v5() ? std::string(1, '\0') : std::string();
}

}  // namespace mqtt_toolbox::check
