#include "client/paho_requests.hpp"

#include <algorithm>
#include <utility>

namespace mqtt_toolbox::client {

protocol::Publish PahoMessage::view() const {
  protocol::Publish publish;
  publish.topic = topic;
  publish.payload = payload;
  publish.qos = qos;
  publish.retain = retain;
  publish.properties = protocol::Properties(properties);
  return publish;
}

void PahoMessages::add(PahoTicket ticket, PahoMessage message) {
  bytes_ += message.size;
  messages_.emplace(ticket, std::move(message));
}

std::optional<PahoMessage> PahoMessages::take(PahoTicket ticket) {
  const auto found = messages_.find(ticket);
  if (found == messages_.end()) return std::nullopt;
  PahoMessage message = std::move(found->second);
  messages_.erase(found);
  bytes_ -= message.size;
  if (message.forgotten) --forgotten_;
  return message;
}

void PahoMessages::forget(PahoTicket ticket) {
  const auto found = messages_.find(ticket);
  if (found != messages_.end() && !std::exchange(found->second.forgotten, true)) ++forgotten_;
}

void PahoMessages::forget_all() {
  for (auto& each : messages_) each.second.forgotten = true;
  forgotten_ = messages_.size();
}

PahoMessages::Map::iterator PahoMessages::find_forgotten() {
  return std::find_if(messages_.begin(), messages_.end(),
                      [](const auto& each) { return each.second.forgotten; });
}

PahoMessage* PahoMessages::forgotten() {
  return forgotten_ == 0 ? nullptr : &find_forgotten()->second;
}

void PahoMessages::handed_over(PahoTicket ticket, protocol::PacketIdentifier packet_identifier) {
  auto node = messages_.extract(find_forgotten());
  node.key() = ticket;
  node.mapped().forgotten = false;
  node.mapped().packet_identifier = packet_identifier;
  --forgotten_;
  messages_.insert(std::move(node));
}

std::optional<PahoRequest> PahoRequests::answer(const PahoEvent& event) {
  for (auto request = requests_.begin(); request != requests_.end(); ++request) {
    auto& tickets = request->tickets;
    const auto ticket = std::find(tickets.begin(), tickets.end(), event.ticket);
    if (ticket == tickets.end()) continue;
    request->codes[static_cast<std::size_t>(ticket - tickets.begin())] =
        static_cast<char>(event.code);
    *ticket = PahoRequest::done;
    if (request->answer_properties.empty()) request->answer_properties = event.properties;
    if (--request->unanswered != 0) return std::nullopt;
    PahoRequest complete = std::move(*request);
    requests_.erase(request);
    return complete;
  }
  return std::nullopt;
}

void PahoRequests::make_due() {
  for (PahoRequest& request : requests_)
    for (PahoTicket& ticket : request.tickets)
      if (ticket != PahoRequest::done) ticket = PahoRequest::due;
}

}  // namespace mqtt_toolbox::client
