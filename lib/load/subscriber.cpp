#include "load/subscriber.hpp"

#include <algorithm>

#include "load/messages.hpp"

namespace mqtt_toolbox::load {

Subscriber::Subscriber(Desk& its_desk, ClientEvents& events, std::uint32_t number,
                       std::uint32_t index)
    : Client(its_desk, events, number),
      wanted_(*its_desk.run.subscriptions[index]),
      streams_(wanted_.own->size()) {
  for (const std::uint32_t group : wanted_.groups) {
    const std::size_t streams = its_desk.run.groups[group].streams->size();
    memberships_.push_back({group, std::vector<std::uint64_t>(streams)});
  }
}

void Subscriber::on_online() {
  std::string entries;
  for (const std::string& filter : wanted_.filters) {
    protocol::Subscription subscription;
    subscription.filter = filter;
    subscription.qos = desk().run.plan.subscribing.qos;
    append_subscription(entries, subscription);
  }
  const auto sent = link().session().subscribe({0, {}, entries}, 0, desk().clock.now());
  if (!sent) return give_up(sent.error());
  link().flush();
}

/// A limit of the broker forbids it, and would on the next connection.
void Subscriber::give_up(const Error& error) {
  desk().fail_with(&Counters::subscriptions_refused, error, wanted_.filters.size());
  was_subscribed_ = true;
  become_ready();
}

void Subscriber::on_subscribed(const protocol::SubAck& suback) {
  for (std::size_t i = 0; i < suback.codes.size(); ++i) {
    if (!protocol::is_failure(suback.code(i))) continue;
    desk().fail_with(&Counters::subscriptions_refused, refused_subscription(suback.code(i)));
  }
  was_subscribed_ = true;
  become_ready();
}

void Subscriber::on_message(const protocol::Publish& message, Time received) {
  if (!desk().run.matches_streams) return Client::on_message(message, received);
  const auto stamp = read_stamp(message.payload);
  if (!stamp || stamp->run != desk().run.plan.run) {
    ++desk().counters().foreign;
    return;
  }
  Client::on_message(message, received);
  if (!match(stamp->stream, stamp->sequence)) return;
  ++desk().matched;
  const Time due(static_cast<Time::rep>(stamp->due));
  if (due > received || !desk().is_measured(due)) return;
  const Travel travel = travel_of(*stamp, received);
  desk().latencies().received_from_due.record(travel.from_due);
  desk().latencies().received_from_written.record(travel.from_written);
}

/// False for what no subscription of this one expects, and for what had come already.
bool Subscriber::match(std::uint32_t stream, std::uint64_t sequence) {
  const std::size_t place = wanted_.own->place_of(stream);
  if (place == StreamSet::none) return match_in_groups(stream, sequence);
  StreamTracker& tracker = streams_[place];
  const std::uint64_t before = tracker.unique();
  tracker.received(sequence);
  return tracker.unique() != before;
}

bool Subscriber::match_in_groups(std::uint32_t stream, std::uint64_t sequence) {
  for (Membership& member : memberships_) {
    const std::size_t place = desk().run.groups[member.group].streams->place_of(stream);
    if (place == StreamSet::none) continue;
    if (!desk().groups[member.group][place].received(sequence)) return false;
    std::uint64_t& next = member.next[place];
    if (sequence < next) ++reordered_in_groups_;
    next = std::max(next, sequence + 1);
    return true;
  }
  return false;
}

void Subscriber::add_delivery(const std::vector<std::uint64_t>& sent, Delivery& delivery) const {
  delivery.reordered += reordered_in_groups_;
  if (!was_subscribed_) return;
  for (std::size_t place = 0; place < streams_.size(); ++place) {
    delivery.add(streams_[place].result(sent[wanted_.own->streams()[place]]));
  }
}

}  // namespace mqtt_toolbox::load
