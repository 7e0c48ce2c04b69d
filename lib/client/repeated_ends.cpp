#include "client/repeated_ends.hpp"

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace mqtt_toolbox::client {

using protocol::PacketType;
using protocol::Qos;

namespace {

constexpr std::size_t shown_name = 200;

std::string shown(const std::string& name) {
  return printable(name, shown_name);
}

std::string describe_publish(const session::Pending& pending) {
  return fmt::format("PUBLISH to {} (QoS {}, {}{} byte{})", shown(pending.subject),
                     static_cast<int>(pending.qos), pending.retain ? "retained, " : "",
                     pending.size, pending.size == 1 ? "" : "s");
}

std::string describe_filters(const session::Pending& pending) {
  const std::size_t more = pending.filters == 0 ? 0 : pending.filters - 1;
  std::string text =
      fmt::format("{} {} {}", name(pending.packet),
                  pending.packet == PacketType::subscribe ? "to" : "of", shown(pending.subject));
  if (more != 0) text += fmt::format(" and {} more filter{}", more, more == 1 ? "" : "s");
  return text;
}

std::string why_not_published(const session::Pending& pending) {
  std::string text = "no right to publish there, or a broker that does not take this QoS (-q), ";
  if (pending.retain) text += "retained messages (-r), ";
  return text + "size or topic";
}

std::string why_not_understood(const session::Failure& failure) {
  if (failure.packet == PacketType::publish && !failure.topic.empty())
    return "a publisher over another protocol, where MQTT's topic names do not hold";
  return "a defect of the broker; another protocol version (-V) may do";
}

}  // namespace

EndedAt ended_at_request(const session::Pending& pending) {
  EndedAt at;
  at.packet = pending.packet;
  // After PUBREC it is not the message that the broker minds.
  if (pending.packet == PacketType::pubrel) return at;
  at.kind = EndedAt::Kind::request;
  const bool is_publish = pending.packet == PacketType::publish;
  at.described = is_publish ? describe_publish(pending) : describe_filters(pending);
  at.likely = is_publish ? why_not_published(pending)
                         : "no right to subscribe to it, or a broker that does not take the filter "
                           "or its options";
  return at;
}

EndedAt ended_at_refused(const session::Failure& failure, const std::string& filter) {
  EndedAt at;
  if (!failure.packet && !failure.fault) return at;
  at.kind = EndedAt::Kind::refused;
  at.packet = failure.packet.value_or(at.packet);
  at.described = failure.packet ? fmt::format("its {}", name(*failure.packet)) : "its bytes";
  if (!failure.topic.empty()) at.described += " to " + shown(failure.topic);
  if (!filter.empty()) at.described += fmt::format(" (subscribed to {})", shown(filter));
  at.likely = why_not_understood(failure);
  return at;
}

void RepeatedEnds::connection_ended(const EndedAt& at, bool settled) {
  if (settled) early_ = same_ = 0;
  ++early_;
  same_ = at.is_same_as(last_) ? same_ + 1 : 1;
  last_ = at;
}

std::optional<Error> RepeatedEnds::hopeless(const Error& cause) const {
  if (last_.kind == EndedAt::Kind::unknown || was_answered_ || same_ < allowed_)
    return std::nullopt;
  const bool is_request = last_.kind == EndedAt::Kind::request;
  return Error{is_request ? ExitCode::rejected : ExitCode::lost,
               fmt::format("{}; {} connections in a row have ended at {}; likely: {}; to go on "
                           "trying, give --reconnect-attempts",
                           cause.text, same_, last_.described, last_.likely)};
}

std::string RepeatedEnds::take_hint() {
  if (early_ < ends_before_hint || is_hint_given_) return {};
  is_hint_given_ = true;
  if (last_.kind == EndedAt::Kind::refused)
    return fmt::format("; {} connections in a row have ended early, the last one at {}; likely: {}",
                       early_, last_.described, last_.likely);
  return fmt::format(
      "; {} connections in a row have ended early; likely: the client identifier "
      "(-i) is in use elsewhere, a right was withdrawn or a quota is exceeded",
      early_);
}

}  // namespace mqtt_toolbox::client
