#include "retained/by_name.hpp"

#include <algorithm>
#include <utility>

namespace mqtt_toolbox::retained {

namespace {

/// What brokers send at once that do not say, and before 5.0 none does.
constexpr std::size_t usual_window = 20;
constexpr std::size_t largest_window = 100;
constexpr std::size_t most_bytes = 16u << 10;

}  // namespace

Room ByName::room(const client::Connected& connected, const client::ConnectPlan& plan) {
  const session::ServerLimits unsaid;
  Room room;
  const std::size_t window = connected.limits.receive_maximum;
  room.filters = window == unsaid.receive_maximum ? usual_window : std::min(window, largest_window);
  const auto own =
      plan.session.connect_properties.view().find(protocol::PropertyId::receive_maximum);
  if (own) room.filters = std::min<std::size_t>(room.filters, own->number);
  // A name may be longer than what is left, so that half of a packet has to do.
  room.bytes = std::min<std::size_t>(most_bytes, connected.limits.maximum_packet_size / 2);
  return room;
}

void ByName::start(client::Client& client, std::vector<Wanted> names, Room room,
                   protocol::Properties properties) {
  client_ = &client;
  room_ = room;
  properties_ = properties;
  outcome_ = {};
  is_second_ = false;
  left_.clear();
  for (const Wanted& name : names) left_.emplace(name.filter, name.qos);
  asked_ = std::move(names);
  read();
}

void ByName::read() {
  Reader::Request request;
  request.filters = asked_;
  request.room = room_;
  request.properties = properties_;
  request.expected = left_.size();
  reader_.start(
      *client_, std::move(request),
      {[this](const protocol::Publish& message) { return note(message); },
       [](const protocol::Publish&) {},
       [this](std::size_t first, const protocol::SubAck& suback) { subscribed(first, suback); },
       [this](End end) { ended(end); }, [this](const Error& error) { listener_.failed(error); }});
}

bool ByName::note(const protocol::Publish& message) {
  if (left_.erase(std::string(message.topic)) == 0) return false;
  listener_.found(message);
  return true;
}

void ByName::subscribed(std::size_t first, const protocol::SubAck& suback) {
  if (is_second_) return;
  for (std::size_t i = 0; i < suback.codes.size() && first + i < asked_.size(); ++i) {
    const auto code = suback.code(i);
    const Wanted& name = asked_[first + i];
    if (protocol::is_failure(code)) {
      if (left_.erase(name.filter) != 0) outcome_.refused.push_back(name.filter);
    } else if (static_cast<std::uint8_t>(code) < static_cast<std::uint8_t>(name.qos)) {
      ++outcome_.lowered;
    }
  }
}

void ByName::ended(End end) {
  outcome_.end = std::max(outcome_.end, end);
  asked_.clear();
  for (const auto& [name, qos] : left_) asked_.push_back({name, qos});
  if (!asked_.empty() && end == End::answered && !std::exchange(is_second_, true)) return read();
  for (const Wanted& name : asked_) outcome_.missing.push_back(name.filter);
  listener_.ended(outcome_);
}

}  // namespace mqtt_toolbox::retained
