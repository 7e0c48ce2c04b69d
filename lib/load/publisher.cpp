#include "load/publisher.hpp"

#include <algorithm>
#include <cstring>

#include "load/messages.hpp"

namespace mqtt_toolbox::load {

using protocol::Qos;

namespace {

/// What is put together for one write.
constexpr std::size_t batch_bytes = 64u << 10;
constexpr int batches_per_turn = 8;
/// Reading the clock costs as much as a message.
constexpr std::uint32_t messages_per_clock = 16;
/// From here on the rest of a payload is written from where it stands.
constexpr std::size_t smallest_borrowed = 8u << 10;

}  // namespace

Publisher::Publisher(Desk& its_desk, ClientEvents& events, PublisherEvents& publisher_events,
                     std::uint32_t number)
    : Client(its_desk, events, number), publisher_events_(publisher_events) {
  const Prepared& run = its_desk.run;
  const Publishing& publishing = run.plan.publishing;
  for (std::size_t stream = number; stream < run.topics.size(); stream += run.publishers) {
    lanes_.push_back({static_cast<std::uint32_t>(stream), 0, {}, SIZE_MAX});
  }
  left_ = share_of(publishing.messages, run.publishers, number);
  if (publishing.rate > 0) {
    schedule_ = std::make_unique<Schedule>(publishing.arrivals, publishing.rate, run.publishers,
                                           number, run.plan.seed);
  }
}

Time Publisher::next_due() const {
  const Times& times = desk().times;
  if (left_ == 0 || times.publishing == never) return never;
  const Time due = times.publishing + schedule_->next();
  return due < times.end ? due : never;
}

std::uint64_t Publisher::due_by(Time now) const {
  const Times& times = desk().times;
  if (!schedule_) return taken_;
  if (times.publishing == never || now <= times.publishing) return 0;
  const Time until = std::min(now, times.end) - Duration(1);
  const std::uint64_t whole = left_ == UINT64_MAX ? UINT64_MAX : left_ + taken_;
  return std::min(whole, schedule_->due_by(until - times.publishing));
}

bool Publisher::has_room() {
  return link().is_writable() && link().output().pending() < batch_bytes;
}

void Publisher::pump() {
  if (schedule_ || left_ == 0 || desk().times.publishing == never) return;
  std::uint32_t until_clock = 0;
  Time now{};
  for (int batch = 0; batch < batches_per_turn; ++batch) {
    Sent sent = Sent::done;
    while (has_room() && left_ != 0 && sent == Sent::done) {
      if (until_clock-- == 0) {
        now = desk().clock.now();
        until_clock = messages_per_clock;
      }
      if (now >= desk().times.end) return link().flush();
      sent = send(now, now);
    }
    link().flush();
    if (left_ == 0) return publisher_events_.on_all_sent(*this);
    if (sent != Sent::done || !link().is_writable()) return;
  }
  publisher_events_.on_turn_over(*this);
}

bool Publisher::send_due(Time now) {
  Sent sent = Sent::done;
  Time due = next_due();
  while (due <= now && sent == Sent::done) {
    if (!has_room()) link().flush();
    if (!has_room()) {
      sent = Sent::blocked;
      break;
    }
    const Time written = desk().clock.now();
    sent = send(due, written);
    if (sent != Sent::done) break;
    schedule_->advance();
    due = next_due();
  }
  link().flush();
  waits_ = sent == Sent::blocked;
  // Whoever was held up before still waits for the same reason.
  if (waits_ && due >= held_until_) held_from_ = desk().clock.now();
  if (left_ == 0) publisher_events_.on_all_sent(*this);
  return !waits_ && left_ != 0;
}

Publisher::Sent Publisher::send(Time due, Time written) {
  Lane& lane = lanes_[lane_];
  std::string& payload = desk().payloads[taken_ % desk().payloads.size()];
  stamp_payload(payload, stamp_of(desk().run.plan.run, lane.stream, lane.sent, due, written));
  const Publishing& publishing = desk().run.plan.publishing;
  const bool is_plain = publishing.qos == Qos::at_most_once && checked_ &&
                        !desk().run.plan.clients.session.use_topic_aliases;
  if (!is_plain || !send_plain(lane, payload))
    return send_through_session(lane, payload, due, written);
  count(lane, payload.size(), due, written);
  return Sent::done;
}

void Publisher::take_next() {
  ++taken_;
  if (left_ != UINT64_MAX) --left_;
  if (++lane_ == lanes_.size()) lane_ = 0;
}

void Publisher::count(Lane& lane, std::size_t payload_bytes, Time due, Time written) {
  ++lane.sent;
  take_next();
  refused_in_a_row_ = 0;
  ++desk().counters().sent;
  desk().counters().sent_bytes += payload_bytes;
  if (schedule_ && desk().is_measured(due)) note_lateness(due, written);
}

void Publisher::note_lateness(Time due, Time written) {
  desk().latencies().lateness.record(written - due);
  LateTime& late = desk().report->late;
  const auto seconds = [](Duration time) { return std::chrono::duration<double>(time).count(); };
  late.all += seconds(written - due);
  if (due < held_until_) late.held_up += seconds(held_until_ - std::max(due, held_from_));
}

/// A QoS 0 message is its header, always the same, and the payload: nothing that the session would
/// have to know. False when the broker takes no packet of that size.
bool Publisher::send_plain(Lane& lane, std::string& payload) {
  if (lane.payload_size != payload.size()) {
    const protocol::Publish message = message_of(desk().run, lane.stream, payload);
    const auto version = link().session().version();
    lane.header.resize(protocol::publish_header_size(message, version).value_or(0));
    static_cast<void>(protocol::encode_publish_header(message, version, lane.header));
    lane.payload_size = payload.size();
  }
  if (lane.header.size() + payload.size() > link().session().limits().maximum_packet_size)
    return false;
  session::Output& output = link().output();
  const std::size_t copied = payload.size() < smallest_borrowed ? payload.size() : Stamp::size;
  const std::size_t size = lane.header.size() + copied;
  char* const room = output.reserve(size).data();
  std::memcpy(room, lane.header.data(), lane.header.size());
  std::memcpy(room + lane.header.size(), payload.data(), copied);
  output.commit(size);
  output.borrow(std::string_view(payload).substr(copied));
  return true;
}

Publisher::Sent Publisher::send_through_session(Lane& lane, std::string& payload, Time due,
                                                Time written) {
  const protocol::Publish message = message_of(desk().run, lane.stream, payload);
  const bool is_answered = message.qos != Qos::at_most_once;
  const std::uint32_t flight = is_answered ? desk().flights.add({due, written}) : 0;
  const auto submission =
      link().session().publish(message, flight, session::Payload::copied, written);
  const bool accepted = submission && submission->admission == session::Admission::accepted;
  if (is_answered && !accepted) desk().flights.remove(flight);
  if (!submission) return refuse(submission.error());
  if (!accepted) return Sent::blocked;
  checked_ = true;
  count(lane, payload.size(), due, written);
  return Sent::done;
}

/// What the session refuses once it refuses always, but another payload may be small enough.
Publisher::Sent Publisher::refuse(const Error& error) {
  desk().fail_with(&Counters::refused_here, error);
  take_next();
  if (++refused_in_a_row_ < desk().payloads.size()) return Sent::done;
  gave_up_ = left_ != 0;
  left_ = 0;
  return Sent::never;
}

void Publisher::stop() {
  if (is_finished()) return;
  left_ = 0;
  publisher_events_.on_all_sent(*this);
}

void Publisher::on_online() {
  checked_ = false;
  become_ready();
  on_progress();
}

void Publisher::on_published(const session::PublishOutcome& outcome, Time received) {
  const auto number = static_cast<std::uint32_t>(outcome.token);
  const Flight flight = desk().flights.at(number);
  desk().flights.remove(number);
  if (protocol::is_failure(outcome.reason)) {
    ++desk().counters().refused;
    ++desk().refusals[static_cast<std::uint8_t>(outcome.reason)];
    return;
  }
  ++desk().counters().acknowledged;
  if (!desk().is_measured(flight.due)) return;
  desk().latencies().acknowledged_from_due.record(received - flight.due);
  desk().latencies().acknowledged_from_written.record(received - flight.written);
}

void Publisher::on_progress() {
  if (!schedule_) return pump();
  if (!waits_) return;
  waits_ = false;
  held_until_ = desk().clock.now();
  publisher_events_.on_way_free(*this);
}

}  // namespace mqtt_toolbox::load
