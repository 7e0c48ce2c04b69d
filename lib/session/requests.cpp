#include "session/limits.hpp"
#include "session/state.hpp"

namespace mqtt_toolbox::session {

using protocol::PacketIdentifier;

namespace {

/// A SUBACK answers filter by filter, so that the filters must be counted.
std::size_t count_filters(const protocol::Packet& request) {
  std::size_t count = 0;
  if (const auto* subscribe = std::get_if<protocol::Subscribe>(&request)) {
    for (Bytes rest = subscribe->entries; protocol::next_subscription(rest);) ++count;
  } else if (const auto* unsubscribe = std::get_if<protocol::Unsubscribe>(&request)) {
    for (Bytes rest = unsubscribe->entries; protocol::next_filter(rest);) ++count;
  }
  return count;
}

}  // namespace

/// Keeps and sends a SUBSCRIBE or an UNSUBSCRIBE.
template <typename Request>
Result<Submission> Session::State::request(Request request, Token token, Awaiting awaiting) {
  if (phase != Phase::online) return block(0);
  request.packet_identifier = inflight.next_identifier();
  const protocol::Packet packet = request;
  const auto size = protocol::encoded_size(packet, version);
  if (!size) return fail(ExitCode::usage, protocol::describe(size.error()));
  if (auto status = check_packet_size(limits, *size); !status)
    return tl::unexpected(std::move(status.error()));
  if (!inflight.has_room(*size)) return block(*size);
  const auto encoded = protocol::encode(packet, version, inflight.reserve(*size));
  if (!encoded) return fail(ExitCode::usage, protocol::describe(encoded.error()));
  InflightEntry entry;
  entry.token = token;
  entry.size = static_cast<std::uint32_t>(*encoded);
  entry.awaiting = awaiting;
  send_stored(inflight.push(entry));
  return Submission{Admission::accepted, request.packet_identifier};
}

Result<Submission> Session::State::subscribe(const protocol::Subscribe& subscribe, Token token,
                                             Time time) {
  now = time;
  if (auto status = check_subscribe(limits, subscribe); phase == Phase::online && !status)
    return tl::unexpected(std::move(status.error()));
  return request(subscribe, token, Awaiting::suback);
}

Result<Submission> Session::State::unsubscribe(const protocol::Unsubscribe& unsubscribe,
                                               Token token, Time time) {
  now = time;
  return request(unsubscribe, token, Awaiting::unsuback);
}

void Session::State::on_suback(const protocol::SubAck& suback) {
  const auto token =
      finish_request(suback.packet_identifier, Awaiting::suback, suback.codes.size());
  if (token) handler.on_subscribed(*token, suback);
}

void Session::State::on_unsuback(const protocol::UnsubAck& unsuback) {
  // Before 5.0 an UNSUBACK has no codes.
  std::optional<std::size_t> codes;
  if (version == protocol::Version::v5) codes = unsuback.codes.size();
  const auto token = finish_request(unsuback.packet_identifier, Awaiting::unsuback, codes);
  if (token) handler.on_unsubscribed(*token, unsuback);
}

/// The token of the request that has its answer now; none when there is no such request.
std::optional<Token> Session::State::finish_request(PacketIdentifier id, Awaiting awaiting,
                                                    std::optional<std::size_t> codes) {
  const auto sequence = inflight.find(id);
  if (sequence == inflight.end()) return std::nullopt;
  const InflightEntry entry = inflight.at(sequence);
  if (entry.awaiting != awaiting) {
    fail_connection(violations::wrong_answer);
    return std::nullopt;
  }
  const auto cut = protocol::next_frame(Bytes(inflight.packet(entry), entry.size));
  const auto request = protocol::decode(*cut->frame, version);
  if (codes && request && *codes != count_filters(*request)) {
    fail_connection(awaiting == Awaiting::suback ? violations::codes_of_subscribe
                                                 : violations::codes_of_unsubscribe);
    return std::nullopt;
  }
  inflight.finish(sequence);
  return entry.token;
}

}  // namespace mqtt_toolbox::session
