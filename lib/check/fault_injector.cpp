#include "check/fault_injector.hpp"

#include "check/case_context.hpp"
#include "protocol/codec.hpp"

namespace mqtt_toolbox::check {

using protocol::PacketType;
using session::Direction;

namespace {

/// Of a payload that is kept, bytes; those of scripts are shorter.
constexpr std::size_t most_payload = 64;

}  // namespace

FaultInjector::FaultInjector(CaseContext& context, ScriptedClient& client)
    : context_(context),
      client_(client),
      packets_before_(client.packets().size()),
      holding_(context.run().allowance) {
  // FIN and not RST, which would take from the broker what it has not read yet.
  client.set_cut(transport::Ending::fin);
  client.set_hook(
      [this](Direction direction, const protocol::Frame& frame) { return see(direction, frame); });
}

void FaultInjector::arm(FaultPoint point, std::size_t first, unsigned times) {
  point_ = point;
  left_ = first;
  row_ = 0;
  cuts_left_ = times;
  target_ = 0;
}

void FaultInjector::arm_rows(FaultPoint point, std::size_t row, std::size_t between,
                             unsigned times) {
  arm(point, 1, times);
  row_ = row;
  between_ = between;
}

Fate FaultInjector::see(Direction direction, const protocol::Frame& frame) {
  if (direction == Direction::received) {
    if (frame.type() == PacketType::connack) ++connection_;
    if (frame.type() == PacketType::publish) note(frame);
  }
  if (!is_to_be_cut(direction, frame.type())) return Fate::pass;
  target_ = client_.packets().back().packet_identifier;
  ++cuts_;
  --cuts_left_;
  return point_.fate;
}

bool FaultInjector::is_to_be_cut(Direction direction, PacketType type) {
  if (cuts_left_ == 0 || direction != point_.direction || type != point_.type) return false;
  if (target_ != 0 && row_ == 0) return client_.packets().back().packet_identifier == target_;
  if (--left_ != 0) return false;
  if (row_ != 0) left_ = (cuts_ + 1) % row_ == 0 ? between_ + 1 : 1;
  return true;
}

void FaultInjector::note(const protocol::Frame& frame) {
  const auto version = client_.plan().version.value_or(protocol::Version::v5);
  const auto publish = protocol::decode_publish(frame, version);
  if (!publish) return;
  if (!holding_.add(bytes_in_vector<Sighting> + most_payload))
    return context_.abort(std::string(sends_without_end));
  sightings_.push_back({connection_, std::string(publish->payload.substr(0, most_payload)),
                        publish->packet_identifier, publish->dup});
}

std::size_t FaultInjector::releases_later(protocol::PacketIdentifier identifier) const {
  std::size_t found = 0;
  bool is_later = false;
  for (std::size_t i = packets_before_; i < client_.packets().size(); ++i) {
    const PacketNote& packet = client_.packets()[i];
    if (packet.direction != Direction::received) continue;
    if (packet.type == PacketType::connack) is_later = true;
    if (is_later && packet.type == PacketType::pubrel && packet.packet_identifier == identifier)
      ++found;
  }
  return found;
}

}  // namespace mqtt_toolbox::check
